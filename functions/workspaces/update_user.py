"""PUT /api/admin/users/{userId}: a platform ADMIN changes what the body names; the rest stays."""

from dataclasses import replace

from roster import passwords
from roster.dialects.workspaces import Access, endpoint
from roster.dialects.workspaces_shapes import AdminUser, Success, UpdateUser
from roster.table import users

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.put("/api/admin/users/<userId>")
def update_user(userId: str, body: UpdateUser) -> Success[AdminUser]:
    call = app.call
    user, wanted = users.alive(call.store, userId), body.wanted()
    password = passwords.digest(body.password) if body.password is not None else None
    changed = users.change(
        call.store, user, lambda present: replace(present, **wanted), by=call.actor, password=password
    )
    return call.success(AdminUser.of(changed))
