"""GET /api/admin/groups: the groups of the site, by their numbers."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.site import GroupWire, page_of
from roster.directory import reference_data

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/groups")
def list_groups(page: PageNumber = "", size: PageSize = "") -> Listed[GroupWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = sorted(reference_data.all_groups(call.store), key=lambda one: one.number)
    return call.listed(paging, [GroupWire.of(one) for one in page_of(found, paging)], len(found))
