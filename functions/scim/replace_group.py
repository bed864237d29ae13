"""PUT /scim/v2/{workspaceId}/Groups/{groupId}: name and members of a group, anew."""

from roster.dialects.scim import groups
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import GROUPS

app, handler = endpoint(groups.place)


@app.put("/scim/v2/<workspaceId>/Groups/<groupId>")
def replace_group(workspaceId: str, groupId: str) -> Answer:
    call = app.call
    changed = groups.replace(call, groups.of_path(call), app.context["body"])
    return call.one(200, groups.resource(call, changed), GROUPS)
