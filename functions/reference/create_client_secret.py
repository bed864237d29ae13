"""POST /api/admin/clients/{clientId}/secret: another secret; the former is valid for a day."""

from roster.auth import clients
from roster.auth.credentials import fresh
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import NewClient, NoBody

app, handler = endpoint(Access.PLATFORM_ADMIN_PROVED)


@app.post("/api/admin/clients/<clientId>/secret")
def create_client_secret(clientId: str) -> Success[NewClient]:
    call = app.call

    def prepare() -> tuple[Transaction, NewClient]:
        secret = fresh()
        work, changed = clients.prepare_secret(call.store, clientId, secret, by=call.actor)
        return work, NewClient.of(changed, secret=secret)

    return call.commit_once(NoBody(), Success[NewClient], prepare)
