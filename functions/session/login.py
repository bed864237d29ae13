"""POST /api/auth/login: opens a session; whatever is wrong with the credentials is one and the same 401."""

from roster.auth import links, login
from roster.auth.login import Sender
from roster.auth.passkeys import RelyingParty
from roster.dialects.workspaces.api import Access, device_cookies, endpoint, session_cookie
from roster.dialects.workspaces.schemas import AdminUser, Login, Success
from roster.http.handler import Response

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/login")
def log_in(body: Login) -> Response[Success[AdminUser]]:
    call, sender = app.call, Sender.of(app.call.request)
    party = RelyingParty.at(links.public_url(call.request))
    user, credential = login.by_password(
        call.store, body.email, body.password, sender, by=call.actor, party=party
    )
    cookies = [session_cookie(str(credential)), *device_cookies(sender.cookie_for(user))]
    return Response(200, "application/json", call.success(AdminUser.of(user)), cookies=cookies)
