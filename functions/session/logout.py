"""POST /api/auth/logout: ends this session."""

from roster.auth import sessions
from roster.dialects.workspaces.api import Access, endpoint, session_cookie
from roster.dialects.workspaces.schemas import Done
from roster.http.handler import Response

app, handler = endpoint(Access.LOGOUT)


@app.post("/api/auth/logout")
def log_out() -> Response[Done]:
    call = app.call
    sessions.end(call.store, call.session, by=call.actor)
    return Response(200, "application/json", call.done(), cookies=[session_cookie("")])
