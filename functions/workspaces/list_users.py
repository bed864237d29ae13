"""GET /api/admin/users: the site's users in order of creation, or those looked for; to platform ADMINs."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Listed, PageNumber, PageSize
from roster.dialects.workspaces.search import (
    ExactEmail,
    FoundPage,
    SearchCursor,
    SearchText,
    UserRole,
    UserStatus,
    users_asked_for,
)

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users")
def list_users(
    page: PageNumber = "",
    size: PageSize = "",
    email: ExactEmail = "",
    q: SearchText = "",
    cursor: SearchCursor = "",
    status: UserStatus = "",
    role: UserRole = "",
) -> Listed[AdminUser] | FoundPage[AdminUser]:
    asked = {"page": page, "size": size, "email": email, "q": q, "cursor": cursor}
    return users_asked_for(app.call, {**asked, "status": status, "role": role})
