"""GET /api/workspaces/{workspaceId}/webhooks/{webhookId}/deliveries: the last hundred."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, DeliveryWire, webhook_of
from roster.directory import deliveries

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.get("/api/workspaces/<workspaceId>/webhooks/<webhookId>/deliveries")
def list_deliveries(
    workspaceId: str, webhookId: str, page: PageNumber = "", size: PageSize = ""
) -> Listed[DeliveryWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = deliveries.recent(call.store, webhook_of(call).id)
    return call.listed(paging, [DeliveryWire.of(each) for each in paging.part(found)], len(found))
