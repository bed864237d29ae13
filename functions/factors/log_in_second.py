"""POST /api/auth/login/second: opens a session by a second factor, after the password was right."""

from roster.auth import second_factor
from roster.auth.login import Sender
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import SecondLogin, logged_in
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.http.handler import Response

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/login/second")
def log_in_second(body: SecondLogin) -> Response[Success[AdminUser]]:
    call, sender = app.call, Sender.of(app.call.request)
    user, credential, kept = second_factor.log_in(
        call.store,
        body.challenge,
        body.answer(call),
        sender,
        call.challenge_cookies,
        remember=body.remember,
        by=call.actor,
    )
    return logged_in(call, user, credential, sender, kept)
