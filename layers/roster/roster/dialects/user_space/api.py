"""User Space (docs/user-space.md): identity headers; what the caller sees of an organisation's project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hmac import compare_digest
from http import HTTPStatus
from typing import TypeAlias

from roster import dependencies, security_log
from roster.auth import authentication, source_failures
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects import bearer
from roster.directory import grants, members, projects, users, workspaces
from roster.domain import Project, User, Workspace, WorkspaceRole
from roster.errors import (
    DirectoryError,
    FieldError,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
)
from roster.http import handler
from roster.http.error_responses import ErrorResponse, compact, entry_for
from roster.http.logger import log
from roster.http.request import BLANK, Request
from roster.http.source_address import source_of
from roster.settings import settings

_HEADER = "missing or malformed header"
_ERRORS: dict[type[DirectoryError], tuple[int, str]] = {
    ValidationFailed: (400, _HEADER),
    Unauthenticated: (401, "missing X-User-Id header, or the caller is not proved"),
    NotFound: (404, "org or project not found"),
    TooLarge: (413, "the request is too large"),
    Unavailable: (503, "the directory is busy, try again"),
    DirectoryError: (500, "the request could not be completed"),
}


@dataclass(frozen=True, slots=True)
class UserSpaceCall:
    """An admitted request: the caller belongs to the organisation and to its project."""

    store: Store
    user: User
    workspace: Workspace
    project: Project
    sees_all: bool
    """Whether the caller is platform ADMIN or ADMIN of the organisation."""


class UserSpace(handler.Dialect[UserSpaceCall]):
    """The dialect; all six endpoints admit alike."""

    ignores_unknown_parameters = True

    def authorize(self, request: Request, store: Store) -> UserSpaceCall:
        """401 without `X-User-Id` or proof of it, then 400 for a header, then 404 for what is not theirs."""
        headers = request.headers
        user_id, org_id, project_id = (
            headers.get(name, "").strip(BLANK) for name in ("x-user-id", "x-org-id", "x-project-id")
        )
        if not user_id:
            raise Unauthenticated
        place = _Place(user_id, org_id, project_id)
        proved = _prove(request, store, place)
        if place.malformed:
            raise ValidationFailed(*(FieldError(name, _HEADER) for name in place.malformed))
        user, found = proved if proved is not None else (None, store.batch_get(place.keys))
        return place.call(store, user, found)

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, message = entry_for(error, _ERRORS)
        if isinstance(error, ValidationFailed) and error.field_errors and error.field_errors[0].field:
            message = f"{message}: {error.field_errors[0].field}"
        # Python renamed the phrase of 413 in 3.13.
        phrase = "Content Too Large" if status == 413 else HTTPStatus(status).phrase
        return ErrorResponse(status, compact({"code": status, "status": phrase, "message": message}), {})


@dataclass(frozen=True)
class _Place:
    """What the three headers name; everything about it is one BatchGet."""

    user_id: str
    org_id: str
    project_id: str

    @cached_property
    def malformed(self) -> Sequence[str]:
        """The headers that can name nothing; dots alone are a step in a path (attack H-10)."""
        places = [("X-Org-Id", self.org_id), ("X-Project-Id", self.project_id)]
        wrong = [name for name, value in places if not keys.is_plain_id(value) or not value.strip(".")]
        if not keys.is_id(self.user_id) or not self.user_id.strip("."):
            wrong.append("X-User-Id")
        return wrong

    @cached_property
    def keys(self) -> list[Key]:
        if self.malformed:
            return []
        return [
            keys.user(self.user_id),
            keys.workspace(self.org_id),
            keys.member(self.org_id, self.user_id),
            keys.project(self.project_id),
            keys.project_member(self.project_id, self.user_id),
        ]

    def call(self, store: Store, user: User | None, found: Mapping[Key, Item]) -> UserSpaceCall:
        user_key, workspace_key, _, project_key, place_key = self.keys
        user = user or users.of_item(found.get(user_key))
        workspace = workspaces.of_item(found.get(workspace_key))
        project = projects.of_item(found.get(project_key))
        if user is None or not user.may_act or workspace is None or project is None:
            raise NotFound("organisation or project")
        membership = members.of_item(members.item_of_caller(found, workspace.id, user))
        if project.workspace_id != workspace.id or not (user.is_admin or membership):
            raise NotFound("organisation or project")
        rules = membership is not None and user.role_in(membership) is WorkspaceRole.ADMIN
        works_there = grants.item_of_caller(found, place_key, user) is not None
        if not (user.is_admin or rules or works_there):
            raise NotFound("organisation or project")
        return UserSpaceCall(store, user, workspace, project, user.is_admin or rules)


_Proved: TypeAlias = tuple[User | None, Mapping[Key, Item]]
"""What a proof has read: the caller, and what was read beside."""


def _prove(request: Request, store: Store, place: _Place) -> _Proved | None:
    """Demand the proof that the deployment asks for."""
    proof = settings().identity_header_proof
    if proof == "credential":
        return _by_credential(request, store, place)
    if proof == "gateway-secret":
        given = request.headers.get("x-gateway-secret", "").encode(errors="surrogatepass")
        # Every secret is compared, so that the time tells nothing of which one matched.
        matches = [
            compare_digest(given, secret.encode()) for secret in dependencies.current().gateway_secrets()
        ]
        if any(matches):
            return None
        if given:
            _count_guess(request, store)
    elif proof == "none":
        return None
    raise Unauthenticated


def _count_guess(request: Request, store: Store) -> None:
    """Count a wrong secret by its source: one Write, and a warning in the log.

    The right one passes whatever was counted, so that nobody behind the gateway's address can shut the
    gateway out, and costs no call. Its 32 characters are what stops guessing; the count tells of it.
    """
    source, now = source_of(request), dependencies.current().now()
    counted = source_failures.add(store, source, now, keys.source_gateway)
    security_log.gateway_secret_failed(source_over=not counted)


def _by_credential(request: Request, store: Store, place: _Place) -> _Proved:
    method, credential = bearer.presented(request)

    def prefetch(user_id: str) -> list[Key]:
        return place.keys

    if method == "bearer":
        proved = bearer.of_text(credential, store, prefetch)
        user_id, found = proved.user_id, proved.prefetch
        user = proved.principal.user if proved.principal else None
    else:
        session = authentication.by_session(store, credential, dependencies.current().now(), prefetch)
        if authentication.must_enrol(session.principal):
            raise NotFound("organisation or project")
        user, found = session.principal.user, session.prefetch
        user_id = user.id
    if user_id != place.user_id:
        more = {"request": request.id, "source_ip": request.source_ip, "user": user_id}
        log.warning("identity_mismatch", extra=more)
        raise Unauthenticated
    return user, found


def endpoint() -> tuple[handler.Resolver[UserSpaceCall], handler.Handler]:
    """The resolver and the handler of an endpoint."""
    return handler.endpoint(UserSpace())
