"""Export: the directory as a file of records, which an import reads back.

No password and no secret comes out (`Exported` counts them), but the empty one of a public client; nor what
has ended: deleted users, what refers to them, and what was granted under a membership that is over. Within
each type the order is that of creation where the table keeps it: features, clients, space roles, tokens and
SCIM users come in the order of their ids.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from itertools import chain, groupby, pairwise
from typing import Any, TextIO, TypeVar

from pydantic.alias_generators import to_camel

from cli.records.loading import Progress, unheard
from cli.records.shapes import SHAPES
from cli.records.tenant import Tenant
from roster.auth import scim_tokens
from roster.auth.credentials import digest, same
from roster.db import counted_lists, keys
from roster.db.codec import attributes, readable
from roster.db.store import Item, Key, Store, chunks, every
from roster.directory import grants, group_places, members, provisioning, users
from roster.domain import (
    ApiToken,
    App,
    Client,
    Database,
    Feature,
    Group,
    Membership,
    PermissionRole,
    Project,
    ScimToken,
    ScimView,
    Space,
    User,
    Workspace,
    WorkspaceGroup,
)

_AT_ONCE = 100
_SECRETS = {"secret", "password", "password_hash"}
_IF_TRUE = {"must_change_password", "suspended"}
"""Fields that came after the format was fixed: readers of its first version know the default."""
_NAMING = ("created_by", "updated_by", "owner_id", "touched_by", "user_id")
"""Fields that name a user."""

_EMPTY = digest("")

E = TypeVar("E")
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """How many records of each type were written; and of what is left out: passwords and secrets, by type.

    A public client's empty secret is no secret, and is written.
    """

    records: Counter[str]
    left_out: Counter[str]


def export(
    store: Store, out: TextIO, *, workspace: Workspace | None = None, progress: Progress = unheard
) -> Exported:
    """Write every record, or those of one workspace (`tenant.py`), a line each. Raises Unavailable.

    `progress` hears the number of lines of the type being written; no total is known.
    """
    counts: Counter[str] = Counter()
    strays = _strays(store)
    records = _records(store, strays)
    if workspace is not None:
        members = _joined(store, workspace.id)
        tenant = Tenant(workspace.id, frozenset(each.user_id for each in members))
        records = ((kind, tenant.of(kind, lines)) for kind, lines in records)
        strays.passwords = len(store.batch_get([keys.password(one) for one in tenant.members]))
    for kind, lines in records:
        for line in lines:
            out.write(json.dumps({"type": kind, **line}, ensure_ascii=False) + "\n")
            counts[kind] += 1
            if counts[kind] % _AT_ONCE == 0:
                progress(kind, counts[kind], 0)
    left_out = Counter(
        user=strays.passwords,
        apiToken=counts["apiToken"],
        scimToken=counts["scimToken"],
        client=max(0, counts["client"] - len(strays.public)),
    )
    return Exported(counts, +left_out)


def _records(store: Store, strays: "_Strays") -> Iterator[tuple[str, Iterator[Line]]]:
    """The lines of each type, in the order in which they would be written."""
    workspaces = _entities(store, Workspace, keys.WORKSPACES, lambda row: keys.workspace(str(row["id"])))
    projects = _entities(store, Project, keys.PROJECTS, lambda row: keys.project(str(row["id"])))
    spaces = _entities(store, Space, keys.SPACES, lambda row: keys.space(str(row["id"])))
    apps = _entities(store, App, keys.APPS, lambda row: keys.app(str(row["id"])))
    people = readable(User, counted_lists.everything(store, keys.USERS))
    yield "workspace", _lines("workspace", workspaces)
    yield "project", _lines("project", projects)
    yield "space", _lines("space", _forgetting(store, spaces))
    yield "app", _lines("app", apps)
    yield "feature", _lines("feature", _forgetting(store, strays.features))
    yield "role", _lines("role", readable(PermissionRole, every(store, keys.permission_role(0).pk)))
    yield "group", _lines("group", readable(Group, every(store, keys.group(0).pk)))
    yield "user", _lines("user", _forgetting(store, people))
    yield "membership", _lines("membership", _memberships(store, strays.before))
    yield "projectMembership", _project_memberships(store)
    yield "spaceRole", _space_roles(store)
    yield "scimUser", map(_scim_user, _views(store))
    yield "workspaceGroup", map(_group, _groups(store))
    yield "workspaceGroupMember", _group_members(store)
    yield "apiToken", _lines("apiToken", _of_the_living(store, strays.tokens))
    yield "scimToken", _lines("scimToken", _scim_tokens(store))
    clients = _lines("client", _forgetting(store, strays.clients))
    yield "client", (_client(line, line["id"] in strays.public) for line in clients)


def _client(line: Line, public: bool) -> Line:
    """The line of a client; one that an import or an earlier version made has no name."""
    named = {name: value for name, value in line.items() if name != "name" or value is not None}
    return {**named, "secret": ""} if public else named


def _lines(kind: str, entities: Iterable[Any]) -> Iterator[Line]:
    shown = [(name, info.alias) for name, info in SHAPES[kind].model_fields.items() if name not in _SECRETS]
    for entity in entities:
        line = {name: getattr(entity, name) for name, _ in shown}
        yield {str(alias): _plain(line[name]) for name, alias in shown if line[name] or name not in _IF_TRUE}


def _plain(value: Any) -> Any:
    if isinstance(value, Database):
        return attributes(value)  # User Space names its fields as the model does
    if is_dataclass(value):
        return {to_camel(part.name): _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    return str(value.value) if isinstance(value, Enum) else value


@dataclass(slots=True)
class _Strays:
    """What no list leads to."""

    features: list[Feature] = field(default_factory=list)
    tokens: list[ApiToken] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    public: set[str] = field(default_factory=set)
    """The ids of clients with an empty secret."""
    passwords: int = 0
    before: dict[tuple[str, str], str] = field(default_factory=dict)
    """By workspace and user: where the user joined before, of the memberships that began in one moment."""


def _strays(store: Store) -> _Strays:
    """One Scan of the whole table, for what is in no list. A partition's items follow one another in it."""
    found = _Strays()
    for listing, items in groupby(_everything(store), key=lambda item: str(item["PK"])):
        if listing.startswith(keys.WORKSPACES_OF):
            found.before |= _ties(listing.removeprefix(keys.WORKSPACES_OF), items)
            continue
        for item in items:
            _collect(found, item)
    found.features.sort(key=lambda feature: (feature.workspace_id, feature.place, feature.id))
    found.tokens.sort(key=lambda token: (token.user_id, token.created_at, token.id))
    found.clients.sort(key=lambda client: client.id)
    return found


def _everything(store: Store) -> Iterator[Item]:
    start: Key | None = None
    while True:
        page = store.scan(start=start)
        yield from page.items
        if (start := page.next) is None:
            return


def _ties(user_id: str, items: Iterable[Item]) -> Iterator[tuple[tuple[str, str], str]]:
    """Of a user's memberships that began in one moment: each, and the one before it."""
    ages = sorted(members.age(item) for item in items if "workspace_id" in item)
    for (first, _, before), (second, _, after) in pairwise(ages):
        if first == second:
            yield (after, user_id), before


def _collect(found: _Strays, item: Item) -> None:
    key, own = Key.of(item), item.get("id")
    if key.sk == keys.PASSWORD:
        found.passwords += 1
    if not isinstance(own, str):
        return
    if key.sk.startswith(keys.TOKENS):
        found.tokens.extend(readable(ApiToken, [item]))
    elif key == keys.feature(own):
        found.features.extend(readable(Feature, [item]))
    elif key == keys.client(own):
        found.clients.extend(readable(Client, [item]))
        if same(item.get("digest"), _EMPTY):
            found.public.add(own)


def _entities(store: Store, kind: type[E], listing: str, key: Callable[[Item], Key]) -> Iterator[E]:
    """The entities that a listing's rows name, in its order: one BatchGet a hundred."""
    for rows in chunks(counted_lists.everything(store, listing), _AT_ONCE):
        places = [key(row) for row in rows]
        found = store.batch_get(places)
        yield from readable(kind, (found[place] for place in places if place in found))


def _living(store: Store, user_ids: Iterable[str | None]) -> set[str]:
    return set(users.by_ids(store, list({user_id for user_id in user_ids if user_id})))


def _forgetting(store: Store, entities: Iterable[E]) -> Iterator[E]:
    """The entities, without what refers to a user who is gone: an import could not resolve it."""
    for some in chunks(entities, _AT_ONCE):
        living = _living(store, (getattr(entity, name, None) for entity in some for name in _NAMING))
        for entity in some:
            gone = {name: None for name in _NAMING if getattr(entity, name, None) not in {None, *living}}
            yield replace(entity, **gone) if gone else entity  # type: ignore[type-var]


def _of_the_living(store: Store, owned: Iterable[ApiToken]) -> Iterator[ApiToken]:
    for some in chunks(owned, _AT_ONCE):
        living = _living(store, (each.user_id for each in some))
        yield from (each for each in some if each.user_id in living)


def _memberships(store: Store, before: Mapping[tuple[str, str], str]) -> Iterator[Membership]:
    """Workspace by workspace in the order of joining; but of a user's memberships that began in one moment
    the first comes first, whose workspace is then written up to there. An import takes them in this order.
    """
    homes = [str(row["id"]) for row in counted_lists.everything(store, keys.WORKSPACES)]
    joined = {home: _joined(store, home) for home in homes}
    awaited = {(home, user_id) for (_, user_id), home in before.items()}
    held: dict[str, Membership] = {}
    for home in homes:
        writing: list[tuple[str, str]] = [(home, "")]  # each up to a user, which awaits the one before
        while writing:
            here, until = writing[-1]
            found = held.pop(here, None) or next(joined[here], None)
            if found is None:
                writing.pop()
                continue
            earlier = before.get((here, found.user_id))
            if (earlier, found.user_id) in awaited and earlier not in {each for each, _ in writing}:
                held[here] = found
                writing.append((str(earlier), found.user_id))
                continue
            yield found
            awaited.discard((here, found.user_id))
            if found.user_id == until:
                writing.pop()


def _joined(store: Store, workspace_id: str) -> Iterator[Membership]:
    """Those that are in force, then the suspended ones."""
    listings = keys.members(workspace_id), keys.suspended_members(workspace_id)
    rows = readable(Membership, chain.from_iterable(counted_lists.everything(store, one) for one in listings))
    for some in chunks(rows, _AT_ONCE):
        living = _living(store, (each.user_id for each in some))
        yield from (each for each in some if each.user_id in living)


def _project_memberships(store: Store) -> Iterator[Line]:
    for project in counted_lists.everything(store, keys.PROJECTS):
        own = str(project["id"])
        for row in _in_force(store, counted_lists.everything(store, keys.users_of(own))):
            given = {"createdAt": row["created_at"]} if "created_at" in row else {}
            yield {"projectId": own, "userId": row["user_id"], **given}


def _space_roles(store: Store) -> Iterator[Line]:
    for space in counted_lists.everything(store, keys.SPACES):
        own = str(space["id"])
        held = (item for item in every(store, keys.space(own).pk) if "role" in item)
        for grant in _in_force(store, held):
            given = {"createdAt": grant["created_at"]} if "created_at" in grant else {}
            yield {"spaceId": own, "userId": grant["user_id"], "role": grant["role"], **given}


def _in_force(store: Store, granted: Iterable[Item]) -> Iterator[Item]:
    """Those grants that neither ended with a membership nor belong to a user who is gone."""
    for some in chunks(granted, _AT_ONCE):
        user_ids = [str(grant["user_id"]) for grant in some]
        living = users.by_ids(store, user_ids)
        for grant, user_id in zip(some, user_ids, strict=True):
            if user_id in living and not grants.has_ended(grant, living[user_id]):
                yield grant


# What the identity providers of workspaces wrote, and the groups of workspaces.


def _workspace_ids(store: Store) -> Iterator[str]:
    return (str(row["id"]) for row in counted_lists.everything(store, keys.WORKSPACES))


def _views(store: Store) -> Iterator[ScimView]:
    """One Query a workspace; of whom it finds, a BatchGet a hundred keys tells who is a member still."""
    for workspace_id in _workspace_ids(store):
        written = every(store, keys.workspace(workspace_id).pk, begins=keys.SCIM_VIEWS)
        for some in chunks(readable(ScimView, written), _AT_ONCE):
            there = provisioning.by_ids(store, workspace_id, [view.user_id for view in some])
            yield from (one.view for one in there if one.view is not None)


def _scim_user(view: ScimView) -> Line:
    return {
        "workspaceId": view.workspace_id,
        "userId": view.user_id,
        "userName": view.user_name,
        "externalId": view.external_id,
        "attributes": json.loads(view.body),
        "managed": view.managed,
        "createdAt": view.created_at,
        "updatedAt": view.updated_at,
    }


def _groups(store: Store) -> Iterator[WorkspaceGroup]:
    for workspace_id in _workspace_ids(store):
        yield from _entities(
            store,
            WorkspaceGroup,
            keys.groups_in(workspace_id),
            lambda row: keys.workspace_group(str(row["workspace_id"]), str(row["group_id"])),
        )


def _group(group: WorkspaceGroup) -> Line:
    return {
        "id": group.id,
        "workspaceId": group.workspace_id,
        "displayName": group.name,
        "externalId": group.external_id,
        "workspaceRole": None if group.role is None else str(group.role.value),
        "createdAt": group.created_at,
        "updatedAt": group.updated_at,
    }


def _group_members(store: Store) -> Iterator[Line]:
    for group in _groups(store):
        for place in _in_force(store, group_places.granted(store, group.workspace_id, group.id)):
            yield {
                "workspaceId": group.workspace_id,
                "groupId": group.id,
                "userId": place["user_id"],
                "createdAt": place["created_at"],
            }


def _scim_tokens(store: Store) -> Iterator[ScimToken]:
    for some in chunks(_workspace_ids(store), _AT_ONCE // 2):
        places = [place for workspace_id in some for place in scim_tokens.places(workspace_id)]
        found = store.batch_get(places)
        yield from readable(ScimToken, (found[place] for place in places if place in found))
