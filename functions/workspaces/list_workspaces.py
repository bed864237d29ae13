"""GET /api/workspaces: the caller's workspaces; to a platform ADMIN all of them, or those found."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize, WorkspaceShape
from roster.dialects.workspaces.search import Found, Search, SearchCursor, SearchText, demand_one_kind
from roster.directory import search, workspaces
from roster.errors import Forbidden

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/workspaces")
def list_workspaces(
    page: PageNumber = "", size: PageSize = "", q: SearchText = "", cursor: SearchCursor = ""
) -> Listed[WorkspaceShape] | Found[WorkspaceShape]:
    call, paging = app.call, PageRequest.of(page, size)
    if (q or cursor) and not call.user.is_admin:
        raise Forbidden
    asked = {"q": q, "cursor": cursor, "page": page, "size": size}
    if demand_one_kind(asked, {"": ("page", "size"), "q": ("size", "cursor")}):
        question = Search(call, q, size, cursor)
        homes, place = search.workspaces_page(call.store, q, question.rows, question.place())
        return question.answer([WorkspaceShape.of(workspace) for workspace in homes], place)
    if call.user.is_admin:
        homes, total = workspaces.page(call.store, paging.page, paging.size)
    else:
        homes, total = workspaces.page_of_caller(call.store, call.user, paging.page, paging.size)
    return call.listed(paging, [WorkspaceShape.of(workspace) for workspace in homes], total)
