"""GET /api/admin/roles/{number}: one permission role of the site."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import RoleWire, number_in
from roster.directory import site_roles
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/roles/<number>")
def get_role(number: str) -> Response[Success[RoleWire]]:
    found = site_roles.by_number(app.call.store, site_roles.ROLES, number_in(number, "role"))
    return app.call.tagged(RoleWire.of(found), found.revision)
