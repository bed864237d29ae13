"""POST /api/workspaces: a platform ADMIN makes a workspace; nobody becomes its member by that."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import CreateWorkspace, Success, WorkspaceShape
from roster.directory import workspaces
from roster.domain import Workspace

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/workspaces")
def create_workspace(body: CreateWorkspace) -> Success[WorkspaceShape]:
    call = app.call
    wanted = Workspace(
        id="", number=0, key=body.key, name=body.name, created_at="", settings=body.settings.settings()
    )

    def prepare() -> tuple[Transaction, WorkspaceShape]:
        work, workspace = workspaces.prepare(call.store, wanted, by=call.actor)
        return work, WorkspaceShape.of(workspace)

    return call.commit_once(body, Success[WorkspaceShape], prepare)
