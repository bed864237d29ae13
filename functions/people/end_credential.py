"""DELETE /api/admin/users/{userId}/credentials/{credentialId}: ends one of a user's, on the next request."""

from functools import partial

from roster.auth import account
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.PLATFORM_ADMIN_PROVED)


@app.delete("/api/admin/users/<userId>/credentials/<credentialId>")
def end_credential(userId: str, credentialId: str) -> Done:
    call, user = app.call, app.call.named_user
    demand = partial(call.demand_match, None)
    account.end_one(call.store, user, credentialId, call.found, by=call.actor, tokens=True, demand=demand)
    return call.done()
