"""GET /scim/v2/{workspaceId}/Users: members, suspended ones too, or those that a filter finds."""

from roster.dialects.scim import users
from roster.dialects.scim.api import Answer, answer, endpoint, listed
from roster.dialects.scim.attributes import USERS
from roster.dialects.scim.projection import projected

app, handler = endpoint(users.list_places)


@app.get("/scim/v2/<workspaceId>/Users")
def list_users(workspaceId: str) -> Answer:
    call = app.call
    start, count = users.paging(call.request.query)
    found, total = users.page(call, start, count)
    return answer(200, listed([projected(one, call.request.query, USERS) for one in found], total, start))
