"""GET /scim/v2/{workspaceId}/Users/{userId}: one member."""

from roster.dialects.scim import users
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import USERS

app, handler = endpoint(users.place)


@app.get("/scim/v2/<workspaceId>/Users/<userId>")
def get_user(workspaceId: str, userId: str) -> Answer:
    call = app.call
    return call.one(200, users.resource(call, users.of_path(call)), USERS)
