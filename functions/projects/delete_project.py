"""DELETE /api/workspaces/{workspaceId}/projects/{projectId}: an empty one, and the places of its members."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import CHANGE_PROJECT, project_of
from roster.dialects.workspaces.schemas import Done
from roster.directory import projects
from roster.domain import Project

app, handler = endpoint(Access.MEMBER, CHANGE_PROJECT)


@app.delete("/api/workspaces/<workspaceId>/projects/<projectId>")
def delete_project(workspaceId: str, projectId: str) -> Done:
    call = app.call

    def demand(present: Project) -> None:
        call.demand_match(present.revision)

    projects.delete(call.store, project_of(call), by=call.actor, demand=demand)
    return call.done()
