"""POST /api/auth/invitations/accept: makes an account and opens a session, or joins in the account's own."""

from roster.auth import acceptance
from roster.auth.login import Sender
from roster.dialects.workspaces.api import Access, device_cookies, endpoint, session_cookie
from roster.dialects.workspaces.invitations import Accept, session_in
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.http.handler import Response

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/invitations/accept")
def accept_invitation(body: Accept) -> Response[Success[AdminUser]]:
    call, sender = app.call, Sender.of(app.call.request)
    user, opened = acceptance.accept(
        call.store,
        body.token,
        session_in(call.request),
        body.fullName,
        body.password,
        by=call.actor,
        browser=sender.browser,
    )
    cookies = []
    if opened is not None:
        cookies = [session_cookie(str(opened)), *device_cookies(sender.cookie_for(user))]
    return Response(200, "application/json", call.success(AdminUser.of(user)), cookies=cookies)
