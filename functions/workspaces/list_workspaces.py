"""GET /api/workspaces: the caller's workspaces; all of them to a platform ADMIN."""

from roster.dialects.workspaces.api import Access, Window, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageSize, Workspace
from roster.directory import workspaces

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/workspaces")
def list_workspaces(page: PageNumber = "", size: PageSize = "") -> Listed[Workspace]:
    call, window = app.call, Window.of(page, size)
    if call.user.is_admin:
        found, total = workspaces.page(call.store, window.page, window.size)
    else:
        found, total = workspaces.page_of_caller(call.store, call.user, window.page, window.size)
    return call.listed(window, [Workspace.of(tenant) for tenant in found], total)
