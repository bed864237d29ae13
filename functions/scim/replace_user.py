"""PUT /scim/v2/{workspaceId}/Users/{userId}: all that the provider says of a member, anew."""

from roster.dialects.scim import users
from roster.dialects.scim.api import Answer, endpoint
from roster.dialects.scim.attributes import USERS
from roster.directory import provisioning
from roster.directory.provisioning import Provisioned, WrittenMember

app, handler = endpoint(users.place)


@app.put("/scim/v2/<workspaceId>/Users/<userId>")
def replace_user(workspaceId: str, userId: str) -> Answer:
    call = app.call
    present, wanted = users.of_path(call), users.read(app.context["body"])

    def edit(one: Provisioned) -> WrittenMember:
        call.demand_match(users.version(one))
        return wanted

    changed = provisioning.change(call.store, call.workspace, present, edit, by=call.actor)
    return call.one(200, users.resource(call, changed), USERS)
