"""POST /api/workspaces/{workspaceId}/webhooks: the workspace's events go to a URL."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.webhooks import CreateWebhook, NewWebhook

app, handler = endpoint(Access.WORKSPACE_ADMIN)


@app.post("/api/workspaces/<workspaceId>/webhooks")
def create_webhook(workspaceId: str, body: CreateWebhook) -> Success[NewWebhook]:
    return webhooks.create(app.call, body)
