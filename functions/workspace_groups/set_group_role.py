"""PUT /api/workspaces/{workspaceId}/groups/{groupId}: makes its members ADMINs of the workspace, or not."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.provisioning import CHANGE_GROUP, ChangeGroupRole, GroupOfWorkspace, group_of
from roster.dialects.workspaces.schemas import Success
from roster.directory import workspace_groups
from roster.domain import WorkspaceGroup
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, CHANGE_GROUP)


@app.put("/api/workspaces/<workspaceId>/groups/<groupId>")
def set_group_role(
    workspaceId: str, groupId: str, body: ChangeGroupRole
) -> Response[Success[GroupOfWorkspace]]:
    call = app.call

    def demand(present: WorkspaceGroup) -> None:
        call.demand_match(present.revision)

    changed = workspace_groups.set_role(
        call.store, call.workspace, group_of(call), body.role, by=call.actor, demand=demand
    )
    return call.tagged(GroupOfWorkspace.of(changed), changed.revision)
