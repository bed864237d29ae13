"""POST /api/admin/webhooks/{webhookId}/replay: what happened in an interval is sent once more."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, Replay

app, handler = endpoint(Access.PLATFORM_ADMIN, NAMED_WEBHOOK)


@app.post("/api/admin/webhooks/<webhookId>/replay")
def replay_site_webhook(webhookId: str, body: Replay) -> Done:
    webhooks.replay(app.call, body)
    return app.call.done()
