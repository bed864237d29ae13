"""SCIM 2.0 (docs/scim.md): the bearer token of a workspace's identity provider, and SCIM's own bodies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from aws_lambda_powertools.event_handler import Response

from roster import bounds, dependencies
from roster.auth import authentication, links
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects.scim.attributes import Schema
from roster.dialects.scim.projection import projected
from roster.dialects.scim.refusals import GroupIncomplete, MethodNotAllowed, NotSupported, ScimRefused
from roster.domain import Actor, ScimToken, Workspace
from roster.errors import (
    Conflict,
    DirectoryError,
    LastAdmin,
    LimitReached,
    NotFound,
    PreconditionFailed,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
    WrongMediaType,
)
from roster.http import entity_tags, handler
from roster.http.error_responses import ErrorResponse, compact, entry_for
from roster.http.request import Request

CONTENT_TYPE = "application/scim+json; charset=utf-8"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

_MEDIA_TYPES = ("application/scim+json", "application/json", "")

_ERRORS: dict[type[DirectoryError], tuple[int, str, str]] = {
    ScimRefused: (400, "", ""),
    ValidationFailed: (400, "invalidValue", "The request is not valid."),
    Unauthenticated: (401, "", "The credential is missing, or is not good for this workspace."),
    NotFound: (404, "", "There is no such resource."),
    MethodNotAllowed: (405, "", "The resource does not take this method."),
    Conflict: (409, "uniqueness", "The value is in use."),
    LimitReached: (409, "", "The workspace, or the group, has as many as it may."),
    LastAdmin: (409, "", "The last ADMIN of the workspace stays."),
    PreconditionFailed: (412, "", "The resource has changed."),
    TooLarge: (413, "", "The request is too large."),
    WrongMediaType: (415, "", "The body must be application/scim+json."),
    NotSupported: (501, "", "The operation is not supported."),
    GroupIncomplete: (
        503,
        "",
        "The group was made, and not all of its members are in it: send them by PUT or PATCH of the group.",
    ),
    Unavailable: (503, "", "The directory is busy; sending the request again is safe."),
    DirectoryError: (500, "", "The request could not be completed."),
}

Answer = Response[str]


@dataclass(frozen=True, slots=True)
class ScimCall:
    """An admitted request of a workspace's identity provider, and what was read with its token."""

    store: Store
    now: datetime
    request: Request
    workspace: Workspace
    token: ScimToken
    found: Mapping[Key, Item] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who is named in the audit: the token."""
        return Actor(self.request.id, self.now, workspace_id=self.workspace.id, scim_token_id=self.token.id)

    def location(self, kind: str, id: str) -> str:
        """Where a resource is (`Users`, `Groups`)."""
        return self.place(f"{kind}/{id}")

    def place(self, path: str) -> str:
        """The address of what is at this path of the workspace's SCIM."""
        return f"{links.public_url(self.request)}/scim/v2/{self.workspace.id}/{path}"

    def demand_match(self, version: str) -> None:
        """Raise PreconditionFailed where `If-Match` names other versions than this (RFC 7644, 3.14)."""
        given = self.request.headers.get("if-match")
        if given is not None and not entity_tags.names(given, [version]):
            raise PreconditionFailed

    def one(self, status: int, resource: dict[str, Any], schema: Schema) -> Answer:
        """One resource as the query asks for it, with its ETag; 304 where the client has it (GET alone)."""
        version, place = resource["meta"]["version"], resource["meta"]["location"]
        headers: dict[str, str | list[str]] = {"ETag": version}
        if status == 201:
            headers["Location"] = place
        known = self.request.headers.get("if-none-match")
        if self.request.method == "GET" and known is not None and entity_tags.names(known, [version]):
            return Response(304, CONTENT_TYPE, "", headers=headers)
        return answer(status, projected(resource, self.request.query, schema), headers)


def answer(status: int, body: Any, headers: Mapping[str, str | list[str]] | None = None) -> Answer:
    return Response(status, CONTENT_TYPE, compact(body), headers=dict(headers or {}))


def no_content() -> Answer:
    return Response(204, CONTENT_TYPE, "")


def listed(resources: Sequence[Any], total: int, start: int = 1) -> dict[str, Any]:
    """A list as SCIM sends it."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


Prefetch = Callable[[Request], Sequence[Key]]


def nothing(request: Request) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class Scim(handler.Dialect[ScimCall]):
    """The dialect; `prefetch` names what is read with the token."""

    prefetch: Prefetch = nothing
    content_type: ClassVar[str] = CONTENT_TYPE  # type: ignore[misc]
    ignores_unknown_parameters: ClassVar[bool] = True

    def authorize(self, request: Request, store: Store) -> ScimCall:
        """401 for whatever is no live SCIM token of the workspace in the path."""
        text = authentication.bearer_in(request.headers.get("authorization"))
        now, home = dependencies.current().now(), request.path.get("workspaceId", "")
        if text is None or not keys.is_id(home):  # which could be no part of a key
            raise Unauthenticated
        proved = authentication.by_scim_token(store, text, home, now, self.prefetch(request))
        return ScimCall(store, now, request, proved.workspace, proved.token, proved.prefetch)

    def read_body(self, request: Request) -> Any:
        """The object in the body of a write. Raises WrongMediaType, TooLarge, ScimRefused."""
        if request.method not in ("POST", "PUT", "PATCH"):
            return None
        if request.media_type not in _MEDIA_TYPES:
            raise WrongMediaType
        try:
            body = request.json(bounds.SCIM_BODY_BYTES, bounds.SCIM_JSON_VALUES)
        except ValidationFailed as error:
            words = error.field_errors[0].message if error.field_errors else "must be JSON"
            raise ScimRefused("invalidSyntax", f"The body {words}.") from error
        return {} if body is None else body

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, scim_type, detail = entry_for(error, _ERRORS)
        if isinstance(error, ScimRefused):
            scim_type, detail = error.scim_type, error.detail
        elif isinstance(error, ValidationFailed) and error.field_errors:
            first = error.field_errors[0]
            detail = f"`{first.field}` {first.message}." if first.field else f"The body {first.message}."
        elif isinstance(error, Conflict):
            detail = f"The `{error.what}` is in use."
        told = {"schemas": [ERROR], "status": str(status), "detail": detail}
        if scim_type:
            told["scimType"] = scim_type
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if isinstance(error, MethodNotAllowed):
            headers["Allow"] = error.allowed
        return ErrorResponse(status, compact(told), headers)


def endpoint(prefetch: Prefetch = nothing) -> tuple[handler.Resolver[ScimCall], handler.Handler]:
    """The resolver and the handler of an endpoint."""
    return handler.endpoint(Scim(prefetch))
