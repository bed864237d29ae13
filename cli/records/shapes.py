"""The records as a file holds them: one shape a type, strict, with what ties it to other records.

workspace ─┬─ project ─┬─ space ─── app        role   group   client
           │           └─ feature                └──┬───┘       │
           ├─ membership, space role, project membership ── user ── API token
           ├─ group of the workspace, its members, SCIM user ── membership
           └─ SCIM token
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from roster import bounds
from roster.auth import passwords
from roster.auth.credentials import Credential, digest, reason_to_refuse
from roster.db import keys
from roster.dialects.fields import (
    Email,
    LanguageTag,
    Line,
    LongText,
    Password,
    Text,
    TimeZone,
    moment,
    visible,
)
from roster.dialects.scim.attributes import USERS
from roster.dialects.scim.refusals import ScimRefused
from roster.dialects.scim.users import ADDRESSES
from roster.dialects.scim.values import TEXT_CHARACTERS, read_resource
from roster.directory.emails import canonical
from roster.directory.folding import folded
from roster.domain import (
    ApiToken,
    App,
    Client,
    Database,
    Feature,
    Group,
    Limits,
    Organisation,
    PermissionRole,
    PlatformRole,
    Project,
    ScimToken,
    ScimView,
    Space,
    User,
    UserKind,
    Workspace,
    WorkspaceGroup,
    WorkspaceRole,
    WorkspaceSettings,
)
from roster.http.error_responses import compact

Reference: TypeAlias = tuple[str, str, str]
"""The field that refers, and the type and identity of what it refers to."""

_SECRETS = {"secret", "password", "passwordHash"}
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:roster:records")


def _secret(text: str) -> str:
    if reason := reason_to_refuse(text):
        raise ValueError(reason)
    return text


def _client_secret(text: str) -> str:
    return text and _secret(text)


def _hash(text: str) -> str:
    if reason := passwords.reason_to_refuse_hash(text):
        raise ValueError(reason)
    return text


def _named(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return visible(text.strip(" "))


_FIELDS_OF_THEIR_OWN = ("userName", "externalId", "active")


def _scim_attributes(given: dict[str, Any]) -> dict[str, Any]:
    """The attributes as SCIM keeps them. Raises ValueError, which holds nothing that was given."""
    try:
        found = read_resource(given, USERS)
    except ScimRefused as refused:
        raise ValueError(f"do not fit: {refused.detail.rstrip('.')}") from refused
    if told := next((name for name in _FIELDS_OF_THEIR_OWN if name in found), None):
        raise ValueError(f"must not hold '{told}', which the record says beside them")
    if len(found.get("emails", ())) > ADDRESSES:
        raise ValueError(f"have more than {ADDRESSES} elements of `emails`")
    if len(compact(found).encode()) > bounds.SCIM_VIEW_BYTES:
        raise ValueError(f"have more than {bounds.SCIM_VIEW_BYTES} bytes")
    return found


def _once(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


Id = Annotated[str, StringConstraints(pattern=rf"^{keys.PLAIN_ID.pattern}$")]
UserId = Annotated[str, StringConstraints(pattern=rf"^{keys.ID.pattern}$")]
"""Other systems' ids of users are kept, whose credentials and urls name them."""
Number = Annotated[int, Field(ge=1, le=bounds.LARGEST_NUMBER)]
Count = Annotated[int, Field(ge=0, le=999_999_999)]
WorkspaceKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Moment = Annotated[str, AfterValidator(moment), Field(json_schema_extra={"format": "date-time"})]
TokenSecret = Annotated[
    str, StringConstraints(max_length=1024), AfterValidator(visible), AfterValidator(_secret)
]
PasswordHash = Annotated[str, AfterValidator(_hash)]
"""A hash of a password that another system made, in one of the notations of `roster.auth`."""
ScimName = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS), AfterValidator(_named)]
ExternalId = Annotated[
    str, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS), AfterValidator(visible)
]
ScimAttributes = Annotated[dict[str, Any], AfterValidator(_scim_attributes)]
ClientSecret = Annotated[
    str, StringConstraints(max_length=1024), AfterValidator(visible), AfterValidator(_client_secret)
]
"""Of a client that proves itself; an empty one is that of a public client."""


class _Strict(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, frozen=True, alias_generator=to_camel
    )


class Record(_Strict):
    """What every type of record can say of itself; a shape's own docstring is its part of docs/records.md."""

    type_name: ClassVar[str]
    notes: ClassVar[Mapping[str, str]] = {}
    """What docs/records.md adds to what a field holds."""

    def identity(self, given: Mapping[str, Any]) -> str:
        """What tells it from the others of its type: its id, or where it has none its natural key.

        A natural key holds a `#`, an id never does. Where there is neither, the id is made of the
        record as the file gives it, so that the same line always gives the same id.
        """
        own = getattr(self, "id", None)
        if isinstance(own, str):
            return own
        told = {name: value for name, value in given.items() if name not in _SECRETS}
        return str(uuid5(_NAMESPACE, f"{self.type_name}\n{canonical_json(told)}"))

    def references(self) -> Iterator[Reference]:
        """What it refers to."""
        return iter(())


def canonical_json(given: Mapping[str, Any]) -> str:
    """The JSON that two records share exactly when they are the same."""
    return json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refer(**fields: tuple[str, str | int | None]) -> Iterator[Reference]:
    return ((name, kind, str(identity)) for name, (kind, identity) in fields.items() if identity is not None)


class SettingsShape(_Strict):
    locale: LanguageTag = "en-US"
    time_zone: TimeZone = "UTC"
    date_time_format: Text = "yyyy-MM-dd HH:mm"
    date_format: Text = "yyyy-MM-dd"
    time_format: Text = "HH:mm"
    region_code: Text | None = None


class OrganisationShape(_Strict):
    abbreviation: Text = ""
    admin_email: Text = ""
    admin_name: Text = ""
    address: Text = ""
    state: Text = ""
    country: Text = ""
    pin_code: Text = ""


class LimitsShape(_Strict):
    members: Count | None = None
    projects: Count | None = None
    spaces: Count | None = None


class WorkspaceRecord(Record):
    """A customer's own part of the directory."""

    type_name = "workspace"
    notes = {
        "key": "unique",
        "settings": "how moments are shown",
        "organisation": "the address that User Space shows",
        "active": "false where it is suspended",
        "limits": "how many there may be",
    }
    id: Id | None = None
    key: WorkspaceKey
    name: Line
    settings: SettingsShape = SettingsShape()
    organisation: OrganisationShape = OrganisationShape()
    active: bool = True
    limits: LimitsShape = LimitsShape()
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return self.id or f"key#{self.key}"

    def made(self, made_id: str, number: int, at: str) -> Workspace:
        created = self.created_at or at
        return Workspace(
            id=made_id,
            number=number,
            key=self.key,
            name=self.name,
            created_at=created,
            updated_at=self.updated_at or created,
            settings=WorkspaceSettings(**self.settings.model_dump()),
            organisation=Organisation(**self.organisation.model_dump()),
            active=self.active,
            limits=Limits(**self.limits.model_dump()),
        )


class DatabaseShape(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, frozen=True)

    host: Text = ""
    port: Text = ""
    username: Text = ""
    db_name: Text = ""
    db_type: Text = ""
    connect_timeout_secs: Count = 0
    idle_timeout_secs: Count = 0
    max_open_connections: Count = 0
    max_idle_connections: Count = 0


class ProjectRecord(Record):
    """A project of a workspace."""

    type_name = "project"
    notes = {
        "number": "the integer id in the Testmo API",
        "database": "connections without passwords",
    }
    id: Id | None = None
    number: Number | None = None
    workspace_id: Id
    name: Text = ""
    abbreviation: Text = ""
    description: LongText = ""
    database: Annotated[list[DatabaseShape], Field(max_length=100)] = []
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        if self.id is None and self.number is not None:
            return f"number#{self.number}"
        return super().identity(given)

    def references(self) -> Iterator[Reference]:
        return _refer(workspaceId=("workspace", self.workspace_id))

    def made(self, made_id: str, number: int, at: str, place: int) -> Project:
        return Project(
            id=made_id,
            number=number,
            workspace_id=self.workspace_id,
            name=self.name,
            abbreviation=self.abbreviation,
            description=self.description,
            database=tuple(Database(**each.model_dump()) for each in self.database),
            created_at=self.created_at or at,
            updated_at=self.updated_at,
            place=place,
        )


class SpaceRecord(Record):
    """A space of a workspace, perhaps of one of its projects."""

    type_name = "space"
    notes = {
        "name": "unique in its workspace without regard to case, but for empty ones",
        "email": "free text",
        "projectId": "in the same workspace",
    }
    id: Id | None = None
    workspace_id: Id
    project_id: Id | None = None
    name: Text = ""
    description: LongText = ""
    email: Text = ""
    owner_id: UserId | None = None
    allow_ssh: bool = True
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def references(self) -> Iterator[Reference]:
        return _refer(
            workspaceId=("workspace", self.workspace_id),
            projectId=("project", self.project_id),
            ownerId=("user", self.owner_id),
        )

    def made(self, made_id: str, number: int, at: str) -> Space:
        return Space(
            id=made_id,
            number=number,
            workspace_id=self.workspace_id,
            name=self.name,
            created_at=self.created_at or at,
            updated_at=self.updated_at,
            project_id=self.project_id,
            description=self.description,
            email=self.email,
            owner_id=self.owner_id,
            allow_ssh=self.allow_ssh,
        )


class AppRecord(Record):
    """An app in a space."""

    type_name = "app"
    id: Id | None = None
    space_id: Id
    name: Text = ""
    created_at: Moment | None = None

    def references(self) -> Iterator[Reference]:
        return _refer(spaceId=("space", self.space_id))

    def made(self, made_id: str, given: int) -> App:
        return App(made_id, given, self.space_id, self.name, self.created_at)


class FeatureRecord(Record):
    """Something that is switched on in a workspace, perhaps in one of its projects."""

    type_name = "feature"
    notes = {
        "email": "free text",
        "projectId": "in the same workspace",
        "module": "one of the Workspace profile's, or any other",
    }
    id: Id | None = None
    workspace_id: Id
    project_id: Id | None = None
    name: Text = ""
    description: LongText = ""
    email: Text = ""
    owner_id: UserId | None = None
    touched_by: UserId | None = None
    enabled: bool = True
    module: Text | None = None

    def references(self) -> Iterator[Reference]:
        return _refer(
            workspaceId=("workspace", self.workspace_id),
            projectId=("project", self.project_id),
            ownerId=("user", self.owner_id),
            touchedBy=("user", self.touched_by),
        )

    def made(self, made_id: str, place: int) -> Feature:
        return Feature(
            id=made_id,
            workspace_id=self.workspace_id,
            name=self.name,
            project_id=self.project_id,
            description=self.description,
            email=self.email,
            owner_id=self.owner_id,
            touched_by=self.touched_by,
            enabled=self.enabled,
            module=self.module,
            place=place,
        )


class RoleRecord(Record):
    """A role of the whole site, with the permissions that the Workspace profile shows."""

    type_name = "role"
    notes = {
        "number": "which identifies it",
        "name": "identifies one without a number",
        "isDefault": "as Testmo shows it",
    }
    number: Number | None = None
    name: Text = ""
    permissions: Annotated[list[Text], Field(max_length=1000), AfterValidator(_once)] = []
    is_default: bool = False

    def identity(self, given: Mapping[str, Any]) -> str:
        return str(self.number) if self.number else f"name#{self.name}"

    def made(self, number: int) -> PermissionRole:
        return PermissionRole(number, self.name, tuple(self.permissions), self.is_default)


class GroupRecord(Record):
    """A group of the whole site."""

    type_name = "group"
    notes = {
        "number": "which identifies it",
        "name": "identifies one without a number",
    }
    number: Number | None = None
    name: Text = ""

    def identity(self, given: Mapping[str, Any]) -> str:
        return str(self.number) if self.number else f"name#{self.name}"

    def made(self, number: int) -> Group:
        return Group(number, self.name)


class UserRecord(Record):
    """A person, or a service that only calls the API."""

    type_name = "user"
    notes = {
        "email": "unique; a service may have none, and is given one at `service.invalid`",
        "number": "the integer id in the Testmo API",
        "fullName": "else first and last name, or the address",
        "password": "hashed on import; never exported",
        "passwordHash": "a hash that another system made, see below; never exported",
        "roles": "on the whole site",
        "active": "whether they may log in",
        "emailVerified": "whether the address was proved to be theirs",
        "notifications": "as Testmo numbers them",
        "onboarding": "as Testmo numbers it",
        "mustChangePassword": "whether they may do nothing before they changed the password",
        "defaultWorkspaceId": "where the Workspace profile begins",
    }
    id: UserId | None = None
    number: Number | None = None
    email: Email | None = None
    full_name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    user_name: Text | None = None
    password: Password | None = None
    password_hash: PasswordHash | None = None
    roles: Annotated[
        list[Literal["ADMIN", "USER"]], Field(min_length=1, max_length=100), AfterValidator(_once)
    ] = ["USER"]
    active: bool = True
    kind: Literal["person", "service"] = "person"
    email_verified: bool = False
    timezone: TimeZone | None = None
    date_format: Text | None = None
    time_format: Text | None = None
    notifications: Literal[1, 2, 3] = 1
    role_number: Number | None = None
    groups: Annotated[list[Number], Field(max_length=1000), AfterValidator(_once)] = []
    onboarding: Literal[0, 1, 2] = 0
    default_workspace_id: Id | None = None
    must_change_password: bool = False
    created_at: Moment | None = None
    created_by: UserId | None = None
    updated_at: Moment | None = None
    updated_by: UserId | None = None

    @field_validator("password", mode="before")
    @classmethod
    def _is_no_hash(cls, value: object) -> object:
        if isinstance(value, str) and passwords.looks_hashed(value):
            raise ValueError("looks like a hash, which is given as passwordHash (docs/records.md)")
        return value

    @model_validator(mode="after")
    def _can_be_named_and_proved(self) -> Self:
        if self.email is None and self.kind != "service":
            raise ValueError("email must be text" if "email" in self.model_fields_set else "email is missing")
        if self.password is not None and self.password_hash is not None:
            raise ValueError("password and passwordHash are both there; one is enough")
        return self

    def email_as(self, own_id: str) -> str:
        """The address; for a service that has none one that nobody can have (RFC 2606), made of its id."""
        return self.email or f"{uuid5(_NAMESPACE, f'address of {own_id}')}@service.invalid"

    def identity(self, given: Mapping[str, Any]) -> str:
        if self.id is None and self.email is not None:
            return f"email#{canonical(self.email)}"
        return super().identity(given)

    def references(self) -> Iterator[Reference]:
        yield from _refer(
            roleNumber=("role", self.role_number),
            defaultWorkspaceId=("workspace", self.default_workspace_id),
            createdBy=("user", self.created_by),
            updatedBy=("user", self.updated_by),
        )
        for number in self.groups:
            yield "groups", "group", str(number)

    def made(
        self, made_id: str, number: int, at: str, created_by_number: int | None, updated_by_number: int | None
    ) -> User:
        return User(
            id=made_id,
            number=number,
            email=self.email_as(made_id),
            full_name=self._name_as(made_id) if self.full_name is None else self.full_name,
            created_at=self.created_at or at,
            roles=tuple(map(PlatformRole, self.roles)),
            active=self.active,
            kind=UserKind(self.kind),
            email_verified=self.email_verified,
            first_name=self.first_name,
            last_name=self.last_name,
            user_name=self.user_name,
            timezone=self.timezone,
            date_format=self.date_format,
            time_format=self.time_format,
            notifications=self.notifications,
            role_number=self.role_number,
            groups=tuple(self.groups),
            onboarding=self.onboarding,
            default_workspace_id=self.default_workspace_id,
            must_change_password=self.must_change_password,
            created_by=self.created_by,
            created_by_number=created_by_number,
            updated_at=self.updated_at,
            updated_by=self.updated_by,
            updated_by_number=updated_by_number,
        )

    def _name_as(self, own_id: str) -> str:
        whole = " ".join(part for part in (self.first_name, self.last_name) if part)
        return whole or self.email or self.user_name or own_id


class MembershipRecord(Record):
    """A user's place in a workspace. The order of the lines is the order of joining."""

    type_name = "membership"
    notes = {"suspended": "whether it is kept and counts as none ([SCIM](scim.md))"}
    workspace_id: Id
    user_id: UserId
    role: Literal["ADMIN", "MEMBER"] = "MEMBER"
    suspended: bool = False
    created_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return f"{self.workspace_id} {self.user_id}"

    def references(self) -> Iterator[Reference]:
        return _refer(workspaceId=("workspace", self.workspace_id), userId=("user", self.user_id))


class ProjectMembershipRecord(Record):
    """A user's place in a project."""

    type_name = "projectMembership"
    project_id: Id
    user_id: UserId
    created_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return f"{self.project_id} {self.user_id}"

    def references(self) -> Iterator[Reference]:
        return _refer(projectId=("project", self.project_id), userId=("user", self.user_id))


class SpaceRoleRecord(Record):
    """What a user is in a space."""

    type_name = "spaceRole"
    space_id: Id
    user_id: UserId
    role: Literal["developer", "manager", "auditor"] = "developer"
    created_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return f"{self.space_id} {self.user_id} {self.role}"

    def references(self) -> Iterator[Reference]:
        return _refer(spaceId=("space", self.space_id), userId=("user", self.user_id))


def _membership(workspace_id: str, user_id: str) -> Iterator[Reference]:
    """That the user is a member of the workspace, and the two: of these the first that lacks is told."""
    yield "membership", "membership", f"{workspace_id} {user_id}"
    yield from _refer(workspaceId=("workspace", workspace_id), userId=("user", user_id))


class ScimUserRecord(Record):
    """What the identity provider of a workspace wrote of a member ([SCIM](scim.md))."""

    type_name = "scimUser"
    notes = {
        "userName": "unique in the workspace without regard to case",
        "attributes": "all else, as SCIM writes a user, at most 16 KB; what SCIM does not know is dropped",
        "managed": "whether the workspace made the user, whose profile then follows",
    }
    workspace_id: Id
    user_id: UserId
    user_name: ScimName
    external_id: ExternalId | None = None
    attributes: ScimAttributes = {}
    managed: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return f"{self.workspace_id} {self.user_id}"

    def references(self) -> Iterator[Reference]:
        return _membership(self.workspace_id, self.user_id)

    def made(self, at: str) -> ScimView:
        created = self.created_at or at
        return ScimView(
            self.workspace_id,
            self.user_id,
            self.user_name,
            created,
            self.updated_at or created,
            self.external_id,
            compact(self.attributes),
            managed=self.managed,
        )


class WorkspaceGroupRecord(Record):
    """A group of a workspace's members."""

    type_name = "workspaceGroup"
    notes = {
        "displayName": "unique in the workspace without regard to case; identifies one without an id",
        "externalId": "the identity provider's own id",
        "workspaceRole": "ADMIN makes the members ADMINs of the workspace, 90 at most",
    }
    id: Id | None = None
    workspace_id: Id
    display_name: ScimName
    external_id: ExternalId | None = None
    workspace_role: Literal["ADMIN"] | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return f"{self.workspace_id} {self.id or f'name#{folded(self.display_name)}'}"

    def references(self) -> Iterator[Reference]:
        return _refer(workspaceId=("workspace", self.workspace_id))

    def made(self, made_id: str, number: int, at: str) -> WorkspaceGroup:
        created = self.created_at or at
        return WorkspaceGroup(
            made_id,
            self.workspace_id,
            number,
            self.display_name,
            created,
            self.updated_at or created,
            self.external_id,
            None if self.workspace_role is None else WorkspaceRole(self.workspace_role),
        )


class WorkspaceGroupMemberRecord(Record):
    """A member's place in a group of the workspace. The order of the lines is the order of joining."""

    type_name = "workspaceGroupMember"
    workspace_id: Id
    group_id: Id
    user_id: UserId
    created_at: Moment | None = None

    def identity(self, given: Mapping[str, Any]) -> str:
        return f"{self.workspace_id} {self.group_id} {self.user_id}"

    def references(self) -> Iterator[Reference]:
        yield from _membership(self.workspace_id, self.user_id)
        yield from _refer(groupId=("workspaceGroup", f"{self.workspace_id} {self.group_id}"))


class ApiTokenRecord(Record):
    """A bearer credential of a user, perhaps for one workspace alone."""

    type_name = "apiToken"
    notes = {
        "secret": "used as it stands; never exported; without it the line is left out",
    }
    user_id: UserId
    workspace_id: Id | None = None
    name: Text = ""
    secret: TokenSecret | None = None

    @model_validator(mode="after")
    def _names_its_user(self) -> Self:
        credential = self.credential
        if credential is not None and (credential.kind, credential.user_id) != ("token", self.user_id):
            raise ValueError("secret has the form of a credential that is not this user's token")
        return self

    @property
    def credential(self) -> Credential | None:
        """The secret as a credential of our own making, which names its user."""
        return None if self.secret is None else Credential.read(self.secret)

    @property
    def proof(self) -> str:
        """What proves the token: the secret, or the secret part of a credential of our own making."""
        return self.credential.secret if self.credential else self.secret or ""

    def identity(self, given: Mapping[str, Any]) -> str:
        if self.secret is None:
            return f"name {self.user_id} {self.workspace_id} {self.name}"
        return f"secret {digest(self.proof)}"

    def references(self) -> Iterator[Reference]:
        return _refer(userId=("user", self.user_id), workspaceId=("workspace", self.workspace_id))

    def made(self, made_id: str, at: str) -> ApiToken:
        return ApiToken(made_id, self.user_id, self.name, at, self.workspace_id)


class ScimTokenRecord(Record):
    """The bearer credential of a workspace's identity provider; a workspace has two at most."""

    type_name = "scimToken"
    notes = {
        "secret": "`scim_<workspaceId>.<secret>`, used as it stands; never exported; "
        "without it the line is left out",
    }
    workspace_id: Id
    name: Text = ""
    expires_at: Moment | None = None
    secret: TokenSecret | None = None

    @model_validator(mode="after")
    def _names_its_workspace(self) -> Self:
        if self.secret is not None:
            found = Credential.read(self.secret)
            if found is None or (found.kind, found.user_id) != ("scim", self.workspace_id):
                raise ValueError("secret has not the form of a SCIM token of this workspace")
        return self

    @property
    def credential(self) -> Credential | None:
        """The secret as the credential that it is."""
        return None if self.secret is None else Credential.read(self.secret)

    def identity(self, given: Mapping[str, Any]) -> str:
        if (credential := self.credential) is None:
            return f"name {self.workspace_id} {self.name}"
        return f"secret {credential.digest}"

    def references(self) -> Iterator[Reference]:
        return _refer(workspaceId=("workspace", self.workspace_id))

    def made(self, made_id: str, slot: int, at: str) -> ScimToken:
        return ScimToken(made_id, self.workspace_id, slot, self.name, at, self.expires_at)


class ClientRecord(Record):
    """A program of the token endpoint."""

    type_name = "client"
    notes = {
        "secret": "empty for a public client; no other is exported, and without one the line is left out",
        "userId": "for whom it acts by itself",
    }
    id: Id | None = None
    secret: ClientSecret | None = None
    user_id: UserId | None = None
    grants: Annotated[list[Text], Field(max_length=100), AfterValidator(_once)] = [
        "password",
        "refresh_token",
    ]
    scopes: Annotated[list[Text], Field(max_length=1000), AfterValidator(_once)] = []
    name: Text | None = None

    def references(self) -> Iterator[Reference]:
        return _refer(userId=("user", self.user_id))

    def made(self, made_id: str) -> Client:
        return Client(made_id, tuple(self.grants), tuple(self.scopes), self.user_id, self.name)


SHAPES: Mapping[str, type[Record]] = {
    shape.type_name: shape
    for shape in (
        WorkspaceRecord,
        ProjectRecord,
        SpaceRecord,
        AppRecord,
        FeatureRecord,
        RoleRecord,
        GroupRecord,
        UserRecord,
        MembershipRecord,
        ProjectMembershipRecord,
        SpaceRoleRecord,
        ScimUserRecord,
        WorkspaceGroupRecord,
        WorkspaceGroupMemberRecord,
        ApiTokenRecord,
        ScimTokenRecord,
        ClientRecord,
    )
}
"""The shapes by their type, in the order in which they are written: what others stand on comes first."""
