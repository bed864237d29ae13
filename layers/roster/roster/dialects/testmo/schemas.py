"""The wire shapes of the Testmo API: what is sent, and what is answered."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from roster.dialects.fields import Moment, Wire, absent_if_none
from roster.domain import Group, PermissionRole, Project, User, UserKind
from roster.http import words

SIZES = (15, 25, 50, 100)


# Requests.

PageNumber = Annotated[str, Query(pattern=words.PAGE, description="Number of the page, from 1.")]
PerPage = Annotated[
    str, Query(pattern=words.TESTMO_SIZE, description="Rows a page: 15, 25, 50 or 100 (default).")
]
Expands = Annotated[str, Query(description="Comma-separated: groups, roles, users.")]


@dataclass(frozen=True, slots=True)
class TestmoPageRequest:
    """Which page is wanted."""

    page: int
    size: int

    @classmethod
    def of(cls, page: str, per_page: str) -> Self:
        return cls(int(page or 1), int(per_page or SIZES[-1]))


# Answers.


class TestmoCurrentUser(Wire):
    id: int
    name: str
    timezone: str | None
    date_format: str | None
    time_format: str | None

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=user.number,
            name=user.full_name,
            timezone=user.timezone,
            date_format=user.date_format,
            time_format=user.time_format,
        )


class TestmoUser(Wire):
    id: int
    name: str
    email: str
    type: Literal[1, 4, 5]
    timezone: str | None
    date_format: str | None
    time_format: str | None
    notifications: int
    tfa_enabled: bool
    is_active: bool
    is_forgotten: Literal[False] = False
    is_api: bool
    role_id: int | None
    groups: list[int]
    created_at: Moment
    created_by: int | None
    updated_at: Moment | None
    updated_by: int | None

    @classmethod
    def of(cls, user: User) -> Self:
        is_api = user.kind is UserKind.SERVICE
        return cls(
            id=user.number,
            name=user.full_name,
            email=user.email,
            type=5 if is_api else 4 if user.is_platform_admin else 1,
            timezone=user.timezone,
            date_format=user.date_format,
            time_format=user.time_format,
            notifications=user.notifications,
            tfa_enabled=user.factors > 0,
            is_active=user.active,
            is_api=is_api,
            role_id=user.role_number,
            groups=list(user.groups),
            created_at=user.created_at,
            created_by=user.created_by_number,
            updated_at=user.updated_at,
            updated_by=user.updated_by_number,
        )


class TestmoNamed(Wire):
    """A referenced object, in short."""

    id: int
    name: str

    @classmethod
    def of_user(cls, user: User) -> Self:
        return cls(id=user.number, name=user.full_name)

    @classmethod
    def of(cls, named: Group | PermissionRole | Project) -> Self:
        return cls(id=named.number, name=named.name)


class TestmoExpands(Wire):
    """The referenced objects of the kinds that were asked for, and no others."""

    groups: list[TestmoNamed] | None = absent_if_none()
    roles: list[TestmoNamed] | None = absent_if_none()
    users: list[TestmoNamed] | None = absent_if_none()


class TestmoPage(Wire):
    page: int | None
    prev_page: int | None
    next_page: int | None
    last_page: int | None
    per_page: int
    total: int

    @classmethod
    def numbers(cls, paging: TestmoPageRequest, total: int) -> dict[str, int | None]:
        """The six numbers of a page; no rows at all make `page` and `last_page` null."""
        last = -(-total // paging.size)
        return {
            "page": paging.page if total else None,
            "prev_page": min(paging.page - 1, last) or None if total else None,
            "next_page": paging.page + 1 if paging.page < last else None,
            "last_page": last or None,
            "per_page": paging.size,
            "total": total,
        }


class TestmoUserPage(TestmoPage):
    result: list[TestmoUser]
    expands: TestmoExpands


class TestmoNamedPage(TestmoPage):
    result: list[TestmoNamed]


class TestmoNamedPageWithExpands(TestmoNamedPage):
    expands: TestmoExpands


class TestmoOneUser(Wire):
    result: TestmoUser
    expands: TestmoExpands


class TestmoOneNamed(Wire):
    result: TestmoNamed
    expands: TestmoExpands = Field(default_factory=TestmoExpands)
