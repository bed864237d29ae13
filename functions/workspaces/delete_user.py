"""DELETE /api/admin/users/{userId}: access ends with the answer; the cleanup clears the rest."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.directory import users

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.delete("/api/admin/users/<userId>")
def delete_user(userId: str) -> Done:
    call = app.call
    users.delete(
        call.store, call.named_user, by=call.actor, demand=lambda present: call.demand_match(present.revision)
    )
    return call.done()
