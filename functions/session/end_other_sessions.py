"""DELETE /api/auth/sessions: ends all the caller's sessions but this, and all grants to programs."""

from roster.auth import account
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.ANY_SESSION)


@app.delete("/api/auth/sessions")
def end_other_sessions() -> Done:
    call = app.call
    call.demand_match(None)
    account.end_others(call.store, call.user, call.session, by=call.actor)
    return call.done()
