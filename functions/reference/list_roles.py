"""GET /api/admin/roles: the permission roles of the site, by their numbers."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.site import RoleWire, page_of
from roster.directory import reference_data

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/roles")
def list_roles(page: PageNumber = "", size: PageSize = "") -> Listed[RoleWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = sorted(reference_data.all_roles(call.store), key=lambda one: one.number)
    return call.listed(paging, [RoleWire.of(one) for one in page_of(found, paging)], len(found))
