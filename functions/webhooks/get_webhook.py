"""GET /api/workspaces/{workspaceId}/webhooks/{webhookId}: one webhook of the workspace; never its secret."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, WebhookWire, webhook_of
from roster.http.handler import Response

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.get("/api/workspaces/<workspaceId>/webhooks/<webhookId>")
def get_webhook(workspaceId: str, webhookId: str) -> Response[Success[WebhookWire]]:
    webhook = webhook_of(app.call)
    return app.call.tagged(WebhookWire.of(webhook, app.call), webhook.revision)
