"""Cloud Foundry v2's lists: where their rows are, which of them a query keeps, and in what order.

Asked for whole and in its own order, a list is a counted page. A condition or another order reads the
rows through, a megabyte a Query; they hold what the filters of spaces and apps ask for. Those of users and
organizations are joined, once the conditions that ask for a guid have left out what they leave out. What a
filter names besides costs a read of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from roster.dialects.cloud_foundry_query import Asked, Condition, unfit
from roster.dialects.cloud_foundry_shapes import Entity, Kind, listing_of
from roster.model import Space, SpaceRole, User, WorkspaceRole
from roster.table import grants, keys, listings, members, spaces, tenants, users
from roster.table.mapping import naming
from roster.table.store import Item, Key, Store

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
"""Rows that a condition or an order reads through; of a longer list, pages in its own order are served."""

_TEXTS = ("name", "status")
_GUID = {"space": "space_id", "user": "user_id", "organization": "workspace_id", "app": "app_id"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a list are: in a counted listing, of which `keep` may leave some out, or gathered."""

    kind: Kind
    listing: str = ""
    keep: Callable[[Item], bool] | None = None
    gathered: Sequence[Item] | None = None

    def rows(self, store: Store) -> Iterator[Item]:
        """All rows, in ascending order of their numbers. Raises Unfit past as many as fit into a function."""
        if self.gathered is not None:
            yield from self.gathered
        elif self.listing:
            for count, row in enumerate(listings.everything(store, self.listing)):
                if count == MOST_READ:
                    unfit(f"lists of more than {MOST_READ} are not filtered or ordered")
                if self._keeps(row):
                    yield row

    def _keeps(self, row: Item) -> bool:
        return self.keep is None or self.keep(row)

    @property
    def is_counted(self) -> bool:
        return self.gathered is None and self.keep is None


def page(
    store: Store, source: Source, asked: Asked, known: Mapping[Key, Item] | None = None
) -> tuple[list[Entity], int]:
    """The objects of the page that was asked for, and the total; `known` is the listing's head, if read."""
    if source.is_counted and asked.is_plain:
        forward = not asked.descending
        found = listings.page(store, source.listing, asked.page, asked.size, forward=forward, known=known)
        joined = _joined(store, source, found.items)
        return [entity for row in found.items if (entity := joined.get(_guid(source, row)))], found.total
    joins = source.kind in ("user", "organization")  # their rows need hold no name
    late = [each for each in asked.conditions if joins and each.key in _TEXTS]
    early = [each for each in asked.conditions if each not in late]
    cards = _kept(store, source, _cards(store, source), early)
    if joins:
        cards = _kept(store, source, _whole(store, source, cards), late)
    if asked.order_by != "id":
        cards.sort(key=lambda card: card.column(asked.order_by), reverse=asked.descending)
    elif asked.descending:
        cards.reverse()
    first = (asked.page - 1) * asked.size
    some = cards[first : first + asked.size]
    joined = _joined(store, source, [card.row for card in some if card.entity is None])
    shown = (card.entity or joined.get(card.guid) for card in some)
    return [entity for entity in shown if entity is not None], len(cards)


@dataclass(frozen=True, slots=True)
class _Card:
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


def _cards(store: Store, source: Source) -> Iterator[_Card]:
    """The cards of all rows but those that name nothing."""
    return (card for row in source.rows(store) if (card := _card(source, row)).guid)


def _kept(
    store: Store, source: Source, cards: Iterable[_Card], conditions: Iterable[Condition]
) -> list[_Card]:
    """The cards that meet all conditions; the others are let go of as they come."""
    demands = [_predicate(store, source.kind, condition) for condition in conditions]
    return [card for card in cards if all(holds(card) for holds in demands)]


def _whole(store: Store, source: Source, cards: list[_Card]) -> list[_Card]:
    """The cards with their objects: one BatchGet a hundred. Those whose objects have gone are left out."""
    joined = _joined(store, source, [card.row for card in cards])
    pairs = ((card.row, joined.get(card.guid)) for card in cards)
    return [
        _Card(row, entity.id, getattr(entity, "name", ""), getattr(entity, "created_at", ""), "", entity)
        for row, entity in pairs
        if entity is not None
    ]


def _card(source: Source, row: Item) -> _Card:
    within = row.get("workspace_id" if source.kind == "space" else "space_id")
    name, created_at = row.get("name"), row.get("created_at")
    return _Card(row, _guid(source, row), str(name or ""), str(created_at or ""), str(within))


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
            found = _read(store, source, keys.WORKSPACES, rows, tenants.rows_of(numbers))
            return {tenant.id: tenant for tenant in tenants.in_rows(found).values()}
    people = users.by_ids(store, [guid for row in rows if (guid := _guid(source, row))])
    return {user.id: user for row in rows if (user := people.get(_guid(source, row))) and _stands(row, user)}


def _read(
    store: Store, source: Source, home: str, rows: Sequence[Item], places: Sequence[Key]
) -> Mapping[Key, Item]:
    if source.listing == home:
        return {Key.of(row): row for row in rows}
    return store.batch_get(places)


def _stands(row: Item, user: User) -> bool:
    """Whether a row of a user is of a membership, or of a role whose membership has not ended."""
    return "since" not in row or not grants.is_void(row, user)


# Conditions. Those that name other objects know equality and IN only: any other operator counts as equality.


def _predicate(store: Store, kind: Kind, condition: Condition) -> Callable[[_Card], bool]:
    if condition.key == "status":
        active = condition.holds("active")
        return lambda card: active
    if condition.key in _TEXTS:
        return lambda card: condition.holds(card.name)
    values = [value for value in dict.fromkeys(condition.values) if keys.is_id(value)]
    within = (kind, condition.key) in (("space", "organization_guid"), ("app", "space_guid"))
    if within:
        return lambda card: card.within in values
    related = frozenset(_related(store, kind, condition.key, values))
    return lambda card: card.guid in related


def _related(store: Store, kind: Kind, key: str, values: Sequence[str]) -> Iterable[str]:
    """The guids of the objects of this kind that are related to the named ones."""
    match kind, key:
        case "space", "developer_guid":
            return _spaces_of(store, values, SpaceRole.DEVELOPER)
        case "space", "app_guid":
            return spaces.of_apps(store, values)
        case "user", "space_guid" | "managed_space_guid" | "audited_space_guid":
            return _holders(store, values, _ROLE_BY_FILTER[key])
        case "user", "organization_guid" | "managed_organization_guid":
            managing = key == "managed_organization_guid"
            return _across(store, "organization", "users", values, "user_id", managing)
        case "organization", "user_guid" | "manager_guid":
            managing = key == "manager_guid"
            living = list(users.by_ids(store, list(values)))
            return _across(store, "user", "organizations", living, "workspace_id", managing)
        case "organization", "space_guid":
            return spaces.workspaces_of(store, values)
    return ()


_ROLE_BY_FILTER = {
    "space_guid": SpaceRole.DEVELOPER,
    "managed_space_guid": SpaceRole.MANAGER,
    "audited_space_guid": SpaceRole.AUDITOR,
}


def _across(
    store: Store, kind: Kind, relation: str, values: Sequence[str], name: str, managing: bool
) -> Iterator[str]:
    """What memberships of these users or organizations name, of all or of ADMINs only."""
    for value in values:
        for row in naming(listings.everything(store, listing_of(kind, value, relation) or ""), name):
            if not managing or row.get("role") == WorkspaceRole.ADMIN:
                yield str(row[name])


def _spaces_of(store: Store, user_ids: Sequence[str], role: SpaceRole) -> Iterator[str]:
    for user in users.by_ids(store, list(user_ids)).values():
        yield from (str(row["space_id"]) for row in naming(roles_of(store, user, role), "space_id"))


def _holders(store: Store, space_ids: Sequence[str], role: SpaceRole) -> Iterator[str]:
    for space_id in space_ids:
        rows = naming(listings.everything(store, keys.holders_of(space_id, role)), "user_id")
        people = users.by_ids(store, [str(row["user_id"]) for row in rows])
        held = ((row, people.get(str(row["user_id"]))) for row in rows)
        yield from (user.id for row, user in held if user is not None and not grants.is_void(row, user))


def roles_of(store: Store, user: User, role: SpaceRole) -> Iterator[Item]:
    """The rows of the spaces in which a user holds a role: one Query a megabyte."""
    rows = listings.everything(store, keys.spaces_of(user.id, role))
    return (row for row in rows if not grants.is_void(row, user))


# Sources.


def of_relation(kind: Kind, entity: Entity | None, guid: str, relation: str, to: Kind | None) -> Source:
    """The rows of an object's relation; `entity` is None for a user whom only an issuer knows."""
    if to is None:
        return Source("space", gathered=())  # of what this directory has nothing
    listing = listing_of(kind, guid, relation) or ""
    if entity is None:
        return Source(to, gathered=())
    ruling = relation in ("managers", "managed_organizations") and not isinstance(entity, Space)
    if isinstance(entity, User):
        return Source(to, listing, _kept_of_user(entity, to, ruling))
    return Source(to, listing, _is_ruling if ruling else None)


def _is_ruling(row: Item) -> bool:
    return row.get("role") == WorkspaceRole.ADMIN


def _kept_of_user(user: User, to: Kind, ruling: bool) -> Callable[[Item], bool] | None:
    """Which rows of a user's relation count; None where all of them do."""
    if to == "space":
        has_void = user.floors or user.limited_to is not None
        return (lambda row: not grants.is_void(row, user)) if has_void else None
    if user.limited_to is not None:
        return lambda row: user.acts_in(row.get("workspace_id")) and (not ruling or _is_ruling(row))
    return _is_ruling if ruling else None


def spaces_seen_by(store: Store, user: User | None, workspace_id: str | None = None) -> Source:
    """The spaces that a user sees who is no administrator, of one workspace or of all."""
    if user is None:
        return Source("space", gathered=())
    found = {
        keys.number_of(Key.of(row)): row
        for role in SpaceRole
        for row in roles_of(store, user, role)
        if workspace_id is None or row.get("workspace_id") == workspace_id
    }
    if workspace_id is None:
        for joined in members.rows_of_caller(store, user):
            if joined.get("role") == WorkspaceRole.ADMIN:
                rows = listings.everything(store, keys.spaces_in(str(joined["workspace_id"])))
                found |= {keys.number_of(Key.of(row)): row for row in rows}
    return Source("space", gathered=[found[number] for number in sorted(found)])
