"""DELETE /api/auth/sessions/{sessionId}: ends a session or a grant of the caller's, on the next request."""

from functools import partial

from roster.auth import account
from roster.dialects.workspaces.api import Access, endpoint, session_cookie
from roster.dialects.workspaces.schemas import Done
from roster.http.handler import Response

app, handler = endpoint(Access.ANY_SESSION)


@app.delete("/api/auth/sessions/<sessionId>")
def end_session(sessionId: str) -> Response[Done]:
    call = app.call
    demand = partial(call.demand_match, None)
    account.end_one(call.store, call.user, sessionId, call.found, by=call.actor, tokens=False, demand=demand)
    cookies = [session_cookie("")] if sessionId == call.session.id else []
    return Response(200, "application/json", call.done(), cookies=cookies)
