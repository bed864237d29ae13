"""POST /api/admin/users: a platform ADMIN makes a user, with an initial password or a link to choose one."""

from roster.auth import passwords
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.invitations import first_link
from roster.dialects.workspaces.schemas import AdminUser, CreateUser, InvitedUser, NewUser, Success
from roster.directory import users
from roster.directory.references import References
from roster.domain import PlatformRole, User

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/admin/users")
def create_user(body: CreateUser) -> Success[NewUser]:
    call, roles = app.call, tuple(PlatformRole(role) for role in body.roles)
    more = {**body.further(), "email_verified": bool(body.emailVerified)}
    wanted = User("", 0, body.email, body.fullName, "", roles, **more)

    def prepare() -> tuple[Transaction, NewUser]:
        digest = None if body.password is None else passwords.digest(body.password)
        named = References.of(wanted)
        work, user = users.prepare(call.store, wanted, digest, by=call.actor, named=named)
        shown = AdminUser.of(user)
        if digest is not None:
            return work, shown
        return work, InvitedUser(**shown.model_dump(), link=first_link(call, work, user))

    return call.commit_once(body, Success[NewUser], prepare)
