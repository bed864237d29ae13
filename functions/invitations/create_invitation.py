"""POST /api/workspaces/{workspaceId}/invitations: invites an address, which may have no account yet."""

from uuid import uuid4

from roster.auth import links
from roster.db.transactions import Transaction
from roster.dialects.workspaces import invitations as shapes
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import Invite, NewInvitation
from roster.dialects.workspaces.schemas import Success
from roster.directory import invitations
from roster.domain import WorkspaceRole

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/invitations")
def create_invitation(workspaceId: str, body: Invite) -> Success[NewInvitation]:
    call = app.call
    workspace, role = call.workspace, WorkspaceRole(body.role)
    expires_at = shapes.expiry(call, body.expiresAt)

    def prepare() -> tuple[Transaction, NewInvitation]:
        sealed = links.seal(links.keys(), "invitation", workspace.id, uuid4().hex)
        wanted = shapes.wanted(call, sealed, body.email, role, expires_at)
        work, made = invitations.prepare(call.store, workspace, wanted, by=call.actor)
        return work, NewInvitation.of(made, sealed.token)

    return call.commit_once(body, Success[NewInvitation], prepare)
