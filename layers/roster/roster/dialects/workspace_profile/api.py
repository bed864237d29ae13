"""Workspace profile (document 004): the caller in one workspace, PascalCase, ProblemDetails."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

from roster.auth.authentication import bearer_in
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects import bearer
from roster.dialects.fields import Wire
from roster.directory import members, reference_data, workspaces
from roster.domain import Membership, Principal, Tenant, User, UserKind
from roster.errors import (
    DirectoryError,
    Forbidden,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
)
from roster.http import handler
from roster.http.request import Request
from roster.settings import settings

_TITLES = {
    401: ("Unauthorized", "15.5.2", "A valid access token is required."),
    403: ("Forbidden", "15.5.4", "The user has no access to a workspace."),
    404: ("Not Found", "15.5.5", "There is nothing here."),
    413: ("Content Too Large", "15.5.14", "The request is too large."),
    500: ("Internal Server Error", "15.6.1", "The request could not be completed."),
    503: ("Service Unavailable", "15.6.4", "The directory is busy, try again."),
}
_STATUS: dict[type[DirectoryError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    ValidationFailed: 404,
    TooLarge: 413,
    Unavailable: 503,
    DirectoryError: 500,
}


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted request: the user, in the workspace that the credential or the user names."""

    user: User
    tenant: Tenant
    membership: Membership
    permissions: tuple[str, ...]
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class WorkspaceProfile:
    """The dialect."""

    content_type: str = "application/json; charset=utf-8"
    request_id_header: str = "X-Request-Id"

    def authorize(self, request: Request, store: Store) -> Call:
        """401 without one live credential, 403 for who is suspended or has no workspace."""
        proved = bearer.of_text(_presented(request), store)
        if proved.principal is None:
            raise Unauthenticated
        if not proved.principal.user.active:
            raise Forbidden(proved.principal.user.id)
        return _placed(store, proved.principal)

    def error_response(self, error: DirectoryError, request: Request) -> handler.ErrorResponse:
        kind = next(kind for kind in type(error).__mro__ if kind in _STATUS)
        reply = _problem(_STATUS[kind], request)
        if isinstance(error, Unauthenticated):
            challenge = 'Bearer error="invalid_token"' if _presents_token(request) else "Bearer"
            return replace(reply, headers={**reply.headers, "WWW-Authenticate": challenge})
        return reply

    def internal_error(self, request: Request) -> handler.ErrorResponse:
        return _problem(500, request)


def _presented(request: Request) -> str | None:
    """The one credential: in the header, or in the query where the deployment allows it."""
    header, queried = request.headers.get("authorization"), request.query.get("access_token")
    if queried is None:
        return bearer_in(header)
    if header is not None or not settings().access_token_in_query or "," in queried:
        return None
    return queried


def _presents_token(request: Request) -> bool:
    """Whether there is a bearer token at all, good or bad; Basic, say, is none."""
    header = request.headers.get("authorization", "")
    return header.lower().startswith("bearer ") or "access_token" in request.query


def _placed(store: Store, principal: Principal) -> Call:
    """The caller's workspace: the token's own, else the default, else the oldest; one BatchGet."""
    user = principal.user
    choices = dict.fromkeys((user.limited_to, user.default_workspace_id, user.oldest_workspace_id))
    ids = [choice for choice in choices if choice is not None]
    wanted = [key for one in ids for key in (keys.tenant(one), keys.member(one, user.id))]
    if user.role_number is not None:
        wanted.append(keys.permission_role(user.role_number))
    found = store.batch_get(wanted)
    for workspace_id in ids:
        call = _in(found, user, workspace_id)
        if call is not None:
            return call
    raise Forbidden(user.id)


def _in(found: Mapping[Key, Item], user: User, workspace_id: str) -> Call | None:
    item = found.get(keys.tenant(workspace_id))
    tenant = workspaces.of_item(item)
    membership = members.of_item(members.item_of_caller(found, workspace_id, user))
    if item is None or tenant is None or membership is None:
        return None
    permissions = reference_data.permissions(found, user.role_number)
    return Call(user, tenant, membership, permissions, reference_data.modules_of(item))


def _problem(status: int, request: Request) -> handler.ErrorResponse:
    title, section, detail = _TITLES[status]
    body = {
        "type": f"https://www.rfc-editor.org/rfc/rfc9110#section-{section}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.raw_path,
        "traceId": request.id,
    }
    headers = {"Referrer-Policy": "no-referrer"}
    return handler.ErrorResponse(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")), headers)


def endpoint() -> tuple[handler.Resolver[Call], handler.Handler]:
    """The resolver and the handler of the endpoint."""
    app: handler.Resolver[Call] = handler.Resolver()
    return app, handler.door(app, WorkspaceProfile())


class ProfileModule(Wire):
    Enabled: bool


class ProfileModules(Wire):
    Boards: ProfileModule
    Booking: ProfileModule
    CurrencyRates: ProfileModule
    EntitlementOperations: ProfileModule
    WorkInbox: ProfileModule


class ProfileMessage(Wire):
    Code: str | None
    Message: str | None
    Target: str | None = None
    Field: str | None = None
    Metadata: dict[str, str | None] | None = None
    Type: Literal[0, 1, 2] = 0
    Severity: Literal[0, 1, 2] = 0


class ProfileData(Wire):
    UserId: str
    UserName: str
    Email: str | None
    FirstName: str | None
    LastName: str | None
    UserType: Literal[0, 1, 2]
    WorkspaceName: str
    Locale: str
    TimeZone: str
    DateTimeFormat: str
    DateFormat: str
    TimeFormat: str
    RegionCode: str | None
    OnboardingStatus: Literal[0, 1, 2]
    Roles: list[str]
    Permissions: list[str]
    Modules: ProfileModules

    @classmethod
    def of(cls, call: Call) -> Self:
        user, shown = call.user, call.tenant.settings
        enabled = {name: ProfileModule(Enabled=name in call.modules) for name in reference_data.MODULES}
        return cls(
            UserId=user.id,
            UserName=user.user_name or user.email,
            Email=user.email,
            FirstName=user.first_name,
            LastName=user.last_name,
            UserType=1 if user.kind is UserKind.SERVICE else 0,
            WorkspaceName=call.tenant.key,
            Locale=shown.locale,
            TimeZone=shown.time_zone,
            DateTimeFormat=shown.date_time_format,
            DateFormat=shown.date_format,
            TimeFormat=shown.time_format,
            RegionCode=shown.region_code,
            OnboardingStatus=user.onboarding,
            Roles=sorted({call.membership.role.value, *(role.value for role in user.roles)}),
            Permissions=sorted(set(call.permissions)),
            Modules=ProfileModules(**enabled),
        )


class Profile(Wire):
    Data: ProfileData
    Errors: list[ProfileMessage]
    Warnings: list[ProfileMessage]
    Success: bool
