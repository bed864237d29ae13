"""DELETE /api/workspaces/{workspaceId}/members/{userId}: ends a membership and all granted within it."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.directory import members

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.delete("/api/workspaces/<workspaceId>/members/<userId>")
def remove_member(workspaceId: str, userId: str) -> Done:
    call = app.call
    members.remove(
        call.store,
        call.workspace,
        userId,
        by=call.actor,
        even_last_admin=call.user.is_admin,
        demand=lambda present: call.demand_match(present.revision),
        known=call.found,
    )
    return call.done()
