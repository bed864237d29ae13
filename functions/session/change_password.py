"""PUT /api/auth/me/password: a new password for the caller; all other sessions end, if asked API tokens."""

from roster.auth import login
from roster.auth.login import Sender
from roster.dialects.workspaces.api import Access, device_cookies, endpoint
from roster.dialects.workspaces.schemas import ChangePassword, Done
from roster.http.handler import Response

app, handler = endpoint(Access.PASSWORD_CHANGE)


@app.put("/api/auth/me/password")
def change_password(body: ChangePassword) -> Response[Done]:
    call, sender = app.call, Sender.of(app.call.request)
    call.demand_match(None)
    changed = login.change_password(
        call.store,
        call.session,
        call.user,
        body.currentPassword,
        body.newPassword,
        sender,
        by=call.actor,
        end_tokens=body.endTokens,
    )
    cookies = device_cookies(sender.cookie_for(changed))
    return Response(200, "application/json", call.done(), cookies=cookies)
