"""SCIM Groups: groups of a workspace's members. Members come and go by rows, and no list is written back."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from roster.db import keys
from roster.db.store import Key
from roster.dialects.fields import is_blank
from roster.dialects.scim import lists
from roster.dialects.scim.api import ScimCall
from roster.dialects.scim.attributes import CORE_GROUP, GROUP, GROUPS
from roster.dialects.scim.filters import Filter, element_meets, is_hopeless, meets, named_elements, sought
from roster.dialects.scim.patches import (
    Coming,
    Exactly,
    Going,
    GoingWhere,
    Step,
    attributes_of,
    ids_of,
    intentions,
    steps,
)
from roster.dialects.scim.projection import wants
from roster.dialects.scim.refusals import GroupIncomplete, ScimRefused, invalid_value
from roster.dialects.scim.values import assignments, attribute_at, read_resource
from roster.directory import group_places, workspace_groups
from roster.domain import WorkspaceGroup
from roster.errors import LimitReached, NotFound, Unavailable
from roster.http.request import Request

MEMBERS_OF_A_PAGE = 20_000
"""An answer has at most 6 MB: of one group, and of a page of them, it has at most this many members."""

_MEMBERS = next(each for each in GROUP if each.name == "members")


def place(request: Request) -> Sequence[Key]:
    """What is read with the token of the group that the path names."""
    home, group_id = request.path.get("workspaceId", ""), request.path.get("groupId", "")
    if not keys.is_id(home) or not keys.is_plain_id(group_id):
        return ()
    return (keys.workspace_group(home, group_id),)


def of_path(call: ScimCall) -> WorkspaceGroup:
    """The group that the path names. Raises NotFound."""
    return workspace_groups.among(call.found, call.workspace.id, call.request.path.get("groupId", ""))


def version(group: WorkspaceGroup) -> str:
    return f'W/"{group.revision}"'


def resource(
    call: ScimCall, group: WorkspaceGroup, *, members: Sequence[str] | None = None
) -> dict[str, Any]:
    """A group as SCIM shows it, with its members where the query asks for them, or with those that are given.
    Raises ScimRefused (`tooMany`) where a reader asks for more members than an answer holds.
    """
    found: dict[str, Any] = {"schemas": [CORE_GROUP], "id": group.id}
    if group.external_id is not None:
        found["externalId"] = group.external_id
    found["displayName"] = group.name
    if members is None:
        members = _members(call, group) if wants(call.request.query, "members", GROUPS) else ()
    if members:
        found["members"] = [_member(call, each) for each in members]
    found["meta"] = {
        "resourceType": "Group",
        "created": group.created_at,
        "lastModified": group.updated_at,
        "location": call.location("Groups", group.id),
        "version": version(group),
    }
    return found


def _members(call: ScimCall, group: WorkspaceGroup) -> list[str]:
    """Who is in a group: all of them or, in the answer to a write, nobody; never a part."""
    if group.members > MEMBERS_OF_A_PAGE:
        if call.request.method == "GET":
            raise ScimRefused(
                "tooMany",
                f"An answer holds at most {MEMBERS_OF_A_PAGE} members; `excludedAttributes=members` leaves"
                " them out.",
            )
        return []
    if not group.members:
        return []
    return [each.user_id for each in group_places.places(call.store, group)]


def _member(call: ScimCall, user_id: str) -> dict[str, Any]:
    return {"value": user_id, "$ref": call.location("Users", user_id), "type": "User"}


def demand_version(call: ScimCall, group: WorkspaceGroup) -> None:
    call.demand_match(version(group))


# Writing.


def create(call: ScimCall, body: Mapping[str, Any]) -> WorkspaceGroup:
    """A new group with the members that the body names: the first of them in the transaction that makes it.

    Raises ScimRefused, Conflict, ValidationFailed, and GroupIncomplete where others did not come in time:
    then the group is there, and a retried POST is refused.
    """
    found = read_resource(body, GROUPS)
    name, members = _name(found), ids_of(found.get("members", []))
    store, home, by = call.store, call.workspace, call.actor
    workspace_groups.demand_members(store, home.id, members)
    made, rest = workspace_groups.create_with(store, home, name, found.get("externalId"), members, by=by)
    if not rest:
        return made
    try:
        workspace_groups.add(store, home, made, rest, by=by)
    except Unavailable as error:
        raise GroupIncomplete(error.retry_after, error.fault) from error
    return workspace_groups.by_id(store, home.id, made.id)


def replace(call: ScimCall, group: WorkspaceGroup, body: Mapping[str, Any]) -> WorkspaceGroup:
    """The group as the body has it; without `members` they stay. Raises as `create`."""
    found = read_resource(body, GROUPS)
    edit = {"name": _name(found), "external_id": found.get("externalId")}
    is_given = any(attribute_at(path, GROUPS) is _MEMBERS for path, _ in assignments(body, GROUPS))
    wanted: list[Step] = [Exactly(ids_of(found.get("members", [])))] if is_given else []
    return _written(call, group, edit, wanted)


def patch(call: ScimCall, group: WorkspaceGroup, body: Any) -> WorkspaceGroup:
    """The group after a PATCH, of which all is judged before the first row is written. Raises as `create`."""
    wanted = intentions(body, GROUPS)
    members, found = steps(wanted), attributes_of(wanted)
    edit: dict[str, Any] = {}
    if "displayName" in found:
        edit["name"] = _name(found)
    if "externalId" in found:
        edit["external_id"] = found["externalId"]
    return _written(call, group, edit, members)


def _name(found: Mapping[str, Any]) -> str:
    name = found.get("displayName") or ""
    if is_blank(name):
        raise invalid_value("`displayName` is required.")
    return str(name).strip(" ")


def _written(
    call: ScimCall, group: WorkspaceGroup, edit: Mapping[str, Any], wanted: Sequence[Step]
) -> WorkspaceGroup:
    demand = partial(demand_version, call)
    demand(group)
    coming = [id for step in wanted if isinstance(step, Coming | Exactly) for id in step.users]
    workspace_groups.demand_members(call.store, call.workspace.id, coming)
    _demand_room(call, group, wanted)
    before = group
    if edit:
        group = workspace_groups.change(
            call.store,
            call.workspace,
            group,
            edit,
            by=call.actor,
            demand=demand,
        )
    # `If-Match` holds for the first write alone: each write makes another version.
    is_first = group == before and "if-match" in call.request.headers
    return _grown(call, group, wanted, demand if is_first else None)


def _demand_room(call: ScimCall, group: WorkspaceGroup, wanted: Sequence[Step]) -> None:
    """Raise LimitReached where a group that makes its members ADMINs would have too many of them."""
    if group.role is None or not wanted:
        return
    there = {each.user_id for each in group_places.places(call.store, group)}
    for step in wanted:
        match step:
            case Coming(users):
                there |= set(users)
            case Going(users):
                there -= set(users)
            case GoingWhere(filter):
                there -= set(_those(call, there, filter))
            case Exactly(users):
                there = set(users)
        if len(there) > workspace_groups.MOST_ADMINS:
            raise LimitReached("members of an ADMIN group")


def _grown(
    call: ScimCall, group: WorkspaceGroup, wanted: Sequence[Step], demand: workspace_groups.Demand | None
) -> WorkspaceGroup:
    """The group after its members have come and gone; `demand` is asked before the first of them."""
    store, home, by = call.store, call.workspace, call.actor
    moved = 0
    for step in wanted:
        first = None if moved else demand
        match step:
            case Coming(users):
                moved += workspace_groups.add(store, home, group, users, by=by, demand=first)
            case Going(users):
                moved += workspace_groups.remove(store, home, group, users, by=by, demand=first)
            case GoingWhere(filter):
                there = [each.user_id for each in group_places.places(store, group)]
                users = tuple(_those(call, there, filter))
                moved += workspace_groups.remove(store, home, group, users, by=by, demand=first)
            case Exactly(users):
                moved += workspace_groups.replace_members(store, home, group, users, by=by, demand=first)
    return workspace_groups.by_id(store, home.id, group.id) if moved else group


def _those(call: ScimCall, there: Iterable[str], filter: Filter | None) -> list[str]:
    """Whom of these members a filter finds; all where there is none."""
    if filter is None:
        return [*there]
    return [each for each in there if element_meets(filter, _member(call, each), _MEMBERS)]


# Lists.


def list_places(request: Request) -> Sequence[Key]:
    """What is read with the token for a list: what a filter leads to."""
    home = request.path.get("workspaceId", "")
    if not keys.is_id(home):
        return ()
    try:
        filter = lists.filter_in(request.query, GROUPS)
    except ScimRefused:
        return ()
    asked = dict(sought(filter, GROUPS)) if filter is not None and not is_hopeless(filter, GROUPS) else {}
    if "id" in asked:
        return (keys.workspace_group(home, asked["id"]),) if keys.is_plain_id(asked["id"]) else ()
    if "displayName" in asked:
        return (workspace_groups.name_place(home, asked["displayName"]),)
    return ()


def page(call: ScimCall, start: int, count: int) -> tuple[list[dict[str, Any]], int]:
    """A page of the groups that the query's filter finds, and how many those are. Raises ScimRefused.

    It may hold fewer than were asked for: an answer has its bound, and groups may be large.
    """
    filter, store, home = lists.filter_in(call.request.query, GROUPS), call.store, call.workspace.id
    if filter is None:
        found, total = workspace_groups.page(store, home, start, count)
        return _bounded(call, found), total
    if is_hopeless(filter, GROUPS):
        return [], 0
    groups = _candidates(call, filter)
    known = _known_members(call, groups, named_elements(filter, "members"))
    hits = [each for each in groups if meets(filter, resource(call, each, members=known[each.id]), GROUPS)]
    return _bounded(call, hits[start - 1 : start - 1 + count]), len(hits)


def _known_members(
    call: ScimCall, groups: Sequence[WorkspaceGroup], named: frozenset[str] | None
) -> dict[str, list[str]]:
    """The members of each group on which a filter depends: those it names or, where that is None, all.
    Raises ScimRefused (`tooMany`).
    """
    read = sum(group.members for group in groups) if named is None else len(groups) * len(named)
    if read > MEMBERS_OF_A_PAGE:
        raise ScimRefused("tooMany", f"The filter would look at more than {MEMBERS_OF_A_PAGE} members.")
    if named is not None:
        return group_places.pairs_among(call.store, groups, sorted(named))
    return {group.id: _members(call, group) for group in groups}


def _bounded(call: ScimCall, groups: Sequence[WorkspaceGroup]) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    members, is_full = 0, wants(call.request.query, "members", GROUPS)
    for group in groups:
        if is_full and shown and members + group.members > MEMBERS_OF_A_PAGE:
            break
        found = resource(call, group)
        members += len(found.get("members", []))
        shown.append(found)
    return shown


def _candidates(call: ScimCall, filter: Filter) -> list[WorkspaceGroup]:
    store, home, asked = call.store, call.workspace.id, dict(sought(filter, GROUPS))
    if "id" in asked:
        try:
            return [workspace_groups.among(call.found, home, asked["id"])]
        except NotFound:
            return []
    if "displayName" in asked:
        group = workspace_groups.by_name(store, home, asked["displayName"], known=call.found)
        return [] if group is None else [group]
    if "externalId" in asked:
        named = workspace_groups.by_external_id(store, home, asked["externalId"], most=lists.EVALUATED)
        lists.demand_few(len(named))
        return named
    found, total = workspace_groups.page(store, home, 1, lists.EVALUATED)
    lists.demand_few(total)
    return found
