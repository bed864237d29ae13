"""GET /api/workspaces/{workspaceId}/members: members in order of joining, or those found; to members."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, Member, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.search import Found, Search, SearchCursor, SearchText, demand_one_kind
from roster.directory import members, search

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/members")
def list_members(
    workspaceId: str,
    page: PageNumber = "",
    size: PageSize = "",
    q: SearchText = "",
    cursor: SearchCursor = "",
) -> Listed[Member] | Found[Member]:
    call, paging, workspace = app.call, PageRequest.of(page, size), app.call.workspace
    asked = {"q": q, "cursor": cursor, "page": page, "size": size}
    if demand_one_kind(asked, {"": ("page", "size"), "q": ("size", "cursor")}):
        question = Search(call, q, size, cursor)
        joined, place = search.members_page(call.store, workspace.id, q, question.rows, question.place())
        return question.answer([Member.of(membership, user) for membership, user in joined], place)
    joined, total = members.page(call.store, workspace.id, paging.page, paging.size)
    return call.listed(paging, [Member.of(membership, user) for membership, user in joined], total)
