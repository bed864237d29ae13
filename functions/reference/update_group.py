"""PUT /api/admin/groups/{number}: changes what the body names of a group; the rest stays."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Success
from roster.dialects.workspaces.site import GroupBody, GroupWire, number_in
from roster.directory import site_roles
from roster.domain import Group
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.put("/api/admin/groups/<number>")
def update_group(number: str, body: GroupBody) -> Response[Success[GroupWire]]:
    call, place = app.call, number_in(number, "group")

    def edit(present: Group) -> Group:
        call.demand_match(present.revision)
        return replace(present, name=body.name)

    changed = site_roles.change(call.store, site_roles.GROUPS, place, edit, by=call.actor)
    return call.tagged(GroupWire.of(changed), changed.revision)
