"""The directory's entities as frozen dataclasses. No wire name, no key and no storage is known here.

workspace ──< membership >── user ──< session, API token
    ├──< project ──< project membership >── user
    ├──< space ──< space role >── user, ──< app
    ├──< feature
    ├──< workspace group ──< group place >── user
    └──< SCIM token (two at most)
beside them, for the whole site: permission roles, groups, clients
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeAlias

Instant: TypeAlias = str
"""A moment as `YYYY-MM-DDTHH:MM:SSZ`; these strings order like the moments."""

UNSTORED: Mapping[str, str] = {"attribute": ""}
"""The metadata of a field that says something about this request alone: no item holds it."""

REVOKED_THROUGH: Mapping[str, str] = {"attribute": "floors"}
SESSION_VERSION: Mapping[str, str] = {"attribute": "epoch"}
SESSION_VERSION_AT: Mapping[str, str] = {"attribute": "epoch_at"}
AUDITED_WORKSPACE: Mapping[str, str] = {"attribute": "tenant"}
"""The metadata of fields that items hold under another name, the one that they were first written with."""


class PlatformRole(StrEnum):
    """What a user may do on the whole site."""

    ADMIN = "ADMIN"
    USER = "USER"


class WorkspaceRole(StrEnum):
    """What a member may do in one workspace."""

    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


class SpaceRole(StrEnum):
    """What a user is in one space."""

    DEVELOPER = "developer"
    MANAGER = "manager"
    AUDITOR = "auditor"


class InvitationState(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


class UserKind(StrEnum):
    """A person, or a service account that only calls the API."""

    PERSON = "person"
    SERVICE = "service"


class FactorKind(StrEnum):
    """What a second factor is: an authenticator's codes (RFC 6238), or a key of WebAuthn."""

    TOTP = "totp"
    PASSKEY = "passkey"


class ChallengePurpose(StrEnum):
    """What a challenge is good for."""

    LOGIN = "login"
    REGISTER = "register"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """How a workspace wants moments and numbers shown, with the defaults of docs/workspace-profile.md."""

    locale: str = "en-US"
    time_zone: str = "UTC"
    date_time_format: str = "yyyy-MM-dd HH:mm"
    date_format: str = "yyyy-MM-dd"
    time_format: str = "HH:mm"
    region_code: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """The postal address of a workspace, which User Space shows (docs/user-space.md)."""

    abbreviation: str = ""
    admin_email: str = ""
    admin_name: str = ""
    address: str = ""
    state: str = ""
    country: str = ""
    pin_code: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many members, projects and spaces a workspace may have; None is no limit."""

    members: int | None = None
    projects: int | None = None
    spaces: int | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A customer's own part of the directory. `number` is its place in the site's order of creation.

    A workspace that is not `active` is suspended: its members count as none.
    """

    id: str
    number: int
    key: str
    name: str
    created_at: Instant
    updated_at: Instant | None = None
    settings: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    organisation: Organisation = field(default_factory=Organisation)
    active: bool = True
    limits: Limits = field(default_factory=Limits)
    admins: int = 0
    revision: int = 1


@dataclass(frozen=True, slots=True)
class User:
    """A user of the site. The password has an item of its own.

    `number` is the integer id in the Testmo API and the place in the site's order of creation. `revision`
    grows with every change. `session_version` grows when all sessions end, and `session_version_at` is when
    it last did: sessions and tokens that were issued before are not valid. `last_sign_in_at` is the hour in
    which the user last signed in by password. The oldest membership's workspace
    is kept here so that a caller's workspace is known without a search; `memberships_begun` counts all that
    the user ever had. `revoked_through` has the workspaces
    in which a membership of the user has ended: grants that were given under the membership of this number,
    or an earlier one, are void. A workspace leaves it when the cleanup has removed these grants.
    `limited_to` is the one workspace in which the caller's API token acts; None where the credential has no
    such limit.
    Who `must_change_password` may do that and log out, nothing else. `token_version` grows when all API
    tokens end: those that were made before are not valid. `tokens_made` grows with each that is made.
    `factors` counts the user's second factors; recovery codes are none. `administers` counts the workspaces
    of which the user is ADMIN by the membership's own role. `admin_by_groups` says for each workspace how
    many of its groups make the user ADMIN there. `suspended_in` has the workspaces in which the user's
    membership is suspended, each with the membership's number: there the user counts as no member.
    """

    id: str
    number: int
    email: str
    full_name: str
    created_at: Instant
    roles: tuple[PlatformRole, ...] = (PlatformRole.USER,)
    active: bool = True
    kind: UserKind = UserKind.PERSON
    email_verified: bool = False
    first_name: str | None = None
    last_name: str | None = None
    user_name: str | None = None
    timezone: str | None = None
    date_format: str | None = None
    time_format: str | None = None
    notifications: int = 1
    role_number: int | None = None
    groups: tuple[int, ...] = ()
    onboarding: int = 0
    default_workspace_id: str | None = None
    oldest_workspace_id: str | None = None
    oldest_membership_at: Instant | None = None
    memberships_begun: int = 0
    created_by: str | None = None
    created_by_number: int | None = None
    updated_at: Instant | None = None
    updated_by: str | None = None
    updated_by_number: int | None = None
    revoked_through: Mapping[str, int] = field(default_factory=dict, metadata=REVOKED_THROUGH)
    session_version: int = field(default=0, metadata=SESSION_VERSION)
    session_version_at: Instant | None = field(default=None, metadata=SESSION_VERSION_AT)
    last_sign_in_at: Instant | None = None
    revision: int = 1
    must_change_password: bool = False
    token_version: int = 0
    tokens_made: int = 0
    factors: int = 0
    administers: int = 0
    admin_by_groups: Mapping[str, int] = field(default_factory=dict)
    suspended_in: Mapping[str, int] = field(default_factory=dict)
    limited_to: str | None = field(default=None, metadata=UNSTORED)

    def limited(self, workspace_id: str) -> Self:
        """This user as a token limited to the workspace shows them: no platform role, no other workspace.

        What the user belongs to and was granted is judged by `acts_in`. A limited user is never written.
        """
        return replace(
            self,
            roles=tuple(role for role in self.roles if role is not PlatformRole.ADMIN)
            or (PlatformRole.USER,),
            default_workspace_id=workspace_id,
            oldest_workspace_id=workspace_id,
            limited_to=workspace_id,
        )

    def acts_in(self, workspace_id: object) -> bool:
        """Whether the credential lets the user act in the workspace, if they belong to it, and no suspension
        of the membership forbids it.
        """
        if isinstance(workspace_id, str) and workspace_id in self.suspended_in:
            return False
        return self.limited_to is None or self.limited_to == workspace_id

    def role_in(self, membership: "Membership") -> WorkspaceRole:
        """What the user is in the workspace of the membership: by its own role, or by a group of it."""
        return self.effective_role(membership.workspace_id, membership.role)

    def effective_role(self, workspace_id: object, own: object) -> WorkspaceRole:
        """As `role_in`, of a membership that some row tells of, which has this role of its own."""
        if own == WorkspaceRole.ADMIN or (
            isinstance(workspace_id, str) and self.admin_by_groups.get(workspace_id, 0) > 0
        ):
            return WorkspaceRole.ADMIN
        return WorkspaceRole.MEMBER

    @property
    def rules_a_workspace(self) -> bool:
        """Whether the user is ADMIN of any workspace, by a role of their own or by a group."""
        return self.administers > 0 or any(
            count > 0 for name, count in self.admin_by_groups.items() if name not in self.suspended_in
        )

    @property
    def may_act(self) -> bool:
        """Whether a credential of the user's is worth anything beyond changing the password."""
        return self.active and not self.must_change_password

    @property
    def is_platform_admin(self) -> bool:
        """Whether the user has the platform role ADMIN, suspended or not."""
        return PlatformRole.ADMIN in self.roles

    @property
    def is_admin(self) -> bool:
        """Whether the user is a platform ADMIN in good standing."""
        return self.active and self.is_platform_admin


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in a workspace.

    `number` is its place in the workspace's order of joining, and never another membership's. `turn` is its
    place among the user's memberships in the same order, by which of two of one moment the older is told; 0
    where it was made before that was kept. `revision` grows with every change of the role.

    One that is `suspended` is kept and counts as none (`User.suspended_in`); when it is resumed it takes a
    new `number`. `role` is its own: what the user may is what `User.role_in` says.
    """

    workspace_id: str
    user_id: str
    role: WorkspaceRole
    number: int
    created_at: Instant
    turn: int = 0
    revision: int = 1
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class ScimView:
    """What the identity provider of a workspace wrote of one of its members (docs/scim.md).

    `body` is JSON: all that was written but what stands in fields of its own. `managed` says that the
    workspace made the user. `created_at` and `updated_at` are the view's.
    """

    workspace_id: str
    user_id: str
    user_name: str
    created_at: Instant
    updated_at: Instant
    external_id: str | None = None
    body: str = "{}"
    managed: bool = False
    revision: int = 1


@dataclass(frozen=True, slots=True)
class WorkspaceGroup:
    """A group of a workspace's members. `Group` is another thing: one of the site (docs/testmo.md).

    `number` is its place in the workspace's order of creation. `role` ADMIN makes its members ADMINs of the
    workspace; else it is None. `members` counts the members; `revision` grows with every change, of
    them too.
    """

    id: str
    workspace_id: str
    number: int
    name: str
    created_at: Instant
    updated_at: Instant
    external_id: str | None = None
    role: WorkspaceRole | None = None
    members: int = 0
    revision: int = 1


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A user's place in a group of a workspace; it belongs to the membership of the number `since`.

    `number` is its place in the group's order of joining.
    """

    group_id: str
    workspace_id: str
    user_id: str
    number: int
    since: int
    created_at: Instant


@dataclass(frozen=True, slots=True)
class ScimToken:
    """The bearer credential of a workspace's identity provider; the secret itself is never kept.

    `slot` is 1 or 2: a workspace has no more.
    """

    id: str
    workspace_id: str
    slot: int
    name: str
    created_at: Instant
    expires_at: Instant | None = None
    created_by: str | None = None
    seen_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An offer of a membership to whoever receives the mail of an address, perhaps somebody without account.

    Its link holds a secret that is made of `nonce` under a key of the deployment (`auth/links.py`); `digest`
    is the secret's. `mailed` says that the link goes by mail alone, so that its use proves the address.
    `public_url` is where its link leads. An open one whose time is over has expired, whatever `state` says.
    """

    id: str
    number: int
    workspace_id: str
    email: str
    role: WorkspaceRole
    created_at: Instant
    expires_at: Instant
    created_by: str | None = None
    state: InvitationState = InvitationState.OPEN
    nonce: str = field(default="", repr=False)
    digest: str = field(default="", repr=False)
    public_url: str = ""
    mailed: bool = False

    def state_at(self, now: Instant) -> InvitationState:
        """The state at a moment."""
        is_over = self.state is InvitationState.OPEN and self.expires_at <= now
        return InvitationState.EXPIRED if is_over else self.state


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """The one link by which a user may choose a password without knowing the present one.

    `first` says that it invites a new user, who has none yet. It is valid while the user is active and has
    this `session_version` and this address, in its canonical form. The rest is as in an Invitation.
    """

    user_id: str
    email: str
    session_version: int
    created_at: Instant
    expires_at: Instant
    first: bool = False
    nonce: str = field(default="", repr=False)
    digest: str = field(default="", repr=False)
    public_url: str = ""
    mailed: bool = False


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor of a user, which counts; a TOTP secret that is yet to be confirmed is an Enrolment.

    Of TOTP: `secret` is sealed under a key of the deployment (`auth/sealing.py`), and `last_step` is the time
    step of the last code that was taken. Of a passkey: `credential_id` and `public_key` (COSE) are base64url,
    and `sign_count` is the counter that its last assertion had.
    """

    id: str
    user_id: str
    kind: FactorKind
    name: str
    created_at: Instant
    last_used_at: Instant | None = None
    secret: str = field(default="", repr=False)
    last_step: int = 0
    credential_id: str = ""
    public_key: str = field(default="", repr=False)
    sign_count: int = 0
    transports: tuple[str, ...] = ()
    aaguid: str = ""
    backed_up: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The one TOTP secret of a user that no code has confirmed yet; `secret` as in a Factor."""

    id: str
    user_id: str
    name: str
    created_at: Instant
    expires_at: Instant
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """The recovery codes of a user that were not used yet, as digests."""

    user_id: str
    created_at: Instant
    digests: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser is asked for that wants to prove a second factor: good once, for this browser.

    `digest` is that of the challenge's own secret, which is also what a passkey signs, and `browser` that of
    the browser's cookie. It is valid while its user has this `session_version`. `factors` are the ids of
    those that may answer it. One that asks anybody for a passkey has no user.
    """

    id: str
    purpose: ChallengePurpose
    created_at: Instant
    expires_at: Instant
    digest: str = field(repr=False)
    browser: str = field(repr=False)
    user_id: str | None = None
    session_version: int = field(default=0, metadata=SESSION_VERSION)
    factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """Connection metadata of a project's database; never a password (docs/user-space.md)."""

    host: str
    port: str
    username: str
    db_name: str
    db_type: str
    connect_timeout_secs: int
    idle_timeout_secs: int
    max_open_connections: int
    max_idle_connections: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a workspace; `number` is its integer id in the Testmo API.

    `place` is its place in the workspace's order of creation; 0 where it was made before that was kept, as
    `created_at` is absent then. `children` counts the spaces and features in it.
    """

    id: str
    number: int
    workspace_id: str
    name: str
    abbreviation: str = ""
    description: str = ""
    database: tuple[Database, ...] = ()
    created_at: Instant | None = None
    updated_at: Instant | None = None
    place: int = 0
    children: int = 0
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Space:
    """A space of a workspace, perhaps of one of its projects; `number` is its place in creation order.

    `revision` grows with every change. `apps` is how many apps are in it; None where the space was made
    before that was counted.
    """

    id: str
    number: int
    workspace_id: str
    name: str
    created_at: Instant
    updated_at: Instant | None = None
    project_id: str | None = None
    description: str = ""
    email: str = ""
    owner_id: str | None = None
    allow_ssh: bool = True
    apps: int | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class App:
    """An app registered in a space; `number` is its place in creation order.

    `created_at` is None where the app was registered before that was kept.
    """

    id: str
    number: int
    space_id: str
    name: str
    created_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that can be switched on in a workspace, perhaps in one project of it.

    `place` is its place in the workspace's order of creation; 0 where it was made before that was kept.
    """

    id: str
    workspace_id: str
    name: str
    project_id: str | None = None
    description: str = ""
    email: str = ""
    owner_id: str | None = None
    touched_by: str | None = None
    enabled: bool = True
    module: str | None = None
    place: int = 0
    revision: int = 1


@dataclass(frozen=True, slots=True)
class PermissionRole:
    """A site-wide role of the Testmo API (`role_id`), whose permissions the Workspace profile shows."""

    number: int
    name: str
    permissions: tuple[str, ...] = ()
    is_default: bool = False
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """A site-wide group of users (docs/testmo.md)."""

    number: int
    name: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A bearer credential of a user, perhaps for one workspace; the secret itself is never kept."""

    id: str
    user_id: str
    name: str
    created_at: Instant
    workspace_id: str | None = None
    expires_at: Instant | None = None
    order: str = ""
    """Its place among the tokens of one second (`clock.ordered_id`); empty in those of earlier versions."""
    token_version: int = 0
    """The user's `token_version` when it was made."""
    seen_at: Instant | None = None
    """When it was last used, at most an hour too early; None where it never was."""


@dataclass(frozen=True, slots=True)
class Client:
    """A program registered with the token endpoint.

    `generation` tells it from another of this id that was there before; None where an import or an earlier
    version registered it.
    """

    id: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    user_id: str | None = None
    name: str | None = None
    created_at: Instant | None = None
    generation: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class TokenFamily:
    """What one grant at the token endpoint gave a client: one refresh token after another, and access tokens.

    It lives while its refresh tokens are used, and while the user's `session_version` is this one.
    """

    id: str
    user_id: str
    client_id: str
    created_at: Instant
    expires_at: Instant
    session_version: int = field(metadata=SESSION_VERSION)
    scopes: tuple[str, ...] = ()
    seen_at: Instant | None = None
    """When a refresh token of it was last used; None where none ever was."""
    generation: str | None = None
    """That of its client."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer credential of a family; the secret itself is never kept."""

    id: str
    user_id: str
    family_id: str
    expires_at: Instant
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session; the secret itself is never kept. `address` and `agent` are the login's.

    `proved_at` is when its user last proved who they are; None, of an earlier version, is when it was opened.
    `factor` says that this proof was by a second factor, or by a passkey alone.
    """

    id: str
    user_id: str
    created_at: Instant
    seen_at: Instant
    session_version: int = field(metadata=SESSION_VERSION)
    address: str | None = None
    agent: str | None = None
    proved_at: Instant | None = None
    factor: bool = False

    @property
    def last_proof(self) -> Instant:
        """When the user last proved who they are."""
        return self.proved_at or self.created_at


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change: what the audit item says. `user_id` None is the system or an operator, or where
    there is a `scim_token_id` the identity provider of a workspace.
    """

    request_id: str
    at: datetime
    user_id: str | None = None
    user_number: int | None = None
    workspace_id: str | None = None
    scim_token_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that was changed: by whom (`system` is the system or an operator), and to whom or what.

    `actor_kind` is `scim` where the actor is the token of an identity provider, else empty. `workspace` is
    the one that the change concerns, if any, `request` the id of the request.
    """

    at: Instant
    action: str
    actor: str
    target: str
    request: str
    workspace: str | None = field(default=None, metadata=AUDITED_WORKSPACE)
    details: Mapping[str, Any] = field(default_factory=dict)
    actor_kind: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of events: those of a workspace, or (`workspace_id` None) all.

    `types` are types of events, or beginnings of them with `*`; none means all. `signing` is the secret and
    the private key that messages are signed with, sealed under a key of the deployment; the former ones sign
    too, until `former_until`. `disabled_because` says why the deliveries themselves have switched it off.
    """

    id: str
    url: str
    public_key: str
    created_at: Instant
    workspace_id: str | None = None
    types: tuple[str, ...] = ()
    description: str = ""
    enabled: bool = True
    disabled_because: str | None = None
    signing: str = field(default="", repr=False)
    former_signing: str = field(default="", repr=False)
    former_until: Instant | None = None
    revision: int = 1

    def wants(self, type_: str) -> bool:
        """Whether it is told of events of this type."""
        return not self.types or any(
            type_.startswith(each[:-1]) if each.endswith("*") else type_ == each for each in self.types
        )


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """How a webhook fares: failures since the last success, and until when nothing is tried any more."""

    failures: int = 0
    failing_since: Instant | None = None
    rests_until: Instant | None = None


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to tell a webhook of an event, and the beginning of what came back."""

    at: Instant
    milliseconds: int = 0
    status: int | None = None
    error: str | None = None
    answer: str = field(default="", repr=False)

    @property
    def succeeded(self) -> bool:
        """Whether the receiver took it: a status of 2xx."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook. `audit` is the sort key of the audit item that the event is made of.

    `tries` counts all attempts, of which the last are kept; `from_try` is how many there were when the
    schedule began, anew after a retry or a replay.
    """

    id: str
    webhook_id: str
    type: str
    audit: str
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    from_try: int = 0
    attempts: tuple[DeliveryAttempt, ...] = ()
    next_attempt_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """How much was done on a day, on the whole site or in one workspace."""

    day: str
    changes: int = 0
    sign_ins: int = 0
    members_added: int = 0
    members_removed: int = 0


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, proved by a live credential on this very request."""

    user: User
    session: Session | None = None
    token: ApiToken | None = None
