"""DELETE /api/admin/users/{userId}/factors: ends all of a user's factors and sessions; the user is told."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.people import demand_factors_of_another
from roster.dialects.workspaces.schemas import Done
from roster.directory import factors
from roster.settings import settings

app, handler = endpoint(Access.PLATFORM_ADMIN_PROVED)


@app.delete("/api/admin/users/<userId>/factors")
def reset_factors(userId: str) -> Done:
    call, user = app.call, app.call.named_user
    demand_factors_of_another(call, user)
    call.demand_match(None)
    factors.reset(call.store, user, mails=settings().writes_mail, by=call.actor)
    return call.done()
