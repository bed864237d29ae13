"""POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/deliveries/{deliveryId}/retry: tries it now."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.webhooks import NAMED_DELIVERY

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_DELIVERY)


@app.post("/api/workspaces/<workspaceId>/webhooks/<webhookId>/deliveries/<deliveryId>/retry")
def retry_delivery(workspaceId: str, webhookId: str, deliveryId: str) -> Done:
    webhooks.retry(app.call)
    return app.call.done()
