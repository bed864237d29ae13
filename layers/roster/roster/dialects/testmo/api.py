"""The Testmo API (docs/testmo.md): bearer token, bare objects and numbered pages."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from roster import dependencies
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects import bearer
from roster.directory import site_roles
from roster.domain import User
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
from roster.http.error_responses import ErrorResponse, compact, entry_for
from roster.http.request import Request

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class MalformedRequest(DirectoryError):
    """Path or query is no percent-encoded UTF-8."""


_ERRORS: dict[type[DirectoryError], tuple[int, str]] = {
    MalformedRequest: (400, "The request is malformed."),
    Unauthenticated: (401, "Unauthenticated."),
    Forbidden: (403, "This action is unauthorized."),
    NotFound: (404, "Not found."),
    TooLarge: (413, "The request is too large."),
    ValidationFailed: (422, "The given data was invalid."),
    Unavailable: (503, "The directory is busy, try again."),
    DirectoryError: (500, "The request could not be completed."),
}


class TestmoAccess(Enum):
    """Who may call an endpoint."""

    ANY_TOKEN = auto()
    SITE_ADMIN = auto()


@dataclass(frozen=True, slots=True)
class TestmoCall:
    """An admitted request: who calls, and what was read beside the caller."""

    store: Store
    now: datetime
    user: User
    path: Mapping[str, str]
    found: Mapping[Key, Item] = field(default_factory=dict)

    def living(self, user: User) -> User:
        """The user without groups and a role that were deleted."""
        return site_roles.living(user, self.found.get(keys.reference()))

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


@dataclass(frozen=True, slots=True)
class Testmo(handler.Dialect[TestmoCall]):
    """The dialect, for endpoints of one kind of access; `beside` is what they want read with the caller."""

    access: TestmoAccess
    prefetch: Prefetch = nothing
    ignores_unknown_parameters: ClassVar[bool] = True

    def authorize(self, request: Request, store: Store) -> TestmoCall:
        """401 without a live bearer credential of a user who may act, 403 without the right, 400."""
        prefetch = self.prefetch(request)
        proved = bearer.in_header(request, store, lambda user_id: prefetch)
        if proved.principal is None or not proved.principal.user.may_act:
            raise Unauthenticated
        if self.access is TestmoAccess.SITE_ADMIN and not proved.principal.user.is_admin:
            raise Forbidden(proved.principal.user.id)
        _demand_text(request)
        user = proved.principal.user
        return TestmoCall(store, dependencies.current().now(), user, request.path, proved.prefetch)

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, message = entry_for(error, _ERRORS)
        body: dict[str, Any] = {"message": message}
        if isinstance(error, ValidationFailed):
            body["errors"] = _by_field(error.field_errors)
        return ErrorResponse(status, compact(body), {})


def _by_field(field_errors: Sequence[FieldError]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for field_error in field_errors:
        errors.setdefault(field_error.field, []).append(field_error.message)
    return errors


def _demand_text(request: Request) -> None:
    """Raise MalformedRequest for NUL, a broken percent-encoding, or what is no UTF-8."""
    raw = request.raw_query
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError as error:
        raise MalformedRequest from error
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw) or "\0" in text or "\0" in request.raw_path:
        raise MalformedRequest
    if "\ufffd" in request.raw_path:  # the gateway's mark of bytes that were no UTF-8
        raise MalformedRequest


def endpoint(
    access: TestmoAccess, prefetch: Prefetch = nothing
) -> tuple[handler.Resolver[TestmoCall], handler.Handler]:
    """The resolver and the handler of an endpoint of this kind of access."""
    return handler.endpoint(Testmo(access, prefetch))
