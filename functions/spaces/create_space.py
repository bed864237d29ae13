"""POST /api/workspaces/{workspaceId}/spaces: a workspace ADMIN or platform ADMIN makes a space."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.spaces import CreateSpace, WorkspaceSpace
from roster.directory import spaces

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/spaces")
def create_space(workspaceId: str, body: CreateSpace) -> Success[WorkspaceSpace]:
    call = app.call
    workspace, wanted = call.workspace, body.wanted()

    def prepare() -> tuple[Transaction, WorkspaceSpace]:
        work, space = spaces.prepare(call.store, workspace, wanted, by=call.actor)
        return work, WorkspaceSpace.of(space)

    return call.commit_once(body, Success[WorkspaceSpace], prepare)
