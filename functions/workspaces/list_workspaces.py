"""GET /api/workspaces: the caller's workspaces; all of them to a platform ADMIN."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize, WorkspaceShape
from roster.directory import suspensions, workspaces

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/workspaces")
def list_workspaces(page: PageNumber = "", size: PageSize = "") -> Listed[WorkspaceShape]:
    call, paging = app.call, PageRequest.of(page, size)
    if call.user.is_admin:
        found, total = workspaces.page(call.store, paging.page, paging.size)
    else:
        closed = suspensions.closed(call.store, call.found)
        found, total = workspaces.page_of_caller(call.store, call.user, paging.page, paging.size, closed)
    return call.listed(paging, [WorkspaceShape.of(workspace) for workspace in found], total)
