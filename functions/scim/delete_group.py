"""DELETE /scim/v2/{workspaceId}/Groups/{groupId}: a group is gone; its members stay members."""

from roster.dialects.scim import groups
from roster.dialects.scim.api import Answer, endpoint, no_content
from roster.directory import workspace_groups

app, handler = endpoint(groups.place)


@app.delete("/scim/v2/<workspaceId>/Groups/<groupId>")
def delete_group(workspaceId: str, groupId: str) -> Answer:
    call = app.call
    workspace_groups.delete(
        call.store,
        call.workspace,
        groups.of_path(call),
        by=call.actor,
        demand=lambda group: groups.demand_version(call, group),
    )
    return no_content()
