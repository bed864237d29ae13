"""PUT /api/workspaces/{workspaceId}/features/{featureId}: changes what the body names; the rest stays."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.features import CHANGE_FEATURE, UpdateFeature, WorkspaceFeature, feature_of
from roster.dialects.workspaces.schemas import Success
from roster.directory import features
from roster.domain import Feature
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, CHANGE_FEATURE)


@app.put("/api/workspaces/<workspaceId>/features/<featureId>")
def update_feature(
    workspaceId: str, featureId: str, body: UpdateFeature
) -> Response[Success[WorkspaceFeature]]:
    call, wanted = app.call, body.wanted()

    def edit(present: Feature) -> Feature:
        body.demand_references(call)
        call.demand_match(present.revision)
        return replace(present, **wanted)

    changed = features.change(call.store, feature_of(call), edit, by=call.actor)
    return call.tagged(WorkspaceFeature.of(changed), changed.revision)
