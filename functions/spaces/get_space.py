"""GET /api/workspaces/{workspaceId}/spaces/{spaceId}: one space, to ADMINs and whoever holds a role in it."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.spaces import SEE_SPACE, WorkspaceSpace, space_of
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, SEE_SPACE)


@app.get("/api/workspaces/<workspaceId>/spaces/<spaceId>")
def get_space(workspaceId: str, spaceId: str) -> Response[Success[WorkspaceSpace]]:
    space = space_of(app.call)
    return app.call.tagged(WorkspaceSpace.of(space), space.revision)
