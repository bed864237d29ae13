"""DELETE /api/admin/clients/{clientId}: all that the program was granted ends with the answer."""

from roster.auth import clients
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.delete("/api/admin/clients/<clientId>")
def delete_client(clientId: str) -> Done:
    call = app.call
    clients.delete(call.store, clientId, by=call.actor, demand=call.demand_match)
    return call.done()
