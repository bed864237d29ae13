"""GET /api/workspaces/{workspaceId}/activity: how much was done each day in a workspace, to its ADMINs."""

from roster.db import keys
from roster.dialects.workspaces.activity import USUAL, ActivityWire, Days
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.directory import activity

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.get("/api/workspaces/<workspaceId>/activity")
def list_workspace_activity(workspaceId: str, days: Days = "") -> Success[ActivityWire]:
    call = app.call
    found = activity.days(
        call.store, keys.workspace_activity(call.workspace.id), call.now, int(days or USUAL)
    )
    return call.success(ActivityWire.of(found))
