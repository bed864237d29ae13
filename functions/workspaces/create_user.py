"""POST /api/admin/users: a platform ADMIN makes a user, with an initial password."""

from roster.auth import passwords
from roster.db.transactions import Transaction
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import AdminUser, CreateUser, Success
from roster.directory import users
from roster.directory.references import References
from roster.domain import PlatformRole, User

app, handler = endpoint(Access.PLATFORM_ADMIN)


@app.post("/api/admin/users")
def create_user(body: CreateUser) -> Success[AdminUser]:
    call = app.call
    roles = tuple(PlatformRole(role) for role in body.roles)
    wanted = User("", 0, body.email, body.fullName, "", roles, **body.further())

    def prepare() -> tuple[Transaction, AdminUser]:
        digest, named = passwords.digest(body.password), References.of(wanted)
        work, user = users.prepare(call.store, wanted, digest, by=call.actor, named=named)
        return work, AdminUser.of(user)

    return call.commit_once(body, Success[AdminUser], prepare)
