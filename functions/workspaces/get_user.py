"""GET /api/admin/users/{userId}: one user, to platform ADMINs."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users/<userId>")
def get_user(userId: str) -> Response[Success[AdminUser]]:
    user = app.call.named_user
    return app.call.tagged(AdminUser.of(user), user.revision)
