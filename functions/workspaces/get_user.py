"""GET /api/admin/users/{userId}: one user, to platform ADMINs."""

from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import AdminUser, Success
from roster.table import users

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users/<userId>")
def get_user(userId: str) -> Success[AdminUser]:
    return app.call.success(AdminUser.of(users.alive(app.call.store, userId)))
