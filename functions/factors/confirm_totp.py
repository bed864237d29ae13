"""POST /api/auth/factors/totp/{factorId}/confirm: makes a factor of a secret, by the first code of it."""

from roster.auth import enrolment
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import ConfirmTotp, OwnFactor
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.ENROLMENT_PROVED)


@app.post("/api/auth/factors/totp/<factorId>/confirm")
def confirm_totp(factorId: str, body: ConfirmTotp) -> Success[OwnFactor]:
    call = app.call
    factor = enrolment.confirm(
        call.store, call.user, call.session, factorId, body.code, call.found, by=call.actor
    )
    return call.success(OwnFactor.of(factor))
