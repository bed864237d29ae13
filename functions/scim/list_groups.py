"""GET /scim/v2/{workspaceId}/Groups: groups, or those that a filter finds."""

from roster.dialects.scim import groups, lists
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import GROUPS

app, handler = endpoint(groups.list_places)


@app.get("/scim/v2/<workspaceId>/Groups")
def list_groups(workspaceId: str) -> Answer:
    call = app.call
    start, count = lists.paging(call.request.query)
    found, total = groups.page(call, start, count)
    return lists.shown(call, found, total, start, GROUPS)
