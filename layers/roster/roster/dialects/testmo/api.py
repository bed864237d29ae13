"""Testmo users (document 003): bearer token, bare objects and numbered pages."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote_to_bytes

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from roster import dependencies
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects import bearer
from roster.dialects.fields import Moment, Wire, absent_if_none
from roster.directory import projects, reference_data, users
from roster.domain import Group, PermissionRole, Project, User, UserKind
from roster.errors import (
    DirectoryError,
    FieldError,
    Forbidden,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
)
from roster.http import handler
from roster.http.request import Request

SIZES = (15, 25, 50, 100)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class Malformed(DirectoryError):
    """Path or query is no percent-encoded UTF-8."""


_WORDS: dict[type[DirectoryError], tuple[int, str]] = {
    Malformed: (400, "The request is malformed."),
    Unauthenticated: (401, "Unauthenticated."),
    Forbidden: (403, "This action is unauthorized."),
    NotFound: (404, "Not found."),
    TooLarge: (413, "The request is too large."),
    ValidationFailed: (422, "The given data was invalid."),
    Unavailable: (503, "The directory is busy, try again."),
    DirectoryError: (500, "The request could not be completed."),
}


class Access(Enum):
    """Who may call an endpoint."""

    ANY_TOKEN = auto()
    SITE_ADMIN = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted request: who calls, and what was read beside the caller."""

    store: Store
    now: datetime
    user: User
    path: Mapping[str, str]
    found: Mapping[Key, Item] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The integer id in the path. Raises NotFound for what can be none."""
        return number_in(self.path.get(name, "")) or _missing()


def _missing() -> int:
    raise NotFound("number")


def number_in(text: str) -> int | None:
    """The integer id that a text is, or None."""
    return int(text) if _NUMBER.fullmatch(text) else None


Prefetch = Callable[[Request], Sequence[Key]]


def nothing(request: Request) -> tuple[()]:
    return ()


def project_of(request: Request) -> list[Key]:
    """The list's row of the project in the path."""
    number = number_in(request.path.get("project_id", ""))
    return [] if number is None else [projects.place_of(number)]


@dataclass(frozen=True, slots=True)
class Testmo:
    """The dialect, for endpoints of one kind of access; `beside` is what they want read with the caller."""

    access: Access
    prefetch: Prefetch = nothing
    content_type: str = "application/json; charset=utf-8"
    request_id_header: str = "X-Request-Id"

    def authorize(self, request: Request, store: Store) -> Call:
        """401 without a live bearer credential of an active user, 403 without the right, 400."""
        prefetch = self.prefetch(request)
        proved = bearer.in_header(request, store, lambda user_id: prefetch)
        if proved.principal is None or not proved.principal.user.active:
            raise Unauthenticated
        if self.access is Access.SITE_ADMIN and not proved.principal.user.is_admin:
            raise Forbidden(proved.principal.user.id)
        _demand_text(request)
        user = proved.principal.user
        return Call(store, dependencies.current().now(), user, request.path, proved.prefetch)

    def error_response(self, error: DirectoryError, request: Request) -> handler.ErrorResponse:
        kind = next(kind for kind in type(error).__mro__ if kind in _WORDS)
        status, message = _WORDS[kind]
        body: dict[str, Any] = {"message": message}
        if isinstance(error, ValidationFailed):
            body["errors"] = _by_field(error.field_errors)
        return handler.ErrorResponse(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")), {})

    def internal_error(self, request: Request) -> handler.ErrorResponse:
        return self.error_response(DirectoryError(), request)


def _by_field(field_errors: Sequence[FieldError]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for flaw in field_errors:
        errors.setdefault(flaw.field, []).append(flaw.message)
    return errors


def _demand_text(request: Request) -> None:
    """Raise Malformed for NUL, a broken percent-encoding, or what is no UTF-8."""
    raw = request.raw_query
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError as error:
        raise Malformed from error
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw) or "\0" in text or "\0" in request.raw_path:
        raise Malformed
    if "\ufffd" in request.raw_path:  # the gateway's mark of bytes that were no UTF-8
        raise Malformed


def endpoint(access: Access, prefetch: Prefetch = nothing) -> tuple[handler.Resolver[Call], handler.Handler]:
    """The resolver and the handler of an endpoint."""
    app: handler.Resolver[Call] = handler.Resolver()
    return app, handler.door(app, Testmo(access, prefetch))


# Requests.

PageNumber = Annotated[str, Query(pattern="^[1-9][0-9]{0,8}$", description="Number of the page, from 1.")]
PerPage = Annotated[
    str, Query(pattern="^(15|25|50|100)$", description="Rows a page: 15, 25, 50 or 100 (default).")
]
Expands = Annotated[str, Query(description="Comma-separated: groups, roles, users.")]


@dataclass(frozen=True, slots=True)
class Window:
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
    tfa_enabled: Literal[False] = False
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
    def numbers(cls, window: Window, total: int) -> dict[str, int | None]:
        """The six numbers of a page; no rows at all make `page` and `last_page` null."""
        last = -(-total // window.size)
        return {
            "page": window.page if total else None,
            "prev_page": min(window.page - 1, last) or None if total else None,
            "next_page": window.page + 1 if window.page < last else None,
            "last_page": last or None,
            "per_page": window.size,
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


_KINDS = ("groups", "roles", "users")


def expands_in(text: str, *, only: str = "") -> frozenset[str]:
    """Which referenced objects are asked for. Raises ValidationFailed for a kind that there is not."""
    asked = frozenset(text.split(",")) if text else frozenset()
    known = (only,) if only else _KINDS
    if asked - set(known):
        raise ValidationFailed(FieldError("expands", f"Only {', '.join(known)} can be expanded."))
    return asked


def expanded(store: Store, found: Sequence[User], asked: frozenset[str]) -> TestmoExpands:
    """The objects that these users refer to, of the kinds asked for: one BatchGet a hundred."""
    if not asked:
        return TestmoExpands()
    groups = {number for user in found for number in user.groups} if "groups" in asked else set()
    roles = {user.role_number for user in found if user.role_number} if "roles" in asked else set()
    makers = {n for user in found for n in (user.created_by_number, user.updated_by_number) if n}
    rows = users.rows_of(makers if "users" in asked else set())
    wanted = [*map(keys.group, groups), *map(keys.permission_role, roles), *rows]
    items = store.batch_get(wanted)
    return TestmoExpands(
        groups=_shown(reference_data.groups(items)) if "groups" in asked else None,
        roles=_shown(reference_data.roles(items)) if "roles" in asked else None,
        users=_shown_users(users.in_rows(items)) if "users" in asked else None,
    )


def _shown(named: Sequence[Group] | Sequence[PermissionRole]) -> list[TestmoNamed]:
    return sorted((TestmoNamed.of(one) for one in named), key=lambda one: one.id)


def _shown_users(found: Sequence[User]) -> list[TestmoNamed]:
    return sorted((TestmoNamed.of_user(user) for user in found), key=lambda one: one.id)


def siblings(call: Call, kind: str, window: Window, expands: str) -> TestmoNamedPageWithExpands:
    """A page of groups or roles, to site admins, or of the projects that the caller sees."""
    if kind == "projects" and call.user.is_admin:
        found, total = projects.page(call.store, window.page, window.size)
        shown = [TestmoNamed.of(project) for project in found]
    else:
        every = _named(call, kind)
        first, total = (window.page - 1) * window.size, len(every)
        shown = every[first : first + window.size]
    asked = TestmoExpands(users=[] if expands_in(expands, only="users") else None)
    return TestmoNamedPageWithExpands(**TestmoPage.numbers(window, total), result=shown, expands=asked)


def sibling(call: Call, kind: str, expands: str) -> TestmoOneNamed:
    """One group or role, to site admins, or one project, to whoever sees it. Raises NotFound."""
    number = call.number("number")
    asked = TestmoExpands(users=[] if expands_in(expands, only="users") else None)
    if kind == "projects":
        row = call.store.get(projects.place_of(number))
        return TestmoOneNamed(
            result=TestmoNamed.of(projects.visible(call.store, call.user, row)), expands=asked
        )
    found = next((one for one in _named(call, kind) if one.id == number), None)
    if found is None:
        raise NotFound(kind)
    return TestmoOneNamed(result=found, expands=asked)


def _named(call: Call, kind: str) -> list[TestmoNamed]:
    """All groups or roles, which a site has few of, or the caller's own projects; by integer id."""
    if kind == "projects":
        return sorted(map(TestmoNamed.of, projects.of_user(call.store, call.user)), key=lambda one: one.id)
    if not call.user.is_admin:
        raise Forbidden(call.user.id)
    return _shown(
        reference_data.all_groups(call.store) if kind == "groups" else reference_data.all_roles(call.store)
    )
