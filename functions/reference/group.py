"""GET /api/admin/groups/{number}: also PUT and DELETE: one group of the site, to platform ADMINs."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Done, Success
from roster.dialects.workspaces.site import GroupBody, GroupWire, number_in
from roster.directory import site_roles
from roster.domain import Group
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.get("/api/admin/groups/<number>")
def get_group(number: str) -> Response[Success[GroupWire]]:
    found = site_roles.by_number(app.call.store, site_roles.GROUPS, number_in(number, "group"))
    return app.call.tagged(GroupWire.of(found), found.revision)


@app.put("/api/admin/groups/<number>")
def update_group(number: str, body: GroupBody) -> Response[Success[GroupWire]]:
    call = app.call

    def edit(present: Group) -> Group:
        call.demand_match(present.revision)
        return replace(present, name=body.name)

    place = number_in(number, "group")
    changed = site_roles.change(call.store, site_roles.GROUPS, place, edit, by=call.actor)
    return call.tagged(GroupWire.of(changed), changed.revision)


@app.delete("/api/admin/groups/<number>")
def delete_group(number: str) -> Done:
    call, place = app.call, number_in(number, "group")
    site_roles.delete(call.store, site_roles.GROUPS, place, by=call.actor, demand=call.demand_match)
    return call.done()
