"""GET /api/admin/users/{userId}/memberships: a user's workspaces, in their order of creation."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.people import UserMembership
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import workspaces

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/users/<userId>/memberships")
def list_memberships(userId: str, page: PageNumber = "", size: PageSize = "") -> Listed[UserMembership]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = workspaces.memberships_page(call.store, call.named_user, paging.page, paging.size)
    return call.listed(paging, [UserMembership.of(*each) for each in found], total)
