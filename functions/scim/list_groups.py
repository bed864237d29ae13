"""GET /scim/v2/{workspaceId}/Groups: groups, or those that a filter finds."""

from roster.dialects.scim import groups
from roster.dialects.scim.api import Answer, answer, endpoint, listed
from roster.dialects.scim.attributes import GROUPS
from roster.dialects.scim.projection import projected
from roster.dialects.scim.users import paging

app, handler = endpoint(groups.list_places)


@app.get("/scim/v2/<workspaceId>/Groups")
def list_groups(workspaceId: str) -> Answer:
    call = app.call
    start, count = paging(call.request.query)
    found, total = groups.page(call, start, count)
    return answer(200, listed([projected(one, call.request.query, GROUPS) for one in found], total, start))
