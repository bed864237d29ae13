"""GET /api/admin/groups/{number}: one group of the site."""

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import GroupWire, number_in
from roster.directory import site_roles
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/groups/<number>")
def get_group(number: str) -> Response[Success[GroupWire]]:
    found = site_roles.by_number(app.call.store, site_roles.GROUPS, number_in(number, "group"))
    return app.call.tagged(GroupWire.of(found), found.revision)
