"""POST /api/admin/clients: registers a program of the token endpoint; its secret is shown this once."""

from roster.auth import clients
from roster.auth.clients import Registered
from roster.auth.credentials import fresh
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import CreateClient, NewClient

app, handler = endpoint(Access.PLATFORM_ADMIN_PROVED)


@app.post("/api/admin/clients")
def create_client(body: CreateClient) -> Success[NewClient]:
    call, wanted = app.call, body.client()

    def prepare() -> tuple[Transaction, NewClient]:
        secret = "" if body.public else fresh()
        work, made = clients.prepare(wanted, secret, by=call.actor)
        return work, NewClient.of(Registered(made, body.public), secret=secret or None)

    return call.commit_once(body, Success[NewClient], prepare)
