"""GET /api/workspaces/{workspaceId}/projects: all of them to its managers; to a member theirs."""

from roster.dialects.workspaces.api import Access, allows, endpoint
from roster.dialects.workspaces.projects import WorkspaceProject
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import projects

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/projects")
def list_projects(workspaceId: str, page: PageNumber = "", size: PageSize = "") -> Listed[WorkspaceProject]:
    call, paging, workspace = app.call, PageRequest.of(page, size), app.call.workspace
    if allows(call, Access.WORKSPACE_ADMIN):
        found, total = projects.in_workspace(call.store, workspace.id, paging.page, paging.size)
    else:
        found = projects.of_user_in(call.store, call.user, workspace.id)
        found, total = paging.part(found), len(found)
    return call.listed(paging, [WorkspaceProject.of(project, workspace) for project in found], total)
