"""DELETE /api/workspaces/{workspaceId}/webhooks/{webhookId}: it is sent nothing more."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.delete("/api/workspaces/<workspaceId>/webhooks/<webhookId>")
def delete_webhook(workspaceId: str, webhookId: str) -> Done:
    webhooks.delete(app.call)
    return app.call.done()
