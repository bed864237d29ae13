"""POST /api/auth/factors/totp: a secret for an authenticator, which counts once a code confirms it."""

from roster.auth import enrolment
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import EnrolTotp, NewTotp
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.ENROLMENT_PROVED)


@app.post("/api/auth/factors/totp")
def enrol_totp(body: EnrolTotp) -> Success[NewTotp]:
    call = app.call
    begun = enrolment.begin(call.store, call.user, body.name, by=call.actor)
    return call.success(NewTotp.of(begun, call.user.email))
