"""GET /api/workspaces/{workspaceId}/projects/{projectId}: one project, to its members and managers."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import SEE_PROJECT, WorkspaceProject, project_of
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, SEE_PROJECT)


@app.get("/api/workspaces/<workspaceId>/projects/<projectId>")
def get_project(workspaceId: str, projectId: str) -> Response[Success[WorkspaceProject]]:
    project = project_of(app.call)
    return app.call.tagged(WorkspaceProject.of(project, app.call.workspace), project.revision)
