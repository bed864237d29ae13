"""POST /scim/v2/{workspaceId}/Users: a new member, and where nobody has the address a new user."""

from roster.dialects.scim import users
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import USERS
from roster.directory import provisioning

app, handler = endpoint()


@app.post("/scim/v2/<workspaceId>/Users")
def create_user(workspaceId: str) -> Answer:
    call = app.call
    wanted = users.read(app.context["body"])
    made = provisioning.create(call.store, call.workspace, wanted, by=call.actor)
    return call.one(201, users.resource(call, made), USERS)
