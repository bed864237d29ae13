"""POST /api/auth/factors/passkeys: a passkey that the caller's browser made becomes a factor of theirs."""

from roster.auth import passkey_enrolment
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import OwnFactor
from roster.dialects.workspaces.passkeys import EnrolPasskey, relying_party
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.ENROLMENT_PROVED)


@app.post("/api/auth/factors/passkeys")
def create_passkey(body: EnrolPasskey) -> Success[OwnFactor]:
    call = app.call
    party = relying_party(call)
    cookies = call.challenge_cookies

    def prepare() -> tuple[Transaction, OwnFactor]:
        work, factor = passkey_enrolment.prepare(
            call.store, party, call.session, body.name, body.attestation.json_of(), cookies, by=call.actor
        )
        return work, OwnFactor.of(factor)

    return call.commit_once(body, Success[OwnFactor], prepare)
