"""POST /scim/v2/{workspaceId}/Groups: a new group, perhaps with members."""

from roster.dialects.scim import groups
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import GROUPS

app, handler = endpoint()


@app.post("/scim/v2/<workspaceId>/Groups")
def create_group(workspaceId: str) -> Answer:
    call = app.call
    return call.one(201, groups.resource(call, groups.create(call, app.context["body"])), GROUPS)
