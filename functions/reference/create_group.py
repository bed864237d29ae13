"""POST /api/admin/groups: makes a group of the site."""

from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import GroupBody, GroupWire
from roster.directory import site_roles
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
