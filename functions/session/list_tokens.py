"""GET /api/auth/tokens: the caller's live tokens, oldest first, without their secrets."""

from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import Success, Token
from roster.table import tokens

app, handler = endpoint(Access.ANY_USER)


@app.get("/api/auth/tokens")
def list_tokens() -> Success[list[Token]]:
    call = app.call
    return call.success([Token.of(token) for token in tokens.of_user(call.store, call.user.id, call.now)])
