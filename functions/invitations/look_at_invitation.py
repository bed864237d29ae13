"""POST /api/auth/invitations/look: what a link offers, to whoever has it."""

from roster.auth import acceptance
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import Look, OfferShape
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.PUBLIC)


@app.post("/api/auth/invitations/look")
def look_at_invitation(body: Look) -> Success[OfferShape]:
    call = app.call
    return call.success(OfferShape.of(acceptance.look(call.store, body.token, call.now)))
