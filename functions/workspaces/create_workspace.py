"""POST /api/workspaces: a platform ADMIN makes a workspace; nobody becomes its member by that."""

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
    return call.once(
        body,
        Success[WorkspaceShape],
        lambda extra_writes: workspaces.create(call.store, wanted, by=call.actor, extra_writes=extra_writes),
        WorkspaceShape.of,
    )
