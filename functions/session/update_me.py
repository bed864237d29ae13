"""PUT /api/auth/me: the caller's own name, profile and first workspace; what is absent stays."""

from dataclasses import replace

from roster.dialects.workspaces.api import Access, demand_own_workspace, endpoint
from roster.dialects.workspaces.people import UpdateMe
from roster.dialects.workspaces.schemas import AdminUser, Success
from roster.directory import users
from roster.domain import User
from roster.http.handler import Response

app, handler = endpoint(Access.WHOLE_USER)


@app.put("/api/auth/me")
def update_me(body: UpdateMe) -> Response[Success[AdminUser]]:
    call, wanted = app.call, body.wanted()
    demand_own_workspace(call, body.defaultWorkspaceId)

    def edit(present: User) -> User:
        call.demand_match(present.revision)
        return replace(present, **wanted)

    changed = users.change(call.store, call.user, edit, by=call.actor)
    return call.tagged(AdminUser.of(changed), changed.revision)
