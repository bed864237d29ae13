"""POST /api/auth/login/passkey/options: what a browser is asked for a passkey of its user by."""

from roster.auth import passkey_login, passkeys
from roster.dialects.workspaces.api import Access, challenge_cookie, endpoint
from roster.dialects.workspaces.passkeys import RequestOptions, relying_party
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/login/passkey/options")
def begin_passkey_login() -> Response[Success[RequestOptions]]:
    call = app.call
    party = relying_party(call)
    challenge = passkey_login.begin(call.store, call.now)
    options = passkeys.request_options(party, challenge.secret)
    answer = call.success(RequestOptions.model_validate(options))
    return Response(200, "application/json", answer, cookies=[challenge_cookie(challenge.browser)])
