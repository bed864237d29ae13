"""PUT /api/workspaces/{workspaceId}/webhooks/{webhookId}: changes what the body names; the rest stays."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, UpdateWebhook, WebhookWire
from roster.http.handler import Response

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.put("/api/workspaces/<workspaceId>/webhooks/<webhookId>")
def update_webhook(workspaceId: str, webhookId: str, body: UpdateWebhook) -> Response[Success[WebhookWire]]:
    changed = webhooks.change(app.call, body)
    return app.call.tagged(WebhookWire.of(changed, app.call), changed.revision)
