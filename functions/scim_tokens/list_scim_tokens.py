"""GET /api/workspaces/{workspaceId}/scim-tokens: the live tokens of the identity provider, oldest first."""

from roster.auth import scim_tokens
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.provisioning import SCIM_TOKENS, ListedScimToken
from roster.dialects.workspaces.schemas import Listed, PageRequest

app, handler = endpoint(Access.WORKSPACE_ADMIN, SCIM_TOKENS)


@app.get("/api/workspaces/<workspaceId>/scim-tokens")
def list_scim_tokens(workspaceId: str) -> Listed[ListedScimToken]:
    call = app.call
    found = scim_tokens.live(call.found, call.workspace.id, call.now)
    return call.listed(PageRequest.of("", ""), [ListedScimToken.of(one) for one in found], len(found))
