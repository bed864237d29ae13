"""GET /api/workspaces/{workspaceId}/features: the workspace's features, or a project's, to any member."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.features import (
    SEE_FEATURES,
    ProjectFilter,
    WorkspaceFeature,
    demand_project_in_query,
)
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.directory import features

app, handler = endpoint(Access.MEMBER, SEE_FEATURES)


@app.get("/api/workspaces/<workspaceId>/features")
def list_features(
    workspaceId: str, projectId: ProjectFilter = "", page: PageNumber = "", size: PageSize = ""
) -> Listed[WorkspaceFeature]:
    call, paging = app.call, PageRequest.of(page, size)
    if projectId:
        demand_project_in_query(call, projectId)
        every = features.in_project(call.store, projectId)
        found, total = paging.part(every), len(every)
    else:
        found, total = features.in_workspace(call.store, call.workspace.id, paging.page, paging.size)
    return call.listed(paging, [WorkspaceFeature.of(feature) for feature in found], total)
