"""DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}: takes an open invitation back."""

from roster.clock import instant
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.directory import invitations

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.delete("/api/workspaces/<workspaceId>/invitations/<invitationId>")
def revoke_invitation(workspaceId: str, invitationId: str) -> Done:
    call = app.call
    present = invitations.open_in(call.store, call.workspace, invitationId, instant(call.now))
    call.demand_match(None)
    invitations.revoke(call.store, present, by=call.actor)
    return call.done()
