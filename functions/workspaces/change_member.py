"""PUT /api/workspaces/{workspaceId}/members/{userId}: another role; what was granted within stays."""

from roster.dialects.workspaces.api import NAMED_MEMBER, Access, endpoint
from roster.dialects.workspaces.schemas import MemberDetail, Success
from roster.dialects.workspaces.tenants import ChangeMember
from roster.directory import members
from roster.domain import WorkspaceRole
from roster.http.handler import Response

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_MEMBER)


@app.put("/api/workspaces/<workspaceId>/members/<userId>")
def change_member(workspaceId: str, userId: str, body: ChangeMember) -> Response[Success[MemberDetail]]:
    call = app.call
    membership, user = members.change_role(
        call.store,
        call.workspace,
        userId,
        WorkspaceRole(body.role),
        by=call.actor,
        even_last_admin=call.user.is_admin,
        demand=lambda present: call.demand_match(present.revision),
        known=call.found,
    )
    return call.tagged(MemberDetail.of(membership, user), membership.revision)
