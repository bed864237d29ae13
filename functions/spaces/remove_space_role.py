"""DELETE /api/workspaces/{workspaceId}/spaces/{spaceId}/roles/{role}/{userId}: ends a role in a space."""

from functools import partial

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.spaces import GIVE_ROLES, demand_role, space_of
from roster.directory import space_roles

app, handler = endpoint(Access.MEMBER, GIVE_ROLES)


@app.delete("/api/workspaces/<workspaceId>/spaces/<spaceId>/roles/<role>/<userId>")
def remove_space_role(workspaceId: str, spaceId: str, role: str, userId: str) -> Done:
    call = app.call
    space, held = space_of(call), demand_role(role)
    demand = partial(call.demand_match, None)
    space_roles.end(call.store, space, userId, held, by=call.actor, known=call.found, demand=demand)
    return call.done()
