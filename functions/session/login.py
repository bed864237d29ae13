"""POST /api/auth/login: opens a session; whatever is wrong with the credentials is one and the same 401."""

from roster import login
from roster.dialects.workspaces import Access, endpoint, session_cookie
from roster.dialects.workspaces_shapes import AdminUser, Login, Success
from roster.door import Response

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/login")
def log_in(body: Login) -> Response[Success[AdminUser]]:
    call = app.call
    user, credential = login.by_password(call.store, body.email, body.password, by=call.actor)
    answer = call.success(AdminUser.of(user))
    return Response(200, "application/json", answer, cookies=[session_cookie(str(credential))])
