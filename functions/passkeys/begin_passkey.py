"""POST /api/auth/factors/passkeys/options: what the caller's browser is asked to make a passkey by."""

from roster.auth import passkey_enrolment
from roster.dialects.workspaces.api import Access, challenge_cookie, endpoint
from roster.dialects.workspaces.passkeys import CreationOptions, relying_party
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.ENROLMENT_PROVED)


@app.post("/api/auth/factors/passkeys/options")
def begin_passkey() -> Response[Success[CreationOptions]]:
    call = app.call
    party = relying_party(call)
    challenge, options = passkey_enrolment.begin(call.store, party, call.user, by=call.actor)
    answer = call.success(CreationOptions.model_validate(options))
    return Response(200, "application/json", answer, cookies=[challenge_cookie(challenge.browser)])
