"""GET /api/workspaces/{workspaceId}/projects/{projectId}/members: the people in it, to whoever sees it."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import SEE_PROJECT, ProjectMember, WorkspaceProject, project_of
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import projects

app, handler = endpoint(Access.MEMBER, SEE_PROJECT)


@app.get("/api/workspaces/<workspaceId>/projects/<projectId>/members")
def list_project_members(
    workspaceId: str, projectId: str, page: PageNumber = "", size: PageSize = ""
) -> Listed[ProjectMember]:
    call, paging, project = app.call, PageRequest.of(page, size), project_of(app.call)
    found, total = projects.members_page(call.store, project, paging.page, paging.size)
    shown = WorkspaceProject.of(project, call.workspace)
    return call.listed(paging, [ProjectMember.of(placed, shown) for placed in found], total)
