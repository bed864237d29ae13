"""GET /api/admin/roles/{number}: also PUT and DELETE: one role of the site, to platform ADMINs."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done, Success
from roster.dialects.workspaces.site import RoleWire, UpdateRole, number_in
from roster.directory import site_roles
from roster.domain import PermissionRole
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/roles/<number>")
def get_role(number: str) -> Response[Success[RoleWire]]:
    found = site_roles.by_number(app.call.store, site_roles.ROLES, number_in(number, "role"))
    return app.call.tagged(RoleWire.of(found), found.revision)


@app.put("/api/admin/roles/<number>")
def update_role(number: str, body: UpdateRole) -> Response[Success[RoleWire]]:
    call = app.call

    def edit(present: PermissionRole) -> PermissionRole:
        call.demand_match(present.revision)
        return replace(present, **body.wanted())

    place = number_in(number, "role")
    changed = site_roles.change(call.store, site_roles.ROLES, place, edit, by=call.actor)
    return call.tagged(RoleWire.of(changed), changed.revision)


@app.delete("/api/admin/roles/<number>")
def delete_role(number: str) -> Done:
    call, place = app.call, number_in(number, "role")
    site_roles.delete(call.store, site_roles.ROLES, place, by=call.actor, demand=call.demand_match)
    return call.done()
