"""POST /api/admin/users/{userId}/unlock: forgets the failed logins of a user's address and devices."""

from roster.auth import login_throttle
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/admin/users/<userId>/unlock")
def unlock_user(userId: str) -> Done:
    call = app.call
    login_throttle.unlock(call.store, call.named_user, by=call.actor)
    return call.done()
