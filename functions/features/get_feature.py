"""GET /api/workspaces/{workspaceId}/features/{featureId}: one feature, to any member of the workspace."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.features import SEE_FEATURE, WorkspaceFeature, feature_of
from roster.dialects.workspaces.schemas import Success
from roster.http.handler import Response

app, handler = endpoint(Access.MEMBER, SEE_FEATURE)


@app.get("/api/workspaces/<workspaceId>/features/<featureId>")
def get_feature(workspaceId: str, featureId: str) -> Response[Success[WorkspaceFeature]]:
    feature = feature_of(app.call)
    return app.call.tagged(WorkspaceFeature.of(feature), feature.revision)
