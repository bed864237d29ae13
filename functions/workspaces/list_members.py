"""GET /api/workspaces/{workspaceId}/members: the members in order of joining, to any of them."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, MemberDetail, PageNumber, PageRequest, PageSize
from roster.directory import members

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/members")
def list_members(workspaceId: str, page: PageNumber = "", size: PageSize = "") -> Listed[MemberDetail]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = members.page(call.store, call.workspace.id, paging.page, paging.size)
    return call.listed(paging, [MemberDetail.of(membership, user) for membership, user in found], total)
