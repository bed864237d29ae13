"""GET /api/admin/events: what changed anywhere, in the order of its numbers, to platform ADMINs."""

from roster.db import keys
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.events import EventsAfter, EventsLimit, EventsPage

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/events")
def list_events(after: EventsAfter = "", limit: EventsLimit = "") -> EventsPage:
    return EventsPage.of(app.call, keys.WHOLE_FEED, after, limit)
