"""GET /api/workspaces/{workspaceId}: one workspace with its settings, to its members and platform ADMINs."""

from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import Success, WorkspaceDetail

app, handler = endpoint(Access.MEMBER)


@app.get("/api/workspaces/<workspaceId>")
def get_workspace(workspaceId: str) -> Success[WorkspaceDetail]:
    return app.call.success(WorkspaceDetail.of(app.call.tenant))
