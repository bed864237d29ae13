"""GET /api/admin/users/{userId}/credentials: what proves a user at this moment, never a secret."""

from roster.auth import account
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.people import UserCredentials
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.PLATFORM_ADMIN_SESSION)


@app.get("/api/admin/users/<userId>/credentials")
def list_credentials(userId: str) -> Success[UserCredentials]:
    call = app.call
    return call.success(UserCredentials.of(account.of_user(call.store, call.named_user, call.now)))
