"""DELETE /api/auth/tokens/{tokenId}: ends one of the caller's tokens, on the next request."""

from functools import partial

from roster.auth import api_tokens
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.PROVED_SESSION)


@app.delete("/api/auth/tokens/<tokenId>")
def revoke_token(tokenId: str) -> Done:
    call = app.call
    demand = partial(call.demand_match, None)
    api_tokens.revoke(call.store, call.user, tokenId, by=call.actor, demand=demand)
    return call.done()
