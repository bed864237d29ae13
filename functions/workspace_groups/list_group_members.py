"""GET /api/workspaces/{workspaceId}/groups/{groupId}/members: who is in the group, in order of joining."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.provisioning import SEE_GROUP, GroupMember, group_of
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import group_places

app, handler = endpoint(Access.MEMBER, SEE_GROUP)


@app.get("/api/workspaces/<workspaceId>/groups/<groupId>/members")
def list_group_members(
    workspaceId: str, groupId: str, page: PageNumber = "", size: PageSize = ""
) -> Listed[GroupMember]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = group_places.members_page(call.store, group_of(call), paging.page, paging.size)
    return call.listed(paging, [GroupMember.of(*each) for each in found], total)
