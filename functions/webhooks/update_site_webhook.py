"""PUT /api/admin/webhooks/{webhookId}: changes what the body names; the rest stays."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, UpdateWebhook, WebhookWire
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN, NAMED_WEBHOOK)


@app.put("/api/admin/webhooks/<webhookId>")
def update_site_webhook(webhookId: str, body: UpdateWebhook) -> Response[Success[WebhookWire]]:
    changed = webhooks.change(app.call, body)
    return app.call.tagged(WebhookWire.of(changed, app.call), changed.revision)
