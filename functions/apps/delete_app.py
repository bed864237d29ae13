"""DELETE /api/workspaces/{workspaceId}/spaces/{spaceId}/apps/{appId}: an ADMIN or developer removes it."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.spaces import CHANGE_APPS, demand_app, space_of
from roster.directory import spaces

app, handler = endpoint(Access.MEMBER, CHANGE_APPS)


@app.delete("/api/workspaces/<workspaceId>/spaces/<spaceId>/apps/<appId>")
def delete_app(workspaceId: str, spaceId: str, appId: str) -> Done:
    call = app.call
    space = space_of(call)
    found = demand_app(call, space, appId)
    call.demand_match(None)
    spaces.delete_app(call.store, space, found, by=call.actor)
    return call.done()
