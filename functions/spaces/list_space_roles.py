"""GET /api/workspaces/{workspaceId}/spaces/{spaceId}/roles: who holds which role."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.spaces import SEE_SPACE, SpaceRoleHolder, space_of
from roster.directory import space_roles

app, handler = endpoint(Access.MEMBER, SEE_SPACE)


@app.get("/api/workspaces/<workspaceId>/spaces/<spaceId>/roles")
def list_space_roles(
    workspaceId: str, spaceId: str, page: PageNumber = "", size: PageSize = ""
) -> Listed[SpaceRoleHolder]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = space_roles.page(call.store, space_of(call), paging.page, paging.size, call.found)
    return call.listed(paging, [SpaceRoleHolder.of(held) for held in found], total)
