"""GET /scim/v2/{workspaceId}/Users: members, suspended ones too, or those that a filter finds."""

from roster.dialects.scim import lists, users
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import USERS

app, handler = endpoint(users.list_places)


@app.get("/scim/v2/<workspaceId>/Users")
def list_users(workspaceId: str) -> Answer:
    call = app.call
    start, count = lists.paging(call.request.query)
    found, total = users.page(call, start, count)
    return lists.shown(call, found, total, start, USERS)
