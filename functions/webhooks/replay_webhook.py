"""POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/replay: sends an interval once more."""

from roster.dialects.workspaces import webhooks
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.webhooks import NAMED_WEBHOOK, Replay

app, handler = endpoint(Access.WORKSPACE_ADMIN, NAMED_WEBHOOK)


@app.post("/api/workspaces/<workspaceId>/webhooks/<webhookId>/replay")
def replay_webhook(workspaceId: str, webhookId: str, body: Replay) -> Done:
    webhooks.replay(app.call, body)
    return app.call.done()
