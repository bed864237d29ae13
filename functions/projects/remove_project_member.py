"""DELETE /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}: ends a place in a project."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import CHANGE_MEMBER, project_of
from roster.dialects.workspaces.schemas import Done
from roster.directory import projects

app, handler = endpoint(Access.MEMBER, CHANGE_MEMBER)


@app.delete("/api/workspaces/<workspaceId>/projects/<projectId>/members/<userId>")
def remove_project_member(workspaceId: str, projectId: str, userId: str) -> Done:
    call, project = app.call, project_of(app.call)
    projects.remove_member(
        call.store,
        project,
        userId,
        by=call.actor,
        demand=lambda: call.demand_match(None),
        found=call.found,
    )
    return call.done()
