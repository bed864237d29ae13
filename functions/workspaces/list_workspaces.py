"""GET /api/workspaces: the caller's workspaces; to a platform ADMIN all of them, or those found."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize, WorkspaceShape
from roster.dialects.workspaces.search import FoundPage, SearchCursor, SearchQuestion, SearchText, is_search
from roster.directory import search, suspensions, workspaces
from roster.errors import Forbidden

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/workspaces")
def list_workspaces(
    page: PageNumber = "", size: PageSize = "", q: SearchText = "", cursor: SearchCursor = ""
) -> Listed[WorkspaceShape] | FoundPage[WorkspaceShape]:
    call, paging = app.call, PageRequest.of(page, size)
    if (q or cursor) and not call.user.is_admin:
        raise Forbidden
    if is_search(q, cursor, page):
        question = SearchQuestion(call, q, size, cursor)
        homes, place = search.workspaces_page(call.store, q, question.rows, question.place())
        return question.answer([WorkspaceShape.of(workspace) for workspace in homes], place)
    if call.user.is_admin:
        found, total = workspaces.page(call.store, paging.page, paging.size)
    else:
        closed = suspensions.closed(call.store, call.found)
        found, total = workspaces.page_of_caller(call.store, call.user, paging.page, paging.size, closed)
    return call.listed(paging, [WorkspaceShape.of(workspace) for workspace in found], total)
