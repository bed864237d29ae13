"""GET /api/auth/factors: the caller's second factors, oldest first."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.factors import OwnFactor
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import factors

app, handler = endpoint(Access.ENROLMENT)


@app.get("/api/auth/factors")
def list_factors(page: PageNumber = "", size: PageSize = "") -> Listed[OwnFactor]:
    call, paging = app.call, PageRequest.of(page, size)
    mine = [OwnFactor.of(each) for each in factors.of_user(call.store, call.user.id).factors]
    return call.listed(paging, paging.part(mine), len(mine))
