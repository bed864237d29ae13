"""GET /api/workspaces/{workspaceId}/spaces: the spaces in order of creation; to a member those of theirs."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.spaces import LIST_SPACES, ProjectFilter, WorkspaceSpace, page_of_caller

app, handler = endpoint(Access.MEMBER, LIST_SPACES)


@app.get("/api/workspaces/<workspaceId>/spaces")
def list_workspace_spaces(
    workspaceId: str, projectId: ProjectFilter = "", page: PageNumber = "", size: PageSize = ""
) -> Listed[WorkspaceSpace]:
    call, paging = app.call, PageRequest.of(page, size)
    found, total = page_of_caller(call, projectId, paging)
    return call.listed(paging, [WorkspaceSpace.of(space) for space in found], total)
