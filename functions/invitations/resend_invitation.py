"""POST /api/workspaces/{workspaceId}/invitations/{invitationId}/resend: a new link, the old one dies."""

from roster.dialects.workspaces import invitations as shapes
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import NewInvitation
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/invitations/<invitationId>/resend")
def resend_invitation(workspaceId: str, invitationId: str) -> Success[NewInvitation]:
    call = app.call
    renewed, token = shapes.renew(call, invitationId)
    return call.success(NewInvitation.of(renewed, token))
