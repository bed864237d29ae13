"""DELETE /api/admin/roles/{number}: no user has it from the answer on; the cleanup takes it from them."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done
from roster.dialects.workspaces.site import number_in
from roster.directory import site_roles

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.delete("/api/admin/roles/<number>")
def delete_role(number: str) -> Done:
    call, place = app.call, number_in(number, "role")
    site_roles.delete(call.store, site_roles.ROLES, place, by=call.actor, demand=call.demand_match)
    return call.done()
