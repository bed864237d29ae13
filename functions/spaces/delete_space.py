"""DELETE /api/workspaces/{workspaceId}/spaces/{spaceId}: an ADMIN deletes a space without apps."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.spaces import CHANGE_SPACE, space_of
from roster.directory import spaces
from roster.domain import Space

app, handler = endpoint(Access.MEMBER, CHANGE_SPACE)


@app.delete("/api/workspaces/<workspaceId>/spaces/<spaceId>")
def delete_space(workspaceId: str, spaceId: str) -> Done:
    call = app.call
    space = space_of(call)

    def demand(present: Space) -> None:
        call.demand_match(present.revision)

    spaces.delete(call.store, space, demand, by=call.actor)
    return call.done()
