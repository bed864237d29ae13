"""Makes users, workspaces and memberships for a test, by the access patterns themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from roster import passwords
from roster.credentials import Credential
from roster.model import Actor, Membership, PlatformRole, Tenant, User, WorkspaceRole
from roster.table import members, sessions, tenants, users
from roster.table.store import Store

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Directory:
    """The access patterns, with what a test does not care about filled in."""

    store: Store
    now: Callable[[], datetime]

    @property
    def by(self) -> Actor:
        return Actor("test", self.now())

    def user(self, name: str, *, admin: bool = False, password: str | None = None) -> User:
        """A user `name@example.com` whose full name is the capitalised name."""
        role = PlatformRole.ADMIN if admin else PlatformRole.USER
        wanted = User(
            id="", number=0, email=f"{name}@example.com", full_name=name.title(), created_at="", roles=(role,)
        )
        stored = passwords.digest(password) if password is not None else None
        return users.create(self.store, wanted, stored, by=self.by)

    def admin(self, name: str = "root") -> User:
        return self.user(name, admin=True)

    def workspace(self, key: str = "acme") -> Tenant:
        wanted = Tenant(id="", number=0, key=key, name=key.title(), created_at="")
        return tenants.create(self.store, wanted, by=self.by)

    def member(self, tenant: Tenant, user: User, role: str = "MEMBER") -> Membership:
        return members.add(self.store, tenant, user.id, WorkspaceRole(role), by=self.by)[0]

    def session(self, user: User) -> Credential:
        return sessions.start(self.store, users.alive(self.store, user.id), by=self.by)

    def suspend(self, user: User) -> User:
        present = users.alive(self.store, user.id)
        return users.change(self.store, present, lambda one: replace(one, active=False), by=self.by)
