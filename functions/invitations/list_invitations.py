"""GET /api/workspaces/{workspaceId}/invitations: the invitations in order of creation, with their states."""

from roster.clock import instant
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import ListedInvitation
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import invitations

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.get("/api/workspaces/<workspaceId>/invitations")
def list_invitations(
    workspaceId: str, page: PageNumber = "", size: PageSize = ""
) -> Listed[ListedInvitation]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = invitations.page(call.store, call.workspace.id, paging.page, paging.size)
    now = instant(call.now)
    return call.listed(paging, [ListedInvitation.of(invitation, now) for invitation in found], total)
