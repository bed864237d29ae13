"""POST /api/auth/factors/recovery-codes: ten new recovery codes, shown this once; former ones are dead."""

from roster.auth import enrolment
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import NewRecoveryCodes
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.ENROLMENT_PROVED)


@app.post("/api/auth/factors/recovery-codes")
def create_recovery_codes() -> Success[NewRecoveryCodes]:
    call = app.call
    codes = enrolment.renew_recovery_codes(call.store, call.user, by=call.actor)
    return call.success(NewRecoveryCodes(codes=codes))
