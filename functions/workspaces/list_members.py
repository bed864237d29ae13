"""GET /api/workspaces/{workspaceId}/members: the members in order of joining, to any of them."""

from roster.dialects.workspaces.api import Access, Window, endpoint
from roster.dialects.workspaces.schemas import Listed, Member, PageNumber, PageSize
from roster.directory import members

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/members")
def list_members(workspaceId: str, page: PageNumber = "", size: PageSize = "") -> Listed[Member]:
    call, window = app.call, Window.of(page, size)
    found, total = members.page(call.store, call.tenant.id, window.page, window.size)
    return call.listed(window, [Member.of(membership, user) for membership, user in found], total)
