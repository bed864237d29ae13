"""GET /api/admin/users: the site's users in order of creation, to platform ADMINs."""

from roster.dialects.workspaces.api import Access, Window, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Listed, PageNumber, PageSize
from roster.directory import users

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users")
def list_users(page: PageNumber = "", size: PageSize = "") -> Listed[AdminUser]:
    call, window = app.call, Window.of(page, size)
    found, total = users.page(call.store, window.page, window.size)
    return call.listed(window, [AdminUser.of(user) for user in found], total)
