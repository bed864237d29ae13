"""POST /api/admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry: tries it now."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.webhooks import NAMED_DELIVERY

app, handler = endpoint(Access.PLATFORM_ADMIN, NAMED_DELIVERY)


@app.post("/api/admin/webhooks/<webhookId>/deliveries/<deliveryId>/retry")
def retry_site_delivery(webhookId: str, deliveryId: str) -> Done:
    webhooks.retry(app.call)
    return app.call.done()
