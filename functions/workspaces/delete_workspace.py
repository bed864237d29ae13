"""DELETE /api/workspaces/{workspaceId}: a suspended one, gone with the answer; the rest is cleared."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.directory import workspaces

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.delete("/api/workspaces/<workspaceId>")
def delete_workspace(workspaceId: str) -> Done:
    call = app.call
    workspaces.delete(
        call.store,
        call.workspace,
        by=call.actor,
        demand=lambda present: call.demand_match(present.revision),
    )
    return call.done()
