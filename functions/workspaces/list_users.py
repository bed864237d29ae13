"""GET /api/admin/users: the site's users in order of creation, to platform ADMINs."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Listed, PageNumber, PageRequest, PageSize
from roster.directory import users

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users")
def list_users(page: PageNumber = "", size: PageSize = "") -> Listed[AdminUser]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = users.page(call.store, paging.page, paging.size)
    return call.listed(paging, [AdminUser.of(user) for user in found], total)
