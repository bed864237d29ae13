"""The wire shapes of Workspaces: what is sent, and what is answered."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, Field
from typing_extensions import TypeAliasType

from roster import bounds
from roster.dialects.fields import (
    Body,
    Email,
    Instant,
    LanguageTag,
    Line,
    Moment,
    Password,
    TimeZone,
    Wire,
    WorkspaceKey,
    absent_if_none,
)
from roster.domain import (
    ApiToken,
    AuditEntry,
    Limits,
    Membership,
    Organisation,
    PlatformRole,
    User,
    Workspace,
    WorkspaceSettings,
)
from roster.http import words

T = TypeVar("T")

UNCHANGED: Any = None
"""The default of a field that may be absent but not null: pydantic does not validate defaults."""

WHERE_SENT = Field(exclude_if=lambda value: value is None)
"""Of a field that a creating request may leave out, and that earlier versions did not know: a retry of a
request without it is then the same request to both."""

# Requests.

PageNumber = Annotated[str, Query(pattern=words.PAGE, description="Which page, from 1.")]
PageSize = Annotated[str, Query(pattern=words.SIZE, description="Rows a page, at most 1,000.")]

WHOLE = 1_000  # rows up to which a list without `page` is given whole


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted; `asked` when the caller named a page or a size."""

    page: int
    size: int
    asked: bool

    @classmethod
    def of(cls, page: str, size: str) -> "PageRequest":
        return cls(int(page or 1), int(size or WHOLE), bool(page or size))

    def part(self, rows: list[T]) -> list[T]:
        """The page's part of a list that was read whole."""
        return rows[(self.page - 1) * self.size : self.page * self.size]


AuditFrom = Annotated[
    Instant, Query(alias="from", description="The first moment (RFC 3339; a `+` is sent as `%2B`).")
]
AuditTo = Annotated[Instant, Query(alias="to", description="The last moment; the present where absent.")]
AuditActor = Annotated[str, Query(pattern=words.USER_ID, description="The id of the user who did it.")]
AuditTarget = Annotated[
    str, Query(pattern=words.USER_ID, description="The id of whom or what it was done to.")
]
AuditSize = Annotated[str, Query(pattern=words.SIZE, description="Entries a page, at most 1,000.")]
AuditCursor = Annotated[
    str,
    Query(
        max_length=bounds.CURSOR_CHARACTERS,
        description="`meta.next` of the page before, with all else as it was asked then.",
    ),
]

_DEFAULT = WorkspaceSettings()


class Login(Body):
    email: str
    password: str


class ChangePassword(Body):
    currentPassword: str
    newPassword: Password
    endTokens: bool = False


class CreateToken(Body):
    name: Line
    workspaceId: Annotated[str, Field(pattern=words.ID)] | None = None
    expiresAt: Instant | None = None


class SettingsBody(Body):
    locale: LanguageTag = _DEFAULT.locale
    timeZone: TimeZone = _DEFAULT.time_zone
    dateTimeFormat: Line = _DEFAULT.date_time_format
    dateFormat: Line = _DEFAULT.date_format
    timeFormat: Line = _DEFAULT.time_format
    regionCode: Line | None = None

    def settings(self) -> WorkspaceSettings:
        return WorkspaceSettings(
            locale=self.locale,
            time_zone=self.timeZone,
            date_time_format=self.dateTimeFormat,
            date_format=self.dateFormat,
            time_format=self.timeFormat,
            region_code=self.regionCode,
        )


class CreateWorkspace(Body):
    key: WorkspaceKey
    name: Line
    settings: SettingsBody = SettingsBody()

    ALWAYS_ASKED: ClassVar[frozenset[str]] = frozenset({"settings"})  # as the first version did


class AddMember(Body):
    userId: Annotated[str, Field(pattern=words.USER_ID)]
    role: Literal["ADMIN", "MEMBER"]


def _once_each(roles: list[str]) -> list[str]:
    return list(dict.fromkeys(roles))


Roles = Annotated[
    list[Literal["ADMIN", "USER"]], Field(min_length=1, max_length=bounds.ROLES), AfterValidator(_once_each)
]


def _numbers_once(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


Number = Annotated[int, Field(ge=1, le=bounds.LARGEST_NUMBER)]
"""The number of a role or a group."""

_PROFILE = {
    "firstName": "first_name",
    "lastName": "last_name",
    "userName": "user_name",
    "timezone": "timezone",
    "dateFormat": "date_format",
    "timeFormat": "time_format",
    "defaultWorkspaceId": "default_workspace_id",
}
_OF_SITE = {
    "notifications": "notifications",
    "roleNumber": "role_number",
    "groups": "groups",
    "onboarding": "onboarding",
    "mustChangePassword": "must_change_password",
}


class OwnProfile(Body):
    """What a user says of themselves. What is absent stays as it is; null empties a text."""

    firstName: Line | None = None
    lastName: Line | None = None
    timezone: TimeZone | None = None
    dateFormat: Line | None = None
    timeFormat: Line | None = None
    defaultWorkspaceId: Annotated[str, Field(pattern=words.ID)] = UNCHANGED

    def profile(self) -> dict[str, Any]:
        """The fields of the user that the body names, with their new values."""
        return {_PROFILE[name]: getattr(self, name) for name in self.model_fields_set & _PROFILE.keys()}


class UserFields(OwnProfile):
    """What a platform ADMIN says of a user: user name, role and groups of the site, Testmo's settings."""

    userName: Line | None = None
    notifications: Annotated[int, Field(ge=1, le=3)] = UNCHANGED  # a Literal would take true for 1
    roleNumber: Number = UNCHANGED
    groups: Annotated[list[Number], Field(max_length=bounds.GROUPS), AfterValidator(_numbers_once)] = (
        UNCHANGED
    )
    onboarding: Annotated[int, Field(ge=0, le=2)] = UNCHANGED
    mustChangePassword: bool = UNCHANGED

    def further(self) -> dict[str, Any]:
        """The fields of the user that the body names beside the documented ones, with their new values."""
        sent = {_OF_SITE[name]: getattr(self, name) for name in self.model_fields_set & _OF_SITE.keys()}
        if "groups" in sent:
            sent["groups"] = tuple(sent["groups"])
        return {**self.profile(), **sent}


class CreateUser(UserFields):
    email: Email
    fullName: Line
    password: Password = UNCHANGED
    roles: Roles
    emailVerified: Annotated[bool, WHERE_SENT] = UNCHANGED


_FIELDS = {"email": "email", "fullName": "full_name", "roles": "roles", "active": "active"}
_FIELDS |= {"emailVerified": "email_verified"}


class UpdateUser(UserFields):
    """What is absent stays as it is; null is no value."""

    email: Email = UNCHANGED
    fullName: Line = UNCHANGED
    password: Password = UNCHANGED
    roles: Roles = UNCHANGED
    active: bool = UNCHANGED
    emailVerified: bool = UNCHANGED

    def wanted(self) -> dict[str, Any]:
        """The fields of the user that the body names, with their new values."""
        roles = tuple(PlatformRole(role) for role in self.roles or ())
        new = {"email": self.email, "full_name": self.fullName, "roles": roles, "active": self.active}
        new |= {"email_verified": self.emailVerified}
        sent = {_FIELDS[name] for name in self.model_fields_set & _FIELDS.keys()}
        return {**{name: value for name, value in new.items() if name in sent}, **self.further()}


# Answers.


class Success(Wire, Generic[T]):
    code: Literal["SUCCESS"] = "SUCCESS"
    data: T
    timestamp: Moment


class Done(Wire):
    code: Literal["SUCCESS"] = "SUCCESS"
    timestamp: Moment


class Meta(Wire):
    page: int
    size: int
    total: int
    totalPages: int


class Listed(Wire, Generic[T]):
    """A list; `meta` is there where a page was asked for or rows are left out."""

    code: Literal["SUCCESS"] = "SUCCESS"
    data: list[T]
    meta: Meta | None = absent_if_none()
    timestamp: Moment


class SettingsWire(Wire):
    locale: str
    timeZone: str
    dateTimeFormat: str
    dateFormat: str
    timeFormat: str
    regionCode: str | None

    @classmethod
    def of(cls, of: WorkspaceSettings) -> Self:
        return cls(
            locale=of.locale,
            timeZone=of.time_zone,
            dateTimeFormat=of.date_time_format,
            dateFormat=of.date_format,
            timeFormat=of.time_format,
            regionCode=of.region_code,
        )


class WorkspaceShape(Wire):
    id: str
    key: str
    name: str
    createdAt: Moment

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        return cls(id=workspace.id, key=workspace.key, name=workspace.name, createdAt=workspace.created_at)


class OrganisationWire(Wire):
    abbreviation: str
    adminEmail: str
    adminName: str
    address: str
    state: str
    country: str
    pinCode: str

    @classmethod
    def of(cls, of: Organisation) -> Self:
        return cls(
            abbreviation=of.abbreviation,
            adminEmail=of.admin_email,
            adminName=of.admin_name,
            address=of.address,
            state=of.state,
            country=of.country,
            pinCode=of.pin_code,
        )


class LimitsWire(Wire):
    """How many there may be; what is absent has no limit."""

    members: int | None = absent_if_none()
    projects: int | None = absent_if_none()
    spaces: int | None = absent_if_none()

    @classmethod
    def of(cls, of: Limits) -> Self:
        return cls(members=of.members, projects=of.projects, spaces=of.spaces)


class WorkspaceDetail(WorkspaceShape):
    settings: SettingsWire
    active: bool
    limits: LimitsWire
    organisation: OrganisationWire
    updatedAt: Moment | None

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        short = WorkspaceShape.of(workspace).model_dump()
        return cls(
            **short,
            settings=SettingsWire.of(workspace.settings),
            active=workspace.active,
            limits=LimitsWire.of(workspace.limits),
            organisation=OrganisationWire.of(workspace.organisation),
            updatedAt=workspace.updated_at,
        )


class Member(Wire):
    userId: str
    email: str
    fullName: str
    role: Literal["ADMIN", "MEMBER"]
    createdAt: Moment

    @classmethod
    def of(cls, membership: Membership, user: User) -> Self:
        return cls(
            userId=user.id,
            email=user.email,
            fullName=user.full_name,
            role=user.role_in(membership).value,
            createdAt=membership.created_at,
        )


class MemberDetail(Member):
    """A member as listed. `lastSignInAt` is the hour of the last login by password."""

    lastSignInAt: Moment | None
    emailVerified: bool

    @classmethod
    def of(cls, membership: Membership, user: User) -> Self:
        short = Member.of(membership, user).model_dump()
        return cls(**short, lastSignInAt=user.last_sign_in_at, emailVerified=user.email_verified)


class AdminUser(Wire):
    """A user; what follows `createdAt` has defaults, for answers that were kept before it came."""

    id: str
    email: str
    fullName: str
    roles: list[Literal["ADMIN", "USER"]]
    active: bool
    createdAt: Moment
    firstName: str | None = None
    lastName: str | None = None
    userName: str | None = None
    timezone: str | None = None
    dateFormat: str | None = None
    timeFormat: str | None = None
    notifications: int = 1
    roleNumber: int | None = None
    groups: list[int] = []
    onboarding: int = 0
    defaultWorkspaceId: str | None = None
    mustChangePassword: bool = False
    emailVerified: bool | None = absent_if_none()  # an answer kept by an earlier version has none

    @classmethod
    def of(cls, user: User) -> Self:
        further = {name: getattr(user, field) for name, field in {**_PROFILE, **_OF_SITE}.items()}
        return cls(
            id=user.id,
            email=user.email,
            fullName=user.full_name,
            roles=[role.value for role in user.roles],
            active=user.active,
            createdAt=user.created_at,
            **{**further, "groups": list(user.groups)},
            emailVerified=user.email_verified,
        )


class InvitedUser(AdminUser):
    """A new user without a password: the one answer that shows the link by which they choose one, null where
    it goes by mail alone.
    """

    link: str | None


NewUser = TypeAliasType("NewUser", InvitedUser | AdminUser)
"""What is answered of a user who was made; named for the OpenAPI document."""


class Token(Wire):
    id: str
    name: str
    workspaceId: str | None
    createdAt: Moment
    expiresAt: Moment | None

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        return cls(
            id=token.id,
            name=token.name,
            workspaceId=token.workspace_id,
            createdAt=token.created_at,
            expiresAt=token.expires_at,
        )


class NewToken(Token):
    """The only answer that ever shows the secret."""

    token: str


class ScimActor(Wire):
    """The identity provider of a workspace, by the id of its SCIM token (docs/scim.md)."""

    kind: Literal["scim"]
    tokenId: str


class AuditEvent(Wire):
    at: str
    action: str
    actor: str | ScimActor
    target: str
    workspaceId: str | None
    requestId: str
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(
            at=entry.at,
            action=entry.action,
            actor=ScimActor(kind="scim", tokenId=entry.actor) if entry.actor_kind == "scim" else entry.actor,
            target=entry.target,
            workspaceId=entry.workspace,
            requestId=entry.request,
            details=dict(entry.details),
        )


class AuditMeta(Wire):
    """How to go on: `next` is null on the last page, and only there."""

    size: int
    next: str | None


class AuditPage(Wire):
    code: Literal["SUCCESS"] = "SUCCESS"
    data: list[AuditEvent]
    meta: AuditMeta
    timestamp: str
