"""POST /api/auth/tokens: a bearer token for the caller's programs; its secret is shown this once."""

from roster.auth import api_tokens
from roster.dialects.workspaces.api import Access, demand_place, endpoint, expiry
from roster.dialects.workspaces.schemas import CreateToken, NewToken, Success, Token

app, handler = endpoint(Access.PROVED_SESSION)


@app.post("/api/auth/tokens")
def create_token(body: CreateToken) -> Success[NewToken]:
    call = app.call
    expires_at = expiry(call, body.expiresAt)
    demand_place(call, body.workspaceId)
    token, credential = api_tokens.create(
        call.store, call.user, body.name, body.workspaceId, expires_at, by=call.actor
    )
    return call.success(NewToken(**Token.of(token).model_dump(), token=str(credential)))
