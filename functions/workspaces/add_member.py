"""POST /api/workspaces/{workspaceId}/members: a workspace ADMIN or platform ADMIN adds a member."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AddMember, Member, Success
from roster.directory import members
from roster.domain import WorkspaceRole

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/members")
def add_member(workspaceId: str, body: AddMember) -> Success[Member]:
    call = app.call
    workspace, role = call.workspace, WorkspaceRole(body.role)

    def prepare() -> tuple[Transaction, Member]:
        work, joined = members.prepare(call.store, workspace, body.userId, role, by=call.actor)
        return work, Member.of(*joined)

    return call.commit_once(body, Success[Member], prepare)
