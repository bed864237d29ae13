"""POST /api/admin/webhooks/{webhookId}/secret: a new secret and key pair; both sign for a day."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, NewWebhook

app, handler = endpoint(Access.PLATFORM_ADMIN, NAMED_WEBHOOK)


@app.post("/api/admin/webhooks/<webhookId>/secret")
def renew_site_webhook_secret(webhookId: str) -> Success[NewWebhook]:
    return webhooks.renew(app.call)
