"""POST /api/workspaces/{workspaceId}/projects: a workspace ADMIN or platform ADMIN makes a project."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import CreateProject, WorkspaceProject
from roster.dialects.workspaces.schemas import Success
from roster.directory import projects

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/projects")
def create_project(workspaceId: str, body: CreateProject) -> Success[WorkspaceProject]:
    call = app.call
    workspace, wanted = call.workspace, body.project()

    def prepare() -> tuple[Transaction, WorkspaceProject]:
        work, project = projects.prepare(call.store, workspace, wanted, by=call.actor)
        return work, WorkspaceProject.of(project, workspace)

    return call.commit_once(body, Success[WorkspaceProject], prepare)
