"""PUT /api/auth/me/password: a new password for the caller; all other sessions end."""

from roster import login
from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import ChangePassword, Done

app, handler = endpoint(Access.ANY_SESSION)


@app.put("/api/auth/me/password")
def change_password(body: ChangePassword) -> Done:
    call = app.call
    call.demand_match(None)
    login.change_password(
        call.store, call.session, call.user, body.currentPassword, body.newPassword, by=call.actor
    )
    return call.done()
