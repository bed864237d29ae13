"""SCIM Groups: groups of a workspace's members. Members come and go by rows, and no list is written back."""

from collections.abc import Mapping, Sequence
from typing import Any

from roster.db import keys
from roster.db.store import Key
from roster.dialects.scim.api import ScimCall
from roster.dialects.scim.attributes import CORE_GROUP, GROUP, GROUPS, Attribute, named
from roster.dialects.scim.filters import Filter, element_meets, meets, sought
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
from roster.dialects.scim.refusals import ScimRefused, invalid_value
from roster.dialects.scim.users import EVALUATED, demand_few, filter_in
from roster.dialects.scim.values import read_resource
from roster.directory import workspace_groups
from roster.domain import WorkspaceGroup
from roster.http.request import Request

MEMBERS_OF_A_PAGE = 20_000
"""An answer has at most 6 MB: a page ends with the group that reaches this many members."""


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


def resource(call: ScimCall, group: WorkspaceGroup, *, whole: bool | None = None) -> dict[str, Any]:
    """A group as SCIM shows it, with its members where the query asks for them (or `whole` says)."""
    found: dict[str, Any] = {"schemas": [CORE_GROUP], "id": group.id}
    if group.external_id is not None:
        found["externalId"] = group.external_id
    found["displayName"] = group.name
    if wants(call.request.query, "members", GROUPS) if whole is None else whole:
        rows = workspace_groups.places(call.store, group.id) if group.members else ()
        there = [_member(call, each.user_id) for each in rows]
        if there:
            found["members"] = there
    found["meta"] = {
        "resourceType": "Group",
        "created": group.created_at,
        "lastModified": group.updated_at,
        "location": call.location("Groups", group.id),
        "version": version(group),
    }
    return found


def _member(call: ScimCall, user_id: str) -> dict[str, Any]:
    return {"value": user_id, "$ref": call.location("Users", user_id), "type": "User"}


def demand_version(call: ScimCall, group: WorkspaceGroup) -> None:
    call.demand_match(version(group))


# Writing.


def create(call: ScimCall, body: Mapping[str, Any]) -> WorkspaceGroup:
    """A new group with the members that the body names. Raises ScimRefused, Conflict, ValidationFailed."""
    found = read_resource(body, GROUPS)
    name, members = _name(found), ids_of(found.get("members", []))
    workspace_groups.demand_members(call.store, call.workspace.id, members)
    made = workspace_groups.create(call.store, call.workspace, name, found.get("externalId"), by=call.actor)
    return _grown(call, made, [Coming(members)])


def replace(call: ScimCall, group: WorkspaceGroup, body: Mapping[str, Any]) -> WorkspaceGroup:
    """The group as the body has it; without `members` they stay. Raises as `create`."""
    found = read_resource(body, GROUPS)
    edit = {"name": _name(found), "external_id": found.get("externalId")}
    given = next((value for key, value in body.items() if key.lower() == "members"), None)
    wanted: list[Step] = [] if given is None else [Exactly(ids_of(found.get("members", [])))]
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
    if not name.strip():
        raise invalid_value("`displayName` is required.")
    return str(name).strip(" ")


def _written(
    call: ScimCall, group: WorkspaceGroup, edit: Mapping[str, Any], wanted: Sequence[Step]
) -> WorkspaceGroup:
    demand_version(call, group)
    coming = [id for step in wanted if isinstance(step, Coming | Exactly) for id in step.users]
    workspace_groups.demand_members(call.store, call.workspace.id, coming)
    if edit:
        group = workspace_groups.change(
            call.store,
            call.workspace,
            group,
            edit,
            by=call.actor,
            demand=lambda present: demand_version(call, present),
        )
    return _grown(call, group, wanted)


def _grown(call: ScimCall, group: WorkspaceGroup, wanted: Sequence[Step]) -> WorkspaceGroup:
    """The group after its members have come and gone."""
    store, home, by = call.store, call.workspace, call.actor
    is_moved = False
    for step in wanted:
        match step:
            case Coming(users) if users:
                workspace_groups.add(store, home, group, users, by=by)
            case Going(users) if users:
                workspace_groups.remove(store, home, group, users, by=by)
            case GoingWhere(filter):
                workspace_groups.remove(store, home, group, _those(call, group, filter), by=by)
            case Exactly(users):
                workspace_groups.replace_members(store, home, group, users, by=by)
            case _:
                continue
        is_moved = True
    return workspace_groups.by_id(store, home.id, group.id) if is_moved else group


def _those(call: ScimCall, group: WorkspaceGroup, filter: Filter | None) -> list[str]:
    """Whom a filter finds in the group; all where there is none."""
    there = [each.user_id for each in workspace_groups.places(call.store, group.id)]
    members: Attribute | None = named(GROUP, "members")
    if filter is None or members is None:
        return there
    return [each for each in there if element_meets(filter, _member(call, each), members)]


# Lists.


def list_places(request: Request) -> Sequence[Key]:
    """What is read with the token for a list: its head, or what a filter leads to."""
    home = request.path.get("workspaceId", "")
    if not keys.is_id(home):
        return ()
    try:
        filter = filter_in(request.query, GROUPS)
    except ScimRefused:
        return ()
    asked = dict(sought(filter, GROUPS)) if filter is not None else {}
    if "id" in asked:
        return (keys.workspace_group(home, asked["id"]),) if keys.is_plain_id(asked["id"]) else ()
    if "displayName" in asked:
        return (workspace_groups.name_place(home, asked["displayName"]),)
    return ()


def page(call: ScimCall, start: int, count: int) -> tuple[list[dict[str, Any]], int]:
    """A page of the groups that the query's filter finds, and how many those are. Raises ScimRefused.

    It may hold fewer than were asked for: an answer has its bound, and groups may be large.
    """
    filter, store, home = filter_in(call.request.query, GROUPS), call.store, call.workspace.id
    if filter is None:
        found, total = workspace_groups.page(store, home, start, count)
        return _bounded(call, found), total
    groups, reads_members = _candidates(call, filter), "members" in repr(filter).lower()
    if reads_members and sum(group.members for group in groups) > MEMBERS_OF_A_PAGE:
        raise ScimRefused("tooMany", f"The filter would look at more than {MEMBERS_OF_A_PAGE} members.")
    hits = [each for each in groups if meets(filter, resource(call, each, whole=reads_members), GROUPS)]
    return _bounded(call, hits[start - 1 : start - 1 + count]), len(hits)


def _bounded(call: ScimCall, groups: Sequence[WorkspaceGroup]) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    members = 0
    for group in groups:
        if members and members + group.members > MEMBERS_OF_A_PAGE:
            break
        found = resource(call, group)
        members += len(found.get("members", []))
        shown.append(found)
    return shown


def _candidates(call: ScimCall, filter: Filter) -> list[WorkspaceGroup]:
    store, home, asked = call.store, call.workspace.id, dict(sought(filter, GROUPS))
    if "id" in asked:
        one = (
            call.found.get(keys.workspace_group(home, asked["id"])) if keys.is_plain_id(asked["id"]) else None
        )
        return [] if one is None else [workspace_groups.among(call.found, home, asked["id"])]
    if "displayName" in asked:
        group = workspace_groups.by_name(store, home, asked["displayName"], known=call.found)
        return [] if group is None else [group]
    if "externalId" in asked:
        return workspace_groups.by_external_id(store, home, asked["externalId"])
    found, total = workspace_groups.page(store, home, 1, EVALUATED)
    demand_few(total)
    return found
