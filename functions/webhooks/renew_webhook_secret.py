"""POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/secret: a new secret and key pair."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, NewWebhook

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.post("/api/workspaces/<workspaceId>/webhooks/<webhookId>/secret")
def renew_webhook_secret(workspaceId: str, webhookId: str) -> Success[NewWebhook]:
    return webhooks.renew(app.call)
