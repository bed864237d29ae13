"""DELETE /api/admin/users/{userId}/credentials: ends all of a user's, API tokens too, on the next request."""

from roster.auth import account
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.PLATFORM_ADMIN_PROVED)


@app.delete("/api/admin/users/<userId>/credentials")
def end_credentials(userId: str) -> Done:
    call, user = app.call, app.call.named_user
    call.demand_match(None)
    account.end_all(call.store, user, by=call.actor)
    return call.done()
