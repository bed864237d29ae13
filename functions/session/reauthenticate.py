"""POST /api/auth/reauthenticate: proves anew who calls, for ten minutes; the session gets another secret."""

from roster.auth import reauthentication, sessions
from roster.auth.login import Sender
from roster.clock import instant
from roster.dialects.workspaces.api import Access, endpoint, session_cookie
from roster.dialects.workspaces.people import Proved, Reauthenticate
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.LOGOUT)


@app.post("/api/auth/reauthenticate")
def reauthenticate(body: Reauthenticate) -> Response[Success[Proved]]:
    call, sender = app.call, Sender.of(app.call.request)
    if body.password is not None:
        prove, shown = reauthentication.by_password, body.password
    else:
        prove, shown = reauthentication.by_code, body.code
    credential = prove(call.store, call.session, call.user, shown, sender, by=call.actor)
    proved = Proved(provedUntil=instant(call.now + sessions.PROOF_LASTS))
    cookies = [session_cookie(str(credential))]
    return Response(200, "application/json", call.success(proved), cookies=cookies)
