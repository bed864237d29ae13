"""GET /api/workspaces/{workspaceId}/groups/{groupId}: one group of the workspace, to its members."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.provisioning import SEE_GROUP, GroupOfWorkspace, group_of
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, SEE_GROUP)


@app.get("/api/workspaces/<workspaceId>/groups/<groupId>")
def get_workspace_group(workspaceId: str, groupId: str) -> Response[Success[GroupOfWorkspace]]:
    group = group_of(app.call)
    return app.call.tagged(GroupOfWorkspace.of(group), group.revision)
