"""PUT /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}: a member gets a place in it."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import CHANGE_MEMBER, ProjectMember, WorkspaceProject, project_of
from roster.dialects.workspaces.schemas import Success
from roster.directory import projects

app, handler = endpoint(Access.MEMBER, CHANGE_MEMBER)


@app.put("/api/workspaces/<workspaceId>/projects/<projectId>/members/<userId>")
def add_project_member(workspaceId: str, projectId: str, userId: str) -> Success[ProjectMember]:
    call, project = app.call, project_of(app.call)
    call.demand_match(None)
    placed = projects.add_member(call.store, project, userId, by=call.actor, found=call.found)
    return call.success(ProjectMember.of(placed, WorkspaceProject.of(project, call.workspace)))
