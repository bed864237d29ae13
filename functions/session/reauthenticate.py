"""POST /api/auth/reauthenticate: proves anew who calls, for ten minutes; the session gets another secret."""

from roster.auth import reauthentication, sessions
from roster.auth.login import Sender
from roster.auth.second_factor import PasskeyAnswer
from roster.clock import instant
from roster.dialects.workspaces.api import Access, challenge_cookie, endpoint, session_cookie
from roster.dialects.workspaces.factors import Proved, Reauthenticate
from roster.dialects.workspaces.passkeys import relying_party
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.LOGOUT)


@app.post("/api/auth/reauthenticate")
def reauthenticate(body: Reauthenticate) -> Response[Success[Proved]]:
    call, sender = app.call, Sender.of(app.call.request)
    store, session, user, by = call.store, call.session, call.user, call.actor
    if body.password is not None:
        credential = reauthentication.by_password(store, session, user, body.password, sender, by=by)
    elif body.code is not None:
        credential = reauthentication.by_code(store, session, user, body.code, sender, by=by)
    else:
        answer = PasskeyAnswer(relying_party(call), body.assertion.json_of())
        asked = call.challenge_cookies
        credential = reauthentication.by_passkey(store, session, user, answer, asked, sender, by=by)
    proved = Proved(provedUntil=instant(call.now + sessions.PROOF_LASTS))
    cookies = [session_cookie(str(credential)), *([challenge_cookie("")] if body.assertion else [])]
    return Response(200, "application/json", call.success(proved), cookies=cookies)
