"""POST /api/auth/login/second: opens a session by a second factor, after the password was right."""

from roster.auth import links, second_factor
from roster.auth.login import Sender
from roster.dialects.workspaces.api import (
    Access,
    challenge_cookie,
    device_cookies,
    endpoint,
    session_cookie,
)
from roster.dialects.workspaces.factors import SecondLogin, remembered_cookies
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.http.handler import Response
from roster.settings import challenge_cookie_name

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/login/second")
def log_in_second(body: SecondLogin) -> Response[Success[AdminUser]]:
    call, sender = app.call, Sender.of(app.call.request)
    user, credential, kept = second_factor.log_in(
        call.store,
        body.challenge,
        body.answer(links.public_url(call.request)),
        sender,
        call.request.cookie(challenge_cookie_name()),
        remember=body.remember,
        by=call.actor,
    )
    cookies = [
        session_cookie(str(credential)),
        challenge_cookie(""),
        *device_cookies(sender.cookie_for(user)),
        *remembered_cookies(kept),
    ]
    return Response(200, "application/json", call.success(AdminUser.of(user)), cookies=cookies)
