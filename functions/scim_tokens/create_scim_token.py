"""POST /api/workspaces/{workspaceId}/scim-tokens: a credential for the identity provider, shown this once."""

from roster.auth import scim_tokens
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint, expiry
from roster.dialects.workspaces.provisioning import CreateScimToken, ListedScimToken, NewScimToken
from roster.dialects.workspaces.schemas import Success

app, handler = endpoint(Access.WORKSPACE_ADMIN_PROVED)


@app.post("/api/workspaces/<workspaceId>/scim-tokens")
def create_scim_token(workspaceId: str, body: CreateScimToken) -> Success[NewScimToken]:
    call = app.call
    workspace, expires_at = call.workspace, expiry(call, body.expiresAt)

    def prepare() -> tuple[Transaction, NewScimToken]:
        work, made, credential = scim_tokens.prepare(
            call.store, workspace, body.name, expires_at, by=call.actor
        )
        return work, NewScimToken(**ListedScimToken.of(made).model_dump(), secret=str(credential))

    return call.commit_once(body, Success[NewScimToken], prepare)
