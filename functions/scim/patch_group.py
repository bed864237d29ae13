"""PATCH /scim/v2/{workspaceId}/Groups/{groupId}: name, and who comes into a group and who goes."""

from roster.dialects.scim import groups
from roster.dialects.scim.api import Answer, endpoint, no_content
from roster.dialects.scim.attributes import GROUPS

app, handler = endpoint(groups.place)


@app.patch("/scim/v2/<workspaceId>/Groups/<groupId>")
def patch_group(workspaceId: str, groupId: str) -> Answer:
    call = app.call
    changed = groups.patch(call, groups.of_path(call), app.context["body"])
    if not call.request.query.get("attributes"):
        return no_content()
    return call.one(200, groups.resource(call, changed), GROUPS)
