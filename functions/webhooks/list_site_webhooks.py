"""GET /api/admin/webhooks: the site's webhooks; never a secret."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize
from roster.dialects.workspaces.webhooks import WebhookWire, owner_of
from roster.directory import webhooks

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/webhooks")
def list_site_webhooks(page: PageNumber = "", size: PageSize = "") -> Listed[WebhookWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = webhooks.of_owner(call.store, owner_of(call))
    return call.listed(paging, [WebhookWire.of(each, call) for each in paging.part(found)], len(found))
