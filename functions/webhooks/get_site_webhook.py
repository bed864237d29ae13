"""GET /api/admin/webhooks/{webhookId}: one webhook of the site; never its secret."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, WebhookWire, webhook_of
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN, NAMED_WEBHOOK)


@app.get("/api/admin/webhooks/<webhookId>")
def get_site_webhook(webhookId: str) -> Response[Success[WebhookWire]]:
    webhook = webhook_of(app.call)
    return app.call.tagged(WebhookWire.of(webhook, app.call), webhook.revision)
