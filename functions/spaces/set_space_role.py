"""PUT /api/workspaces/{workspaceId}/spaces/{spaceId}/roles/{role}/{userId}: gives a member a role."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.spaces import GIVE_ROLES, SpaceRoleHolder, demand_role, space_of
from roster.directory import space_roles

app, handler = endpoint(Access.MEMBER, GIVE_ROLES)


@app.put("/api/workspaces/<workspaceId>/spaces/<spaceId>/roles/<role>/<userId>")
def set_space_role(workspaceId: str, spaceId: str, role: str, userId: str) -> Success[SpaceRoleHolder]:
    call = app.call
    space, wanted = space_of(call), demand_role(role)
    call.demand_match(None)
    held = space_roles.give(call.store, space, userId, wanted, by=call.actor, known=call.found)
    return call.success(SpaceRoleHolder.of(held))
