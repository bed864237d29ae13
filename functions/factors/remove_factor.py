"""DELETE /api/auth/factors/{factorId}: ends one of the caller's second factors, and what it remembered."""

from roster.auth import authentication
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.directory import factors

app, handler = endpoint(Access.PROVED_SESSION)


@app.delete("/api/auth/factors/<factorId>")
def remove_factor(factorId: str) -> Done:
    call = app.call
    factor = factors.in_path(call.found, call.user.id, factorId)
    call.demand_match(None)
    demanded = authentication.is_demanded(call.user)
    factors.remove(call.store, call.user, factor, demanded=demanded, by=call.actor)
    return call.done()
