"""GET /api/admin/clients/{clientId}: one program of the token endpoint."""

from roster.auth import clients
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import ClientWire
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/clients/<clientId>")
def get_client(clientId: str) -> Response[Success[ClientWire]]:
    found = clients.by_id(app.call.store, clientId, app.call.now)
    return app.call.tagged(ClientWire.of(found), found.client.revision)
