"""POST /api/admin/roles: makes a permission role of the site."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import CreateRole, RoleWire
from roster.directory import site_roles
from roster.domain import PermissionRole

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/admin/roles")
def create_role(body: CreateRole) -> Success[RoleWire]:
    call = app.call
    wanted = PermissionRole(0, body.name, tuple(body.permissions), body.isDefault)

    def prepare() -> tuple[Transaction, RoleWire]:
        work, made = site_roles.prepare(call.store, site_roles.ROLES, wanted, by=call.actor)
        return work, RoleWire.of(made)

    return call.commit_once(body, Success[RoleWire], prepare)
