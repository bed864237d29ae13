"""GET /api/workspaces/{workspaceId}: one workspace with its settings, to its members and platform ADMINs."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success, WorkspaceDetail
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>")
def get_workspace(workspaceId: str) -> Response[Success[WorkspaceDetail]]:
    workspace = app.call.workspace
    return app.call.tagged(WorkspaceDetail.of(workspace), workspace.revision)
