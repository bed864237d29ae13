"""GET /api/admin/audit: what was changed, by whom and to whom, newest first, to platform ADMINs."""

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

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/audit")
def list_audit(
    since: AuditFrom = "",
    until: AuditTo = "",
    actor: AuditActor = "",
    target: AuditTarget = "",
    size: AuditSize = "",
    cursor: AuditCursor = "",
) -> AuditPage:
    return AuditQuestion(app.call, since, until, actor, target, size, cursor).found()
