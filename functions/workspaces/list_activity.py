"""GET /api/admin/activity: how much was done each day on the whole site, to platform ADMINs."""

from roster.db import keys
from roster.dialects.workspaces.activity import USUAL, ActivityWire, Days
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.directory import activity

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/activity")
def list_activity(days: Days = "") -> Success[ActivityWire]:
    call = app.call
    found = activity.days(call.store, keys.SITE_ACTIVITY, call.now, int(days or USUAL))
    return call.success(ActivityWire.of(found))
