"""PUT /api/workspaces/{workspaceId}: changes what the body names; some fields are a platform ADMIN's."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success, WorkspaceDetail
from roster.dialects.workspaces.tenants import CHANGE_WORKSPACE, UpdateWorkspace
from roster.directory import workspaces
from roster.domain import Workspace
from roster.http.handler import Response

app, handler = endpoint(Access.WORKSPACE_ADMIN, CHANGE_WORKSPACE)


@app.put("/api/workspaces/<workspaceId>")
def update_workspace(workspaceId: str, body: UpdateWorkspace) -> Response[Success[WorkspaceDetail]]:
    call = app.call

    def edit(present: Workspace) -> Workspace:
        call.demand_match(present.revision)
        return body.applied(present)

    changed = workspaces.change(call.store, call.workspace, edit, by=call.actor)
    return call.tagged(WorkspaceDetail.of(changed), changed.revision)
