"""GET /api/auth/tokens: the caller's live tokens, oldest first, without their secrets."""

from roster.auth import api_tokens
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize, Token

app, handler = endpoint(Access.ANY_SESSION)


@app.get("/api/auth/tokens")
def list_tokens(page: PageNumber = "", size: PageSize = "") -> Listed[Token]:
    call, paging = app.call, PageRequest.of(page, size)
    mine = api_tokens.of_user(call.store, call.user, call.now)
    first = (paging.page - 1) * paging.size
    shown = [Token.of(token) for token in mine[first : first + paging.size]]
    return call.listed(paging, shown, len(mine))
