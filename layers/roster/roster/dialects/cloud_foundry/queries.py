"""Cloud Foundry v2's lists: where their rows are, which of them a query keeps, and in what order.

Asked for whole and in its own order, a list is a counted page. A condition or another order reads the
rows through, a megabyte a Query; they hold what the filters of spaces and apps ask for. Those of users and
organizations are joined, once the conditions that ask for a guid have left out what they leave out. What a
filter names besides is read as `cloud_foundry_related` says, where it is also decided what may be named.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType

from roster.db import counted_lists, keys
from roster.db.store import Item, Key, Store
from roster.dialects.cloud_foundry.conditions import Matches, Related
from roster.dialects.cloud_foundry.query_string import Condition, ListQuery, invalid_query
from roster.dialects.cloud_foundry.schemas import Entity, Kind, listing_of, status_of
from roster.dialects.cloud_foundry.visibility import Visibility
from roster.directory import grants, group_places, members, spaces, suspensions, users, workspaces
from roster.domain import Space, SpaceRole, User, Workspace, WorkspaceRole

FILTERS: Mapping[Kind, tuple[str, ...]] = {
    "space": ("name", "organization_guid", "developer_guid", "app_guid"),
    "user": (
        "space_guid",
        "organization_guid",
        "managed_organization_guid",
        "billing_managed_organization_guid",
        "audited_organization_guid",
        "managed_space_guid",
        "audited_space_guid",
    ),
    "organization": (
        "name",
        "space_guid",
        "user_guid",
        "manager_guid",
        "billing_manager_guid",
        "auditor_guid",
        "status",
    ),
    "app": ("name", "space_guid"),
}
COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "space": ("id", "name", "guid", "created_at"),
    "user": ("id", "guid", "created_at"),
    "organization": ("id", "name", "guid", "created_at"),
    "app": ("id", "name", "guid"),
}
TOP_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "space": ("id", "name"),
    "user": ("id",),
    "organization": ("id", "name"),
}
"""The lists of the whole site check this; lists of one object's relations take any column."""

MOST_READ = 100_000
"""Rows that one request reads through for a condition, an order or a caller's own list of spaces.

Of a longer list, pages in its own order are served.
"""

_TEXTS = ("name", "status")
_WITHIN = (("space", "organization_guid"), ("app", "space_guid"))
_GUID = {"space": "space_id", "user": "user_id", "organization": "workspace_id", "app": "app_id"}


def _bounded(rows: Iterable[Item]) -> Iterator[Item]:
    """The rows. Raises ValidationFailed past as many as fit into a function."""
    for count, row in enumerate(rows):
        if count == MOST_READ:
            invalid_query(f"lists of more than {MOST_READ} are not filtered, ordered or put together")
        yield row


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a list are: in a counted listing, of which `keep` may leave some out, or gathered.

    `ruled` is the workspace of which the rows are members, where its ADMINs alone are kept. `changing` says
    what is right of spaces of which the rows are wrong as yet (`spaces.changing`).
    """

    kind: Kind
    listing: str = ""
    keep: Callable[[Item], bool] | None = None
    gathered: Sequence[Item] | None = None
    ruled: str | None = None
    changing: Mapping[int, str | None] = field(default_factory=dict)

    def rows(self, store: Store) -> Iterator[Item]:
        """All rows, in ascending order of their numbers.

        Raises ValidationFailed past as many as fit into a function.
        """
        if self.gathered is not None:
            yield from self.gathered
        elif self.listing:
            found = _as_they_are(counted_lists.everything(store, self.listing), self.changing)
            keeps = self.keep if self.ruled is None else _ruling_in(store, self.ruled)
            yield from filter(keeps, _bounded(found)) if keeps is not None else _bounded(found)

    @property
    def is_counted(self) -> bool:
        whole = self.gathered is None and self.keep is None and self.ruled is None
        return whole and None not in self.changing.values()


def _as_they_are(rows: Iterable[Item], changing: Mapping[int, str | None]) -> Iterator[Item]:
    """The rows of spaces under their present names, without those of deleted ones."""
    for row in rows:
        number = keys.number_of(Key.of(row))
        if number not in changing:
            yield row
        elif (name := changing[number]) is not None:
            yield {**row, "name": name}


def page(
    store: Store,
    visibility: Visibility,
    source: Source,
    asked: ListQuery,
    known: Mapping[Key, Item] | None = None,
) -> tuple[list[Entity], int]:
    """The objects of the page that was asked for, and the total; `known` is the listing's head, if read."""
    if source.is_counted and asked.is_plain:
        forward = not asked.descending
        found = counted_lists.page(
            store, source.listing, asked.page, asked.size, forward=forward, known=known
        )
        joined = _joined(store, source, found.items)
        return [entity for row in found.items if (entity := joined.get(_guid(source, row)))], found.total
    candidates = _kept(store, source, asked.conditions, Related(store, visibility, source.kind))
    if asked.order_by != "id":
        candidates.sort(key=lambda candidate: candidate.column(asked.order_by), reverse=asked.descending)
    elif asked.descending:
        candidates.reverse()
    first = (asked.page - 1) * asked.size
    some = candidates[first : first + asked.size]
    joined = _joined(store, source, [candidate.row for candidate in some if candidate.entity is None])
    shown = (candidate.entity or joined.get(candidate.guid) for candidate in some)
    return [entity for entity in shown if entity is not None], len(candidates)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What conditions and orders ask of a row; `entity` where it had to be read for that."""

    row: Item
    guid: str
    name: str
    created_at: str
    within: str
    entity: Entity | None = None

    def column(self, name: str) -> str:
        match name:
            case "name":
                return self.name.casefold()
            case "guid":
                return self.guid
        return self.created_at


def _candidates(store: Store, source: Source) -> Iterator[_Candidate]:
    """The candidates of all rows but those that name nothing."""
    return (candidate for row in source.rows(store) if (candidate := _candidate(source, row)).guid)


def _kept(
    store: Store, source: Source, conditions: Sequence[Condition], related: Related
) -> list[_Candidate]:
    """The candidates that meet all conditions; those of users and organizations with their objects.

    What a condition names is read before the rows where that is possible, so that rows which do not meet it
    are not kept. Conditions that name users are checked on the rows that are left.
    """
    joins = source.kind in ("user", "organization")  # their rows need hold no name
    own = [each for each in conditions if _is_own(source.kind, each)]
    to_users = [each for each in conditions if related.names_user(each)]
    matches = related.to_things([each for each in conditions if each not in own and each not in to_users])
    early = [] if joins else [_holding(each) for each in own]
    candidates = [
        candidate
        for candidate in _candidates(store, source)
        if all(holds(candidate) for holds in early) and all(candidate.guid in some for some in matches)
    ]
    users_matches = related.to_users(to_users, [candidate.guid for candidate in candidates])
    candidates = [
        candidate for candidate in candidates if all(candidate.guid in some for some in users_matches)
    ]
    if not joins:
        return candidates
    late = [_holding(each) for each in own]
    whole = _whole(store, source, candidates)
    return [
        candidate
        for candidate in whole
        if all(holds(candidate) for holds in late) and _still(candidate, matches)
    ]


def _is_own(kind: Kind, condition: Condition) -> bool:
    """Whether a condition asks for what an object itself shows."""
    return condition.key in _TEXTS or (kind, condition.key) in _WITHIN


def _holding(condition: Condition) -> Callable[[_Candidate], bool]:
    """Whether a candidate meets a condition on what the object shows. Guids have equality and IN alone."""
    if condition.key == "status":
        return lambda candidate: (
            isinstance(of := candidate.entity, Workspace) and condition.holds(status_of(of))
        )
    if condition.key in _TEXTS:
        return lambda candidate: condition.holds(candidate.name)
    within = frozenset(filter(keys.is_id, condition.values))
    return lambda candidate: candidate.within in within


def _still(candidate: _Candidate, matches: Iterable[Matches]) -> bool:
    """Whether a user still holds what makes each condition hold: it may have ended with a membership."""
    user = candidate.entity
    if not isinstance(user, User):
        return True
    return all(any(_stands(row, user) for row in some[candidate.guid]) for some in matches)


def _whole(store: Store, source: Source, candidates: list[_Candidate]) -> list[_Candidate]:
    """The candidates with their objects, without those that have none: one BatchGet a hundred."""
    joined = _joined(store, source, [candidate.row for candidate in candidates])
    pairs = ((candidate.row, joined.get(candidate.guid)) for candidate in candidates)
    return [
        _Candidate(row, entity.id, getattr(entity, "name", ""), getattr(entity, "created_at", ""), "", entity)
        for row, entity in pairs
        if entity is not None
    ]


def _candidate(source: Source, row: Item) -> _Candidate:
    within = row.get("workspace_id" if source.kind == "space" else "space_id")
    name, created_at = row.get("name"), row.get("created_at")
    return _Candidate(row, _guid(source, row), str(name or ""), str(created_at or ""), str(within))


def _guid(source: Source, row: Item) -> str:
    """The guid of the object that a row stands for; empty where the row names none."""
    guid = row.get(_GUID[source.kind]) or row.get("id")
    return guid if isinstance(guid, str) and keys.is_id(guid) else ""


def _joined(store: Store, source: Source, rows: Sequence[Item]) -> dict[str, Entity]:
    """The objects of the rows by guid: read from the site's lists, where the rows are not of these."""
    numbers = [keys.number_of(Key.of(row)) for row in rows]
    match source.kind:
        case "space":
            found = _read(store, source, keys.SPACES, rows, spaces.rows_of(numbers))
            return {space.id: space for space in spaces.in_rows(found).values()}
        case "app":
            found = _read(store, source, keys.APPS, rows, spaces.app_rows_of(numbers))
            return {app.id: app for app in spaces.apps_in_rows(found).values()}
        case "organization":
            found = _read(store, source, keys.WORKSPACES, rows, workspaces.rows_of(numbers))
            return {workspace.id: workspace for workspace in workspaces.in_rows(found).values()}
    people = users.by_ids(store, [guid for row in rows if (guid := _guid(source, row))])
    return {user.id: user for row in rows if (user := people.get(_guid(source, row))) and _stands(row, user)}


def _read(
    store: Store, source: Source, home: str, rows: Sequence[Item], places: Sequence[Key]
) -> Mapping[Key, Item]:
    if source.listing == home:
        return {Key.of(row): row for row in rows}
    return store.batch_get(places)


def _stands(row: Item, user: User) -> bool:
    """Whether a row of a user is of a membership, or of a role, that neither has ended nor is suspended."""
    if "since" in row:
        return not grants.is_void(row, user)
    return row.get("workspace_id") not in user.suspended_in


def roles_of(store: Store, user: User, role: SpaceRole) -> Iterator[Item]:
    """The rows of the spaces in which a user holds a role: one Query a megabyte."""
    rows = counted_lists.everything(store, keys.spaces_of(user.id, role))
    return (row for row in rows if not grants.is_void(row, user))


# Sources.


def of_relation(
    kind: Kind,
    entity: Entity | None,
    guid: str,
    relation: str,
    to: Kind | None,
    closed: frozenset[str] = suspensions.NONE,
) -> Source:
    """The rows of an object's relation; `entity` is None for a user whom only an issuer knows.

    A user's rows of the `closed` workspaces are left out (`suspensions.py`).
    """
    if to is None:
        return Source("space", gathered=())  # of what this directory has nothing
    listing = listing_of(kind, guid, relation) or ""
    if entity is None:
        return Source(to, gathered=())
    ruling = relation in ("managers", "managed_organizations") and not isinstance(entity, Space)
    if isinstance(entity, User):
        kept = _kept_of_user(entity, to, ruling)
        return Source(to, listing, _without(closed, kept) if closed else kept)
    return Source(to, listing, ruled=guid if ruling else None)


def _without(closed: frozenset[str], kept: Callable[[Item], bool] | None) -> Callable[[Item], bool]:
    return lambda row: row.get("workspace_id") not in closed and (kept is None or kept(row))


def _ruling_in(store: Store, workspace_id: str) -> Callable[[Item], bool]:
    """Which rows of a workspace's members are of its ADMINs, some of them by a group."""
    rulers = group_places.rulers(store, [workspace_id])[workspace_id]
    return lambda row: row.get("role") == WorkspaceRole.ADMIN or row.get("user_id") in rulers


def _kept_of_user(user: User, to: Kind, ruling: bool) -> Callable[[Item], bool] | None:
    """Which rows of a user's relation count; None where all of them do."""
    if to == "space":
        has_void = user.revoked_through or user.suspended_in or user.limited_to is not None
        return (lambda row: not grants.is_void(row, user)) if has_void else None
    if user.limited_to is not None or user.suspended_in:
        return lambda row: user.acts_in(row.get("workspace_id")) and (not ruling or _rules(user, row))
    return (lambda row: _rules(user, row)) if ruling else None


def _rules(user: User, row: Item) -> bool:
    """Whether the user is ADMIN of the workspace of a row of theirs, perhaps by a group."""
    return user.effective_role(row.get("workspace_id"), row.get("role")) is WorkspaceRole.ADMIN


def spaces_seen_by(
    store: Store,
    visibility: Visibility,
    workspace_id: str | None = None,
    changing: Mapping[int, str | None] = MappingProxyType({}),
) -> Source:
    """The spaces that a caller sees who is no administrator, of one workspace or of all.

    Raises ValidationFailed where more rows than `MOST_READ` would have to be read for that.
    """
    user, closed = visibility.user, visibility.closed
    if user is None:
        return Source("space", gathered=())
    held = (row for role in SpaceRole for row in roles_of(store, user, role))
    there = (row for row in held if row.get("workspace_id") not in closed)
    by_role = _as_they_are(there, changing)
    if workspace_id is None:
        rows = _bounded(chain(by_role, _ruled_by(store, user, closed)))
    else:
        rows = (row for row in _bounded(by_role) if row.get("workspace_id") == workspace_id)
    found = {keys.number_of(Key.of(row)): row for row in rows}
    return Source("space", gathered=[found[number] for number in sorted(found)])


def _ruled_by(store: Store, user: User, closed: frozenset[str]) -> Iterator[Item]:
    """The rows of the spaces of the workspaces whose ADMIN the user is."""
    for joined in members.rows_of_caller(store, user, closed):
        if _rules(user, joined):
            yield from counted_lists.everything(store, keys.spaces_in(str(joined["workspace_id"])))
