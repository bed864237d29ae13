"""PUT /scim/v2/{workspaceId}/Users/{userId}: all that the provider says of a member, anew."""

from roster.dialects.scim import users
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import USERS

app, handler = endpoint(users.place)


@app.put("/scim/v2/<workspaceId>/Users/<userId>")
def replace_user(workspaceId: str, userId: str) -> Answer:
    call = app.call
    present, wanted = users.of_path(call), users.read(app.context["body"])
    changed = users.change(call, present, lambda one: wanted)
    return call.one(200, users.resource(call, changed), USERS)
