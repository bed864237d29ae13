"""GET /api/workspaces/{workspaceId}/audit: what was changed in a workspace, newest first, to its ADMINs."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.queries import AuditQuestion
from roster.dialects.workspaces.schemas import (
    AuditActor,
    AuditCursor,
    AuditFrom,
    AuditPage,
    AuditSize,
    AuditTarget,
    AuditTo,
)

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.get("/api/workspaces/<workspaceId>/audit")
def list_workspace_audit(
    workspaceId: str,
    since: AuditFrom = "",
    until: AuditTo = "",
    actor: AuditActor = "",
    target: AuditTarget = "",
    size: AuditSize = "",
    cursor: AuditCursor = "",
) -> AuditPage:
    home = app.call.workspace.id
    return AuditQuestion(app.call, since, until, actor, target, size, cursor, home).found()
