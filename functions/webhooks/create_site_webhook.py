"""POST /api/admin/webhooks: all events go to a URL; the secret is shown this once."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import CreateWebhook, NewWebhook

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/admin/webhooks")
def create_site_webhook(body: CreateWebhook) -> Success[NewWebhook]:
    return webhooks.create(app.call, body)
