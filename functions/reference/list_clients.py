"""GET /api/admin/clients: the programs of the token endpoint, to platform ADMINs; never a secret."""

from roster.auth import clients
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.site import ClientWire, page_of

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/clients")
def list_clients(page: PageNumber = "", size: PageSize = "") -> Listed[ClientWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = clients.everyone(call.store, call.now)
    return call.listed(paging, [ClientWire.of(one) for one in page_of(found, paging)], len(found))
