"""GET /api/auth/me: the caller, as administrators see a user."""

from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import AdminUser, Success

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/auth/me")
def get_me() -> Success[AdminUser]:
    return app.call.success(AdminUser.of(app.call.user))
