"""POST /api/auth/factors/passkeys/options: what the caller's browser is asked to make a passkey by."""

from roster.auth import links, passkey_enrolment
from roster.auth.passkeys import RelyingParty
from roster.dialects.workspaces.api import Access, challenge_cookie, endpoint
from roster.dialects.workspaces.passkeys import CreationOptions
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.ENROLMENT_PROVED)


@app.post("/api/auth/factors/passkeys/options")
def begin_passkey() -> Response[Success[CreationOptions]]:
    call = app.call
    party = RelyingParty.of(links.public_url(call.request))
    challenge, options = passkey_enrolment.begin(call.store, party, call.user, by=call.actor)
    answer = call.success(CreationOptions.model_validate(options))
    return Response(200, "application/json", answer, cookies=[challenge_cookie(challenge.browser)])
