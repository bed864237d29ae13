"""POST /api/auth/login/passkey: opens a session by a passkey alone; whatever is wrong is the same 401."""

from roster.auth import passkey_login
from roster.auth.login import Sender
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import logged_in
from roster.dialects.workspaces.passkeys import LogInByPasskey, relying_party
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.http.handler import Response

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/login/passkey")
def log_in_by_passkey(body: LogInByPasskey) -> Response[Success[AdminUser]]:
    call, sender = app.call, Sender.of(app.call.request)
    party = relying_party(call)
    user, credential = passkey_login.log_in(
        call.store, party, body.assertion.json_of(), sender, call.challenge_cookies, by=call.actor
    )
    return logged_in(call, user, credential, sender)
