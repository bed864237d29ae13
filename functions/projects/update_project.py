"""PUT /api/workspaces/{workspaceId}/projects/{projectId}: changes what the body names; the rest stays."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.projects import CHANGE_PROJECT, UpdateProject, WorkspaceProject, project_of
from roster.dialects.workspaces.schemas import Success
from roster.directory import projects
from roster.domain import Project
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, CHANGE_PROJECT)


@app.put("/api/workspaces/<workspaceId>/projects/<projectId>")
def update_project(
    workspaceId: str, projectId: str, body: UpdateProject
) -> Response[Success[WorkspaceProject]]:
    call, wanted = app.call, body.wanted()

    def edit(present: Project) -> Project:
        call.demand_match(present.revision)
        return replace(present, **wanted)

    changed = projects.change(call.store, project_of(call), edit, by=call.actor)
    return call.tagged(WorkspaceProject.of(changed, call.workspace), changed.revision)
