"""GET /scim/v2/{workspaceId}/Groups/{groupId}: one group."""

from roster.dialects.scim import groups
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import GROUPS

app, handler = endpoint(groups.place)


@app.get("/scim/v2/<workspaceId>/Groups/<groupId>")
def get_group(workspaceId: str, groupId: str) -> Answer:
    call = app.call
    return call.one(200, groups.resource(call, groups.of_path(call)), GROUPS)
