"""PATCH /scim/v2/{workspaceId}/Users/{userId}: some of what the provider says of a member."""

from roster.dialects.scim import patches, users
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import USERS

app, handler = endpoint(users.place)


@app.patch("/scim/v2/<workspaceId>/Users/<userId>")
def patch_user(workspaceId: str, userId: str) -> Answer:
    call = app.call
    present, wanted = users.of_path(call), patches.intentions(app.context["body"], USERS)
    changed = users.change(call, present, lambda one: users.patch(one, wanted))
    return call.one(200, users.resource(call, changed), USERS)
