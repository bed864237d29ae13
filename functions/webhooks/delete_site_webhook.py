"""DELETE /api/admin/webhooks/{webhookId}: it is sent nothing more."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK

app, handler = endpoint(Access.PLATFORM_ADMIN, NAMED_WEBHOOK)


@app.delete("/api/admin/webhooks/<webhookId>")
def delete_site_webhook(webhookId: str) -> Done:
    webhooks.delete(app.call)
    return app.call.done()
