"""POST /api/auth/password/reset: a new password for whoever has the link; all sessions end."""

from roster.auth import password_links
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import Reset
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/password/reset")
def reset_password(body: Reset) -> Done:
    call = app.call
    password_links.reset(call.store, body.token, body.password, end_tokens=body.endTokens, by=call.actor)
    return call.done()
