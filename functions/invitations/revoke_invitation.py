"""DELETE /api/workspaces/{workspaceId}/invitations/{invitationId}: takes an open invitation back."""

from functools import partial

from roster.clock import instant
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.directory import invitations

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.delete("/api/workspaces/<workspaceId>/invitations/<invitationId>")
def revoke_invitation(workspaceId: str, invitationId: str) -> Done:
    call = app.call
    now, demand = instant(call.now), partial(call.demand_match, None)
    present = invitations.open_in(call.store, call.workspace, invitationId, now, demand=demand)
    invitations.revoke(call.store, present, by=call.actor)
    return call.done()
