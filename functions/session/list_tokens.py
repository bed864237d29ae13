"""GET /api/auth/tokens: the caller's live tokens, oldest first, without their secrets."""

from roster.auth import api_tokens
from roster.dialects.workspaces.api import Access, Window, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageSize, Token

app, handler = endpoint(Access.ANY_SESSION)


@app.get("/api/auth/tokens")
def list_tokens(page: PageNumber = "", size: PageSize = "") -> Listed[Token]:
    call, window = app.call, Window.of(page, size)
    mine = api_tokens.of_user(call.store, call.user.id, call.now)
    first = (window.page - 1) * window.size
    shown = [Token.of(token) for token in mine[first : first + window.size]]
    return call.listed(window, shown, len(mine))
