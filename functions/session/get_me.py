"""GET /api/auth/me: the caller, as administrators see a user."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.http.handler import Response

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/auth/me")
def get_me() -> Response[Success[AdminUser]]:
    user = app.call.user
    return app.call.tagged(AdminUser.of(user), user.revision)
