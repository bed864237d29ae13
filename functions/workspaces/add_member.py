"""POST /api/workspaces/{workspaceId}/members: a workspace ADMIN or platform ADMIN adds a member."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AddMember, Member, Success
from roster.directory import members
from roster.domain import WorkspaceRole

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/members")
def add_member(workspaceId: str, body: AddMember) -> Success[Member]:
    call = app.call
    workspace, role = call.workspace, WorkspaceRole(body.role)
    return call.once(
        body,
        Success[Member],
        lambda extra_writes: members.add(
            call.store, workspace, body.userId, role, by=call.actor, extra_writes=extra_writes
        ),
        lambda joined: Member.of(*joined),
    )
