"""GET /api/workspaces/{workspaceId}/members: the members in order of joining, to any of them."""

from roster.dialects.workspaces import Access, Window, endpoint
from roster.dialects.workspaces_shapes import Listed, Member, PageNumber, PageSize
from roster.table import members

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/members")
def list_members(workspaceId: str, page: PageNumber = "", size: PageSize = "") -> Listed[Member]:
    call, window = app.call, Window.of(page, size)
    found, total = members.page(call.store, call.tenant.id, window.page, window.size)
    return call.listed(window, [Member.of(membership, user) for membership, user in found], total)
