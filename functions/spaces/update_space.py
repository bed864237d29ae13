"""PUT /api/workspaces/{workspaceId}/spaces/{spaceId}: an ADMIN changes what the body names."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.spaces import CHANGE_SPACE, UpdateSpace, WorkspaceSpace, space_of
from roster.directory import spaces
from roster.domain import Space
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, CHANGE_SPACE)


@app.put("/api/workspaces/<workspaceId>/spaces/<spaceId>")
def update_space(workspaceId: str, spaceId: str, body: UpdateSpace) -> Response[Success[WorkspaceSpace]]:
    call, wanted = app.call, body.wanted()
    space = space_of(call)
    spaces.demand_related(call.store, space.workspace_id, body.projectId, body.ownerId)

    def edit(present: Space) -> Space:
        call.demand_match(present.revision)
        return replace(present, **wanted)

    changed = spaces.change(call.store, space, edit, by=call.actor)
    return call.tagged(WorkspaceSpace.of(changed), changed.revision)
