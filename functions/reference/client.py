"""GET /api/admin/clients/{clientId}: also PUT and DELETE: a program of the token endpoint."""

from dataclasses import replace

from roster.auth import clients
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done, Success
from roster.dialects.workspaces.site import ClientWire, UpdateClient, demand_secret
from roster.domain import Client
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/clients/<clientId>")
def get_client(clientId: str) -> Response[Success[ClientWire]]:
    found = clients.by_id(app.call.store, clientId, app.call.now)
    return app.call.tagged(ClientWire.of(found), found.client.revision)


@app.put("/api/admin/clients/<clientId>")
def update_client(clientId: str, body: UpdateClient) -> Response[Success[ClientWire]]:
    call = app.call

    def edit(present: Client, public: bool) -> Client:
        wanted = replace(present, **body.wanted())
        demand_secret(public, wanted.grants)
        call.demand_match(present.revision)
        return wanted

    changed = clients.change(call.store, clientId, edit, by=call.actor)
    return call.tagged(ClientWire.of(changed), changed.client.revision)


@app.delete("/api/admin/clients/<clientId>")
def delete_client(clientId: str) -> Done:
    call = app.call
    clients.delete(call.store, clientId, by=call.actor, demand=call.demand_match)
    return call.done()
