"""GET /api/workspaces/{workspaceId}/groups: the groups of the workspace in order of creation, to members."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.provisioning import GroupOfWorkspace
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import workspace_groups

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/groups")
def list_workspace_groups(
    workspaceId: str, page: PageNumber = "", size: PageSize = ""
) -> Listed[GroupOfWorkspace]:
    call, paging = app.call, PageRequest.of(page, size)
    start = (paging.page - 1) * paging.size + 1
    found, total = workspace_groups.page(call.store, call.workspace.id, start, paging.size)
    return call.listed(paging, [GroupOfWorkspace.of(group) for group in found], total)
