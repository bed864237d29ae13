"""POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/test: sends a test, answers what came back."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, TestedWebhook

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.post("/api/workspaces/<workspaceId>/webhooks/<webhookId>/test")
def try_webhook(workspaceId: str, webhookId: str) -> Success[TestedWebhook]:
    return app.call.success(webhooks.test(app.call))
