"""PUT /api/admin/clients/{clientId}: changes what the body names of a program; the rest stays."""

from dataclasses import replace

from roster.auth import clients
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import ClientWire, UpdateClient, demand_secret
from roster.domain import Client
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.put("/api/admin/clients/<clientId>")
def update_client(clientId: str, body: UpdateClient) -> Response[Success[ClientWire]]:
    call = app.call
    if body.userId is not None:
        call.demand_recent_proof()  # whoever has the client's secret acts as that user

    def edit(present: Client, public: bool) -> Client:
        wanted = replace(present, **body.wanted())
        demand_secret(public, wanted.grants)
        call.demand_match(present.revision)
        return wanted

    changed = clients.change(call.store, clientId, edit, by=call.actor)
    return call.tagged(ClientWire.of(changed), changed.client.revision)
