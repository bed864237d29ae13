"""The wire shapes of the site's groups, roles and clients (docs/site.md)."""

import re
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field

from roster.auth.clients import Registered
from roster.dialects.fields import Body, Line, Moment, Wire
from roster.dialects.workspaces.schemas import UNCHANGED, PageRequest
from roster.domain import Client, Group, PermissionRole
from roster.errors import FieldError, NotFound, ValidationFailed
from roster.http import words

N = TypeVar("N")

_NUMBER = re.compile(words.PAGE, re.ASCII)
_MOST = 200  # permissions, scopes


def number_in(text: str, what: str) -> int:
    """The number in a path. Raises NotFound for what can be none."""
    if _NUMBER.fullmatch(text) is None:
        raise NotFound(what, text)
    return int(text)


def _once_each(several: list[str]) -> list[str]:
    return list(dict.fromkeys(several))


Permissions = Annotated[list[Line], Field(max_length=_MOST), AfterValidator(_once_each)]
Scope = Annotated[str, Field(pattern=words.SCOPE)]
Scopes = Annotated[list[Scope], Field(max_length=_MOST), AfterValidator(_once_each)]
Grants = Annotated[
    list[Literal["password", "refresh_token", "client_credentials"]],
    Field(min_length=1, max_length=_MOST),
    AfterValidator(_once_each),
]


class GroupBody(Body):
    name: Line


class GroupWire(Wire):
    number: int
    name: str

    @classmethod
    def of(cls, group: Group) -> Self:
        return cls(number=group.number, name=group.name)


class CreateRole(Body):
    name: Line
    permissions: Permissions = []
    isDefault: bool = False


class UpdateRole(Body):
    """What is absent stays as it is; null is no value."""

    name: Line = UNCHANGED
    permissions: Permissions = UNCHANGED
    isDefault: bool = UNCHANGED

    def wanted(self) -> dict[str, Any]:
        """The fields of the role that the body names, with their new values."""
        new = {
            "name": self.name,
            "permissions": tuple(self.permissions or ()),
            "is_default": self.isDefault,
        }
        sent = {"is_default" if name == "isDefault" else name for name in self.model_fields_set}
        return {name: value for name, value in new.items() if name in sent}


class RoleWire(Wire):
    number: int
    name: str
    permissions: list[str]
    isDefault: bool

    @classmethod
    def of(cls, role: PermissionRole) -> Self:
        return cls(
            number=role.number,
            name=role.name,
            permissions=list(role.permissions),
            isDefault=role.is_default,
        )


class CreateClient(Body):
    id: Annotated[str, Field(pattern=words.ID)] = UNCHANGED
    name: Line
    grants: Grants
    scopes: Scopes = []
    userId: Annotated[str, Field(pattern=words.USER_ID)] = UNCHANGED
    public: bool = False

    def client(self) -> Client:
        """The client that is asked for. Raises ValidationFailed for a public one that asks for itself."""
        demand_secret(self.public, tuple(self.grants))
        return Client(self.id or "", tuple(self.grants), tuple(self.scopes), self.userId, self.name)


class UpdateClient(Body):
    """What is absent stays as it is; null is no value."""

    name: Line = UNCHANGED
    grants: Grants = UNCHANGED
    scopes: Scopes = UNCHANGED
    userId: Annotated[str, Field(pattern=words.USER_ID)] = UNCHANGED

    def wanted(self) -> dict[str, Any]:
        """The fields of the client that the body names, with their new values."""
        new = {
            "name": self.name,
            "grants": tuple(self.grants or ()),
            "scopes": tuple(self.scopes or ()),
            "user_id": self.userId,
        }
        sent = {"user_id" if name == "userId" else name for name in self.model_fields_set}
        return {name: value for name, value in new.items() if name in sent}


def demand_secret(public: bool, grants: tuple[str, ...]) -> None:
    """Raise ValidationFailed where a client without a secret would have tokens of its own."""
    if public and "client_credentials" in grants:
        raise ValidationFailed(
            FieldError("grants", "client_credentials needs a secret, and a public client has none")
        )


class ClientWire(Wire):
    id: str
    name: str
    grants: list[str]
    scopes: list[str]
    userId: str | None
    public: bool
    createdAt: Moment | None
    formerUntil: Moment | None

    @classmethod
    def of(cls, registered: Registered, **more: Any) -> Self:
        client = registered.client
        return cls(
            id=client.id,
            name=client.name or client.id,
            grants=list(client.grants),
            scopes=list(client.scopes),
            userId=client.user_id,
            public=registered.public,
            createdAt=client.created_at,
            formerUntil=registered.former_until,
            **more,
        )


class NewClient(ClientWire):
    """The only answer that ever shows the secret; null for a public client, and in a repeated answer."""

    secret: str | None

    def without_secret(self) -> Self:
        return self.model_copy(update={"secret": None})


class NoBody(Body):
    """Nothing is asked; a body may be an empty object, or absent."""


def page_of(rows: list[N], paging: PageRequest) -> list[N]:
    """A page of rows that were all read: a site has few."""
    return rows[(paging.page - 1) * paging.size : paging.page * paging.size]
