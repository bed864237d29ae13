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
from roster.directory import audit

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
    call = app.call
    question = AuditQuestion(call, since, until, actor, target, size, cursor, call.workspace.id)
    search, place = question.search()
    return question.answer(search, audit.page(call.store, search, question.rows, place))
