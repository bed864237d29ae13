"""Makes users, workspaces and memberships for a test, by the access patterns themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from roster.auth import (
    api_tokens,
    challenges,
    enrolment,
    links,
    password_links,
    passwords,
    scim_tokens,
    sealing,
    sessions,
    totp,
    webhook_signing,
)
from roster.auth.credentials import Credential, digest
from roster.auth.webhook_signatures import Signing
from roster.clock import instant
from roster.db import keys, list_log
from roster.db.store import Key, Store
from roster.db.transactions import Transaction
from roster.directory import (
    deliveries,
    factors,
    grants,
    invitations,
    members,
    projects,
    provisioning,
    reference_data,
    spaces,
    users,
    webhooks,
    workspace_groups,
    workspaces,
)
from roster.domain import (
    Actor,
    App,
    ChallengePurpose,
    Client,
    Delivery,
    DeliveryState,
    Factor,
    FactorKind,
    Feature,
    Group,
    Invitation,
    Membership,
    PermissionRole,
    PlatformRole,
    Project,
    Space,
    SpaceRole,
    User,
    Webhook,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
)

T = TypeVar("T")

PASSWORD = "correct horse battery"


def settle(store: Store) -> None:
    """Fold every list, as the stream's function does when writers fall quiet."""
    start: Key | None = None
    while True:
        page = store.scan(start=start)
        for item in page.items:
            if (pk := str(item["PK"])).startswith(keys.COUNTERS):
                list_log.fold(store, keys.listing_of_log(pk))
        if (start := page.next) is None:
            return


@dataclass(frozen=True)
class Directory:
    """The access patterns, with what a test does not care about filled in."""

    store: Store
    now: Callable[[], datetime]

    @property
    def by(self) -> Actor:
        return Actor("test", self.now())

    def user(self, name: str, *, admin: bool = False, password: str | None = None, **more: Any) -> User:
        """A user `name@example.com` whose full name is the capitalised name; `more` are fields of User."""
        role = PlatformRole.ADMIN if admin else PlatformRole.USER
        wanted = User(
            id="", number=0, email=f"{name}@example.com", full_name=name.title(), created_at="", roles=(role,)
        )
        stored = passwords.digest(password) if password is not None else None
        return users.create(self.store, replace(wanted, **more), stored, by=self.by)

    def admin(self, name: str = "root") -> User:
        return self.user(name, admin=True)

    def workspace(self, key: str = "acme", **more: Any) -> Workspace:
        wanted = Workspace(id="", number=0, key=key, name=key.title(), created_at="")
        return workspaces.create(self.store, replace(wanted, **more), by=self.by)

    def member(self, workspace: Workspace, user: User, role: str = "MEMBER") -> Membership:
        return members.add(self.store, workspace, user.id, WorkspaceRole(role), by=self.by)[0]

    def session(self, user: User, *, factor: bool = True) -> Credential:
        """A new session, proved by all that the user has; without `factor` by the password alone."""
        present = users.alive(self.store, user.id)
        work, credential = sessions.prepare(present, by=self.by, factor=factor)
        work.commit(self.store)
        return credential

    def scim_token(self, workspace: Workspace, name: str = "Entra ID") -> Credential:
        """A new SCIM token of the workspace, which has been used just now."""
        work, token, credential = scim_tokens.prepare(self.store, workspace, name, None, by=self.by)
        work.commit(self.store)
        scim_tokens.touch(self.store, token, self.now())
        return credential

    def end_scim_tokens(self, workspace: Workspace, kept: str = "") -> None:
        """End the SCIM tokens of the workspace but the one that is kept."""
        credential = Credential.read(kept)
        for token in scim_tokens.of_workspace(self.store, workspace.id, self.now()):
            if credential is None or token.id != credential.id:
                scim_tokens.revoke(self.store, workspace, token.id, by=self.by)

    def workspace_group(self, workspace: Workspace, name: str, *people: User) -> WorkspaceGroup:
        """A group of the workspace, and who is in it."""
        made = workspace_groups.create(self.store, workspace, name, None, by=self.by)
        workspace_groups.add(self.store, workspace, made, [user.id for user in people], by=self.by)
        return workspace_groups.by_id(self.store, workspace.id, made.id)

    def provisioned(
        self, workspace: Workspace, name: str, *, active: bool = True, **more: Any
    ) -> provisioning.Provisioned:
        """A member as an identity provider makes them; `more` are fields of WrittenMember."""
        profile = provisioning.MemberProfile(f"{name}@example.com", name.title())
        wanted = provisioning.WrittenMember(
            **{"user_name": name, "profile": profile, "active": active, **more}
        )
        return provisioning.create(self.store, workspace, wanted, by=self.by)

    def suspend_member(self, workspace: Workspace, user: User, *, active: bool = False) -> None:
        """Suspend a membership, as an identity provider does, or resume it."""
        present = provisioning.by_id(self.store, workspace.id, user.id)
        wanted = provisioning.WrittenMember(
            present.user_name, provisioning.MemberProfile(user.email, user.full_name), active=active
        )
        provisioning.change(self.store, workspace, present, lambda _: wanted, by=self.by)

    def suspend(self, user: User) -> User:
        present = users.alive(self.store, user.id)
        return users.change(self.store, present, lambda one: replace(one, active=False), by=self.by)

    def change(self, user: User, **more: Any) -> User:
        """The user with other fields."""
        present = users.alive(self.store, user.id)
        return users.change(self.store, present, lambda one: replace(one, **more), by=self.by)

    def project(self, workspace: Workspace, name: str = "web", **more: Any) -> Project:
        number = list_log.allocate(self.store, keys.PROJECTS)
        made = replace(
            Project(
                str(uuid4()),
                number,
                workspace.id,
                name,
                created_at=instant(self.now()),
                updated_at=instant(self.now()),
                place=list_log.allocate(self.store, keys.projects_in(workspace.id)),
            ),
            **more,
        )
        return self._made(projects.plan, made)

    def space(self, workspace: Workspace, name: str, project: Project | None = None, **more: Any) -> Space:
        number = list_log.allocate(self.store, keys.SPACES)
        made = Space(str(uuid4()), number, workspace.id, name, instant(self.now()))
        return self._made(spaces.plan, replace(made, project_id=project.id if project else None, **more))

    def app(self, space: Space, app_id: str) -> App:
        number = list_log.allocate(self.store, keys.APPS)
        return self._made(spaces.plan_app, App(app_id, number, space.id, app_id))

    def feature(
        self, workspace: Workspace, name: str, project: Project | None = None, **more: Any
    ) -> Feature:
        place = list_log.allocate(self.store, keys.features_in(workspace.id))
        made = Feature(
            str(uuid4()), workspace.id, name, project_id=project.id if project else None, place=place
        )
        return self._made(reference_data.plan_feature, replace(made, **more))

    def webhook(
        self, workspace: Workspace | None, url: str = "https://127.0.0.1:9/in", **more: Any
    ) -> tuple[Webhook, Signing]:
        """A webhook, mostly one that nothing is sent to: its address is not public."""
        owner, signing = workspace.id if workspace else None, Signing.new()
        id_ = webhooks.new_id(webhooks.of_owner(self.store, owner), owner)
        sealed = webhook_signing.seal(signing, id_)
        made = Webhook(id_, url, signing.public_key, "", owner, signing=sealed, **more)
        work, webhook = webhooks.prepare(made, by=self.by)
        work.commit(self.store)
        return webhook, signing

    def delivery(self, webhook: Webhook, event_id: str = "e1") -> Delivery:
        """One that has failed; of no event that there is."""
        made = Delivery(event_id, webhook.id, "roster.user.created", "2026-01-01T00:00:00Z#e#001")
        failed = replace(made, state=DeliveryState.FAILED, tries=1)
        deliveries.record(self.store, failed, 0, self.now())
        return failed

    def role(self, number: int, name: str, *permissions: str) -> PermissionRole:
        return self._made(reference_data.plan_role, PermissionRole(number, name, permissions))

    def group(self, number: int, name: str) -> Group:
        return self._made(reference_data.plan_group, Group(number, name))

    def client(
        self,
        client_id: str,
        secret: str = "",
        *,
        grants: tuple[str, ...] = ("password", "refresh_token"),
        scopes: tuple[str, ...] = ("cloud_controller.read", "cloud_controller.write"),
        user: User | None = None,
    ) -> Client:
        """A program of the token endpoint; without a secret it is a public one."""
        made = Client(client_id, grants, scopes, user.id if user else None)
        work = Transaction(self.by)
        reference_data.plan_client(work, made, digest(secret))
        work.commit(self.store)
        return made

    def grant(self, place: Project | Space, user: User, role: str = "developer") -> None:
        """A place in a project or a role in a space, within the user's membership if there is one."""
        membership = members.of_item(self.store.get(keys.member(place.workspace_id, user.id)))
        since = membership.number if membership else 0
        work = Transaction(self.by)
        if isinstance(place, Project):
            grants.plan_project_member(work, place, user, since)
        else:
            grants.plan_space_role(work, place, user, SpaceRole(role), since)
        work.commit(self.store)

    def leave(self, workspace: Workspace, user: User) -> None:
        """The user's membership ends."""
        members.remove(self.store, workspace, user.id, by=self.by, even_last_admin=True)

    def token(self, user: User, workspace: Workspace | None = None, expires_at: str | None = None) -> str:
        """An API token of the user, perhaps for one workspace, which has been used just now."""
        workspace_id = workspace.id if workspace else None
        token, credential = api_tokens.create(self.store, user, "ci", workspace_id, expires_at, by=self.by)
        api_tokens.touch(self.store, token, self.now())
        return str(credential)

    def invitation(
        self, workspace: Workspace, email: str, role: str = "MEMBER", **more: Any
    ) -> tuple[Invitation, str]:
        """An open invitation, and what its link carries."""
        sealed = links.seal(links.keys(), "invitation", workspace.id, uuid4().hex)
        expires = instant(self.now() + timedelta(days=7))
        wanted = Invitation(
            sealed.token.ids[1],
            0,
            workspace.id,
            email,
            WorkspaceRole(role),
            "",
            expires,
            nonce=sealed.nonce,
            digest=sealed.digest,
            public_url="https://roster.example",
        )
        work, made = invitations.prepare(self.store, workspace, replace(wanted, **more), by=self.by)
        work.commit(self.store)
        return made, str(sealed.token)

    def password_link(self, user: User, *, first: bool = False) -> str:
        """What a link carries by which the user chooses a password."""
        work = Transaction(self.by)
        present = users.alive(self.store, user.id)
        _, token = password_links.plan(work, present, first=first, public_url="https://roster.example")
        work.commit(self.store)
        return str(token)

    def authenticator(self, user: User, name: str = "Phone") -> tuple[Factor, bytes]:
        """A TOTP factor of a user, and its secret."""
        made, secret = self._factor(user, name)
        work, _ = factors.prepare_adding(users.alive(self.store, user.id), made, by=self.by)
        work.commit(self.store)
        return made, secret

    def enrolment(self, user: User) -> tuple[str, bytes]:
        """The id and the secret of an authenticator that is yet to be confirmed."""
        begun = enrolment.begin(self.store, user, "Phone", by=self.by)
        return begun.enrolment.id, begun.secret

    def recovery_codes(self, user: User) -> list[str]:
        """New recovery codes of a user who has a factor."""
        return enrolment.renew_recovery_codes(self.store, user, by=self.by)

    def challenge(self, user: User) -> challenges.NewChallenge:
        """What a login of a user who has factors is answered with."""
        present = users.alive(self.store, user.id)
        ids = [each.id for each in factors.of_user(self.store, user.id).factors]
        asked = challenges.new(ChallengePurpose.LOGIN, present, self.now(), ids)
        self.store.write(asked.write)
        return asked

    def _factor(self, user: User, name: str) -> tuple[Factor, bytes]:
        made = Factor(str(uuid4()), user.id, FactorKind.TOTP, name, instant(self.now()))
        secret = totp.new_secret()
        return replace(made, secret=sealing.seal(sealing.keys(), secret, user.id, made.id)), secret

    def _made(self, plan: Callable[[Transaction, T], None], made: T) -> T:
        work = Transaction(self.by)
        plan(work, made)
        work.commit(self.store)
        return made
