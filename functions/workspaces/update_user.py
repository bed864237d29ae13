"""PUT /api/admin/users/{userId}: a platform ADMIN changes what the body names; the rest stays."""

from dataclasses import replace

from roster.auth import passwords
from roster.dialects.workspaces.api import Access, demand_password_of_another, endpoint
from roster.dialects.workspaces.schemas import AdminUser, Success, UpdateUser
from roster.directory import references, users
from roster.domain import User
from roster.http.handler import Response

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.put("/api/admin/users/<userId>")
def update_user(userId: str, body: UpdateUser) -> Response[Success[AdminUser]]:
    call = app.call
    user, wanted = call.named_user, body.wanted()
    password = None
    if body.password is not None:
        demand_password_of_another(call, user, body.password)
        password = passwords.digest(body.password)
    named = references.demanded(call.store, replace(user, **wanted), user)

    def edit(present: User) -> User:
        call.demand_match(present.revision)
        return replace(present, **wanted)

    changed = users.change(call.store, user, edit, by=call.actor, password=password, named=named)
    return call.tagged(AdminUser.of(changed), changed.revision)
