"""DELETE /scim/v2/{workspaceId}/Groups/{groupId}: a group is gone; its members stay members."""

from functools import partial

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
        demand=partial(groups.demand_version, call),
    )
    return no_content()
