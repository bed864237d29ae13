"""GET /api/admin/users/{userId}: one user, to platform ADMINs."""

from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import AdminUser, Success
from roster.door import Response
from roster.table import users

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users/<userId>")
def get_user(userId: str) -> Response[Success[AdminUser]]:
    user = users.alive(app.call.store, userId)
    return app.call.tagged(AdminUser.of(user), user.revision)
