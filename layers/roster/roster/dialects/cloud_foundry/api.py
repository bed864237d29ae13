"""Cloud Foundry v2 (docs/cloud-foundry.md): bearer token, `{metadata, entity}`, numbered pages.

A caller is let in, in the reference's order of checks:

    401  10002 no bearer credential, 1000 a bad one, or one of a suspended user
    400  a path that is no UTF-8
    404  what the path names is not there
    403  10007 the scopes allow nothing, 10003 this is not the caller's to see
    400  the query
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast
from uuid import uuid4

from roster import bounds
from roster.auth import authentication
from roster.db import codec, counted_lists, keys
from roster.db.store import Item, Key, Store
from roster.dialects import bearer
from roster.dialects.cloud_foundry import queries as lists
from roster.dialects.cloud_foundry.inlining import inline
from roster.dialects.cloud_foundry.query_string import ListQuery
from roster.dialects.cloud_foundry.schemas import (
    PLURAL,
    RELATIONS,
    Entity,
    Kind,
    Node,
    envelope,
    listing_of,
    shown,
    url_of,
)
from roster.dialects.cloud_foundry.visibility import Visibility
from roster.directory import spaces, suspensions, users, workspaces
from roster.domain import App, Workspace
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
from roster.http.error_responses import ErrorResponse, compact, entry_for
from roster.http.request import BLANK, Request

C = TypeVar("C")


class NoCredential(Unauthenticated):
    """There is nothing that would be a bearer credential."""


class InsufficientScope(Forbidden):
    """The credential's scopes allow nothing here."""


class BadPath(DirectoryError):
    """The path is no UTF-8."""


_ERRORS: Mapping[type[DirectoryError], tuple[int, str, int, str]] = {
    NoCredential: (401, "CF-NotAuthenticated", 10002, "Authentication error"),
    Unauthenticated: (401, "CF-InvalidAuthToken", 1000, "Invalid Auth Token"),
    BadPath: (400, "CF-InvalidRequest", 10004, "The request is invalid"),
    TooLarge: (413, "CF-InvalidRequest", 10004, "The request is too large"),
    InsufficientScope: (
        403,
        "CF-InsufficientScope",
        10007,
        "Your token lacks the necessary scopes to access this resource.",
    ),
    Forbidden: (
        403,
        "CF-NotAuthorized",
        10003,
        "You are not authorized to perform the requested action",
    ),
    ValidationFailed: (400, "CF-BadQueryParameter", 10005, "The query parameter is invalid: "),
    NotFound: (404, "CF-NotFound", 10000, "Unknown request"),
    Unavailable: (503, "CF-ServiceUnavailable", 10015, "The directory is busy, try again."),
    DirectoryError: (500, "UnknownError", 10001, "An unknown error occurred."),
}
_MISSING: Mapping[str, tuple[str, int, str]] = {
    "user": ("CF-UserNotFound", 20003, "The user could not be found: "),
    "space": ("CF-SpaceNotFound", 40004, "The app space could not be found: "),
    "organization": ("CF-OrganizationNotFound", 30003, "The organization could not be found: "),
    "app": ("CF-AppNotFound", 100004, "The app could not be found: "),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a path asks for: a kind's list, one object of it, or a relation of one."""

    kind: Kind
    guid: str | None
    relation: str

    @classmethod
    def of(cls, request: Request) -> "Target":
        """What a request asks for. Raises NotFound where the dialect has no such route."""
        parts = request.route.partition(" ")[2].split("/")[2:]
        kind = next((kind for kind, plural in PLURAL.items() if parts[:1] == [plural]), None)
        if kind is None or (len(parts) == 1 and kind not in _SITE):
            raise NotFound("route")
        guid = request.path.get("guid", "") if len(parts) > 1 else None
        relation = request.path.get("relation", parts[2]) if len(parts) > 2 else ""
        if relation and relation not in [each.name for each in RELATIONS[kind] if not each.one]:
            raise NotFound("route")
        return cls(kind, guid, relation)

    @property
    def listing(self) -> str | None:
        """The counted listing of a relation."""
        if self.guid is None or not keys.is_id(self.guid) or not self.relation:
            return None
        return listing_of(self.kind, self.guid, self.relation)

    @property
    def keys(self) -> Sequence[Key]:
        """What to read together with the caller: the object, the head of the relation's listing, and whether
        the lists of users' spaces may be wrong.
        """
        changing = keys.spaces_changing()
        if self.guid is None or not keys.is_id(self.guid):
            return [changing]
        own = _PROFILES[self.kind](self.guid)
        return [own, changing, *(counted_lists.head(self.listing) if self.listing else ())]

    @property
    def path(self) -> str:
        return (
            f"/v2/{PLURAL[self.kind]}" if self.guid is None else url_of(self.kind, self.guid, self.relation)
        )


_PROFILES = {"user": keys.user, "space": keys.space, "organization": keys.workspace, "app": keys.app}


@dataclass(frozen=True, slots=True)
class CloudFoundryCall:
    """An admitted request.

    `entity` is None for lists of a whole kind, and for a user whom only an issuer knows.
    """

    store: Store
    visibility: Visibility
    target: Target
    query: str
    entity: Entity | None = None
    found: Mapping[Key, Item] = field(default_factory=dict)


class CloudFoundryDialect(handler.Dialect[C]):
    """What all endpoints of the dialect have alike: how they name requests, say errors and write bodies."""

    content_type = "application/json;charset=utf-8"
    request_id_header = "X-VCAP-Request-ID"
    ignores_unknown_parameters = True

    @property
    def serializer(self) -> handler.Serializer:
        return compact

    def named(self, request: Request) -> Request:
        """The request under the id that the reference would give it: the client's, if any, and ours."""
        sent = (request.headers.get(name, "").strip(BLANK) for name in ("x-vcap-request-id", "x-request-id"))
        own = next((text for text in sent if text), None)
        if own is None:
            return replace(request, id=str(uuid4()))
        kept = re.sub("[^A-Za-z0-9_-]", "", own)[: bounds.CLIENT_REQUEST_ID_CHARACTERS]
        return replace(request, id=f"{kept}::{uuid4()}")

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, title, code, description = entry_for(error, _ERRORS)
        if isinstance(error, ValidationFailed):
            description += error.field_errors[0].message
        if isinstance(error, NotFound) and error.what in _MISSING:
            title, code, description = _MISSING[error.what]
            description += error.id
        body = {"description": description, "error_code": title, "code": code}
        if code == 10001:
            body = {"error_code": title, "description": description, "code": code}
        unknown = code == 10000
        headers = {"X-Cascade": "pass"} if unknown else {}
        return ErrorResponse(status, compact(body) + ("" if unknown else "\n"), headers)


class CloudFoundry(CloudFoundryDialect[CloudFoundryCall]):
    """The dialect, for what is in the directory."""

    def authorize(self, request: Request, store: Store) -> CloudFoundryCall:
        target = Target.of(request)
        header = request.headers.get("authorization", "")
        if not header.lower().startswith("bearer"):
            raise NoCredential
        proved = bearer.in_header(request, store, lambda user_id: (*target.keys, keys.suspensions()))
        visibility = _visibility(proved)
        if not all(map(_is_utf8, (request.raw_path, *request.path.values()))):
            raise BadPath
        entity = _entity_of(target, visibility, proved.prefetch)
        if not visibility.may_read:
            raise InsufficientScope(visibility.user_id)
        _demand_visible(store, visibility, target, entity)
        if not visibility.sees_all:
            visibility = replace(visibility, closed=suspensions.closed(store, proved.prefetch))
        return CloudFoundryCall(store, visibility, target, request.raw_query, entity, proved.prefetch)


def _is_utf8(path: str) -> bool:
    """Whether a path was UTF-8: the gateway puts U+FFFD for other bytes, a forged event lone surrogates."""
    return path.isascii() or not re.search("[\ufffd\ud800-\udfff]", path)


def endpoint() -> tuple[handler.Resolver[CloudFoundryCall], handler.Handler]:
    """The resolver and the handler of an endpoint."""
    return handler.endpoint(CloudFoundry())


def answer(call: CloudFoundryCall) -> dict[str, Any]:
    """What the call asks for: a page of a list, or one object. Raises ValidationFailed for its query."""
    if call.target.guid is None or call.target.relation:
        return _page(call)
    if call.entity is None:
        raise NotFound(call.target.kind, call.target.guid)
    return _object(call, call.entity)


def _object(call: CloudFoundryCall, entity: Entity) -> dict[str, Any]:
    """One object, whole: `orphan-relations` is of pages, which have a place for them."""
    asked = ListQuery.read(call.query, None, lists.COLUMNS[call.target.kind])
    node = Node(call.target.kind, entity)
    inline(call.store, call.visibility, [node], asked)
    return shown(node)


def _page(call: CloudFoundryCall) -> dict[str, Any]:
    """A page of a kind's list, or of a relation's."""
    target = call.target
    relation = next((each for each in RELATIONS[target.kind] if each.name == target.relation), None)
    to = target.kind if relation is None else relation.to
    filters = None if to is None else lists.FILTERS[to]
    columns = lists.TOP_COLUMNS[target.kind] if relation is None else lists.COLUMNS[to or "space"]
    asked = ListQuery.read(call.query, filters, columns)
    found, total = lists.page(call.store, call.visibility, _source(call, to), asked, _head(call))
    nodes = [Node(to or "space", entity) for entity in found]
    inline(call.store, call.visibility, nodes, asked)
    pages = max(1, -(-total // asked.size))
    previous = asked.link(target.path, asked.page - 1) if asked.page > 1 else None
    following = asked.link(target.path, asked.page + 1) if asked.page < pages else None
    return envelope(nodes, total, pages, previous, following, asked.orphans)


def _visibility(proved: authentication.Bearer) -> Visibility:
    """Who calls, and with which scopes. Raises Unauthenticated for a user who may not act."""
    user = proved.principal.user if proved.principal else None
    if user is not None and not user.may_act:
        raise Unauthenticated
    own = {"read", "write"}
    given = [scope.partition("cloud_controller.") for scope in proved.scopes or ()]
    scopes = {name for before, prefix, name in given if prefix and not before}
    if not proved.by_issuer:
        scopes = own if proved.scopes is None else scopes & own
    if user is not None and user.is_admin:
        scopes.add("admin")
    return Visibility(proved.user_id, user, frozenset(scopes))


def _entity_of(target: Target, visibility: Visibility, found: Mapping[Key, Item]) -> Entity | None:
    """The object that the path names. Raises NotFound, but for the caller's own lists."""
    if target.guid is None:
        return None
    if target.kind == "user" and target.guid == visibility.user_id and visibility.user is not None:
        return visibility.user  # as the credential lets the user act
    item = found.get(_PROFILES[target.kind](target.guid)) if keys.is_id(target.guid) else None
    entity = None if item is None else _read(target.kind, item)
    is_own_list = target.kind == "user" and target.relation and target.guid == visibility.user_id
    if entity is None and not is_own_list:
        raise NotFound(target.kind, target.guid)
    return entity


def _read(kind: Kind, item: Item) -> Entity | None:
    match kind:
        case "user":
            return users.of_item(item)
        case "space":
            return spaces.of_item(item)
        case "organization":
            return workspaces.of_item(item)
    return codec.entity(App, item)


def _demand_visible(store: Store, visibility: Visibility, target: Target, entity: Entity | None) -> None:
    """Raise Forbidden for what the caller may not see: at most one BatchGet, and for an app a Get before."""
    if target.kind == "user":
        allowed = visibility.may_list_users if target.guid is None else visibility.may_name(target.guid)
    elif entity is None:
        return  # everybody's list holds what they see
    else:
        judged = spaces.by_id(store, entity.space_id) if isinstance(entity, App) else entity
        allowed = judged is not None and visibility.sees(judged, store.batch_get(visibility.evidence(judged)))
    if not allowed:
        raise Forbidden(visibility.user_id)


def _head(call: CloudFoundryCall) -> Mapping[Key, Item] | None:
    """The head of the relation's listing, where it was read with the caller and is that of the page."""
    return None if call.target.listing is None else call.found


def _source(call: CloudFoundryCall, to: Kind | None) -> lists.Source:
    """Where the rows of the list are that the caller is shown."""
    target, visibility = call.target, call.visibility
    if target.guid is not None:
        if target.kind == "organization" and to == "space" and not visibility.sees_all:
            workspace = cast(Workspace, call.entity)
            if not visibility.rules(workspace.id, call.store.batch_get(visibility.evidence(workspace))):
                return lists.spaces_seen_by(call.store, visibility, workspace.id, _changing(call))
        closed = visibility.closed if target.guid == visibility.user_id else suspensions.NONE
        source = lists.of_relation(target.kind, call.entity, target.guid, target.relation, to, closed)
        own_spaces = target.kind == "user" and to == "space"
        return replace(source, changing=_changing(call, source.listing)) if own_spaces else source
    if visibility.sees_all:
        return lists.Source(target.kind, _SITE[target.kind])
    if target.kind == "space":
        return lists.spaces_seen_by(call.store, visibility, changing=_changing(call))
    user = visibility.user
    if user is None:
        return lists.Source("organization", gathered=())
    return lists.of_relation("user", user, user.id, "organizations", "organization", visibility.closed)


def _changing(call: CloudFoundryCall, listing: str = "") -> Mapping[int, str | None]:
    """What is right of spaces in the lists of users that are wrong as yet, perhaps of those in one listing:
    no call where no space was renamed or deleted lately, else a Query and for a listing a BatchGet.
    """
    if keys.spaces_changing() not in call.found:
        return {}
    found = spaces.changing(call.store)
    if not listing or not found:
        return found
    rows = call.store.batch_get([keys.row(listing, number) for number in found])
    return {number: name for number, name in found.items() if keys.row(listing, number) in rows}


_SITE = {"space": keys.SPACES, "user": keys.USERS, "organization": keys.WORKSPACES}
