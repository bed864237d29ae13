"""POST /api/admin/roles: also GET: the permission roles of the site, to platform ADMINs."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize, Success
from roster.dialects.workspaces.site import CreateRole, RoleWire, page_of
from roster.directory import reference_data, site_roles
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


@app.get("/api/admin/roles")
def list_roles(page: PageNumber = "", size: PageSize = "") -> Listed[RoleWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = sorted(reference_data.all_roles(call.store), key=lambda one: one.number)
    shown = page_of(call, found, paging.page, paging.size)
    return call.listed(paging, [RoleWire.of(one) for one in shown], len(found))
