"""GET /api/workspaces/{workspaceId}/events: what changed in a workspace, by number, to its ADMINs."""

from roster.db import keys
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.events import EventsAfter, EventsLimit, EventsPage

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.get("/api/workspaces/<workspaceId>/events")
def list_workspace_events(workspaceId: str, after: EventsAfter = "", limit: EventsLimit = "") -> EventsPage:
    return EventsPage.of(app.call, keys.feed_of(app.call.workspace.id), after, limit)
