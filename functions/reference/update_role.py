"""PUT /api/admin/roles/{number}: changes what the body names of a permission role; the rest stays."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import RoleWire, UpdateRole, number_in
from roster.directory import site_roles
from roster.domain import PermissionRole
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.put("/api/admin/roles/<number>")
def update_role(number: str, body: UpdateRole) -> Response[Success[RoleWire]]:
    call, place = app.call, number_in(number, "role")

    def edit(present: PermissionRole) -> PermissionRole:
        call.demand_match(present.revision)
        return replace(present, **body.wanted())

    changed = site_roles.change(call.store, site_roles.ROLES, place, edit, by=call.actor)
    return call.tagged(RoleWire.of(changed), changed.revision)
