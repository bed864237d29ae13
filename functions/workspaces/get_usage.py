"""GET /api/workspaces/{workspaceId}/usage: how much there is in a workspace, and how much there may be."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.tenants import Usage
from roster.directory import workspaces

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>/usage")
def get_usage(workspaceId: str) -> Success[Usage]:
    call, workspace = app.call, app.call.workspace
    return call.success(Usage.of(workspaces.counts(call.store, workspace.id), workspace.limits))
