"""GET /api/auth/sessions: the caller's sessions, and the programs that were granted tokens, oldest first."""

from roster.auth import account
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.people import OwnSession
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize

app, handler = endpoint(Access.ANY_SESSION)


@app.get("/api/auth/sessions")
def list_sessions(page: PageNumber = "", size: PageSize = "") -> Listed[OwnSession]:
    call, paging = app.call, PageRequest.of(page, size)
    found = account.of_user(call.store, call.user, call.now)
    mine = [OwnSession.of(each, current=each.id == call.session.id) for each in found.sessions_and_grants]
    first = (paging.page - 1) * paging.size
    return call.listed(paging, mine[first : first + paging.size], len(mine))
