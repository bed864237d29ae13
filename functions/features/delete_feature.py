"""DELETE /api/workspaces/{workspaceId}/features/{featureId}: its managers delete it."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.features import CHANGE_FEATURE, feature_of
from roster.dialects.workspaces.schemas import Done
from roster.directory import features
from roster.domain import Feature

app, handler = endpoint(Access.MEMBER, CHANGE_FEATURE)


@app.delete("/api/workspaces/<workspaceId>/features/<featureId>")
def delete_feature(workspaceId: str, featureId: str) -> Done:
    call = app.call

    def demand(present: Feature) -> None:
        call.demand_match(present.revision)

    features.delete(call.store, feature_of(call), by=call.actor, demand=demand)
    return call.done()
