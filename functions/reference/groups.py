"""POST /api/admin/groups: also GET: the groups of the site, to platform ADMINs."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Listed, PageNumber, PageRequest, PageSize, Success
from roster.dialects.workspaces.site import GroupBody, GroupWire, page_of
from roster.directory import reference_data, site_roles
from roster.domain import Group

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/admin/groups")
def create_group(body: GroupBody) -> Success[GroupWire]:
    call = app.call
    wanted = Group(0, body.name)

    def prepare() -> tuple[Transaction, GroupWire]:
        work, made = site_roles.prepare(call.store, site_roles.GROUPS, wanted, by=call.actor)
        return work, GroupWire.of(made)

    return call.commit_once(body, Success[GroupWire], prepare)


@app.get("/api/admin/groups")
def list_groups(page: PageNumber = "", size: PageSize = "") -> Listed[GroupWire]:
    call, paging = app.call, PageRequest.of(page, size)
    found = sorted(reference_data.all_groups(call.store), key=lambda one: one.number)
    shown = page_of(call, found, paging.page, paging.size)
    return call.listed(paging, [GroupWire.of(one) for one in shown], len(found))
