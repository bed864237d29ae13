"""GET /api/workspaces/{workspaceId}/spaces/{spaceId}/apps: the apps of a space."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.spaces import SEE_SPACE, SpaceApp, space_of
from roster.directory import spaces

app, handler = endpoint(Access.MEMBER, SEE_SPACE)


@app.get("/api/workspaces/<workspaceId>/spaces/<spaceId>/apps")
def list_apps(workspaceId: str, spaceId: str, page: PageNumber = "", size: PageSize = "") -> Listed[SpaceApp]:
    call, paging = app.call, PageRequest.of(page, size)
    space = space_of(call)
    found, total = spaces.apps_page(call.store, space.id, paging.page, paging.size, known=call.found)
    return call.listed(paging, [SpaceApp.of(one) for one in found], total)
