"""DELETE /api/workspaces/{workspaceId}/scim-tokens/{tokenId}: ends a credential of the identity provider."""

from functools import partial

from roster.auth import scim_tokens
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.delete("/api/workspaces/<workspaceId>/scim-tokens/<tokenId>")
def revoke_scim_token(workspaceId: str, tokenId: str) -> Done:
    call = app.call
    demand = partial(call.demand_match, None)
    scim_tokens.revoke(call.store, call.workspace, tokenId, by=call.actor, demand=demand)
    return call.done()
