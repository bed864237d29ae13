"""GET /api/workspaces/{workspaceId}/members: members in order of joining, or those found; to members."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, MemberDetail, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.search import FoundPage, SearchCursor, SearchQuestion, SearchText, is_search
from roster.directory import members, search

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/members")
def list_members(
    workspaceId: str,
    page: PageNumber = "",
    size: PageSize = "",
    q: SearchText = "",
    cursor: SearchCursor = "",
) -> Listed[MemberDetail] | FoundPage[MemberDetail]:
    call, paging, home = app.call, PageRequest.of(page, size), app.call.workspace.id
    if is_search(q, cursor, page):
        question = SearchQuestion(call, q, size, cursor)
        found, place = search.members_page(call.store, home, q, question.rows, question.place())
        return question.answer([MemberDetail.of(*each) for each in found], place)
    found, total = members.page(call.store, home, paging.page, paging.size, known=call.found)
    return call.listed(paging, [MemberDetail.of(*each) for each in found], total)
