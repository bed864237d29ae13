"""POST /api/workspaces/{workspaceId}/spaces/{spaceId}/apps: an ADMIN or developer registers an app."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.spaces import CHANGE_APPS, CreateApp, SpaceApp, space_of
from roster.directory import spaces

app, handler = endpoint(Access.MEMBER, CHANGE_APPS)


@app.post("/api/workspaces/<workspaceId>/spaces/<spaceId>/apps")
def create_app(workspaceId: str, spaceId: str, body: CreateApp) -> Success[SpaceApp]:
    call = app.call
    space = space_of(call)

    def prepare() -> tuple[Transaction, SpaceApp]:
        work, made = spaces.prepare_app(call.store, space, body.name, by=call.actor)
        return work, SpaceApp.of(made)

    return call.commit_once(body, Success[SpaceApp], prepare)
