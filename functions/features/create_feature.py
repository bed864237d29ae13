"""POST /api/workspaces/{workspaceId}/features: a workspace ADMIN or platform ADMIN registers a feature."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.features import CreateFeature, WorkspaceFeature
from roster.dialects.workspaces.schemas import Success
from roster.directory import features

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/features")
def create_feature(workspaceId: str, body: CreateFeature) -> Success[WorkspaceFeature]:
    call = app.call
    wanted = body.feature(call.workspace.id)

    def prepare() -> tuple[Transaction, WorkspaceFeature]:
        body.demand_references(call)
        work, feature = features.prepare(call.store, wanted, by=call.actor)
        return work, WorkspaceFeature.of(feature)

    return call.commit_once(body, Success[WorkspaceFeature], prepare)
