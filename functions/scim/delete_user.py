"""DELETE /scim/v2/{workspaceId}/Users/{userId}: the end of a membership, and of a user made by it."""

from roster.dialects.scim import users
from roster.dialects.scim.api import Answer, endpoint, no_content
from roster.directory import provisioning

app, handler = endpoint(users.place)


@app.delete("/scim/v2/<workspaceId>/Users/<userId>")
def delete_user(workspaceId: str, userId: str) -> Answer:
    call = app.call
    provisioning.end(
        call.store,
        call.workspace,
        users.of_path(call),
        by=call.actor,
        demand=lambda one: call.demand_match(users.version(one)),
    )
    return no_content()
