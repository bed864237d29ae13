"""Workspace profile (docs/workspace-profile.md): the caller in one workspace, PascalCase, ProblemDetails."""

from roster.auth.authentication import bearer_in
from roster.db.store import Store
from roster.dialects import bearer
from roster.dialects.workspace_profile.queries import ProfileCall, placed
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
from roster.http.request import Request
from roster.settings import settings

_NOT_FOUND = (404, "Not Found", "15.5.5", "There is nothing here.")
_ERRORS: dict[type[DirectoryError], tuple[int, str, str, str]] = {
    Unauthenticated: (401, "Unauthorized", "15.5.2", "A valid access token is required."),
    Forbidden: (403, "Forbidden", "15.5.4", "The user has no access to a workspace."),
    NotFound: _NOT_FOUND,
    ValidationFailed: _NOT_FOUND,
    TooLarge: (413, "Content Too Large", "15.5.14", "The request is too large."),
    Unavailable: (503, "Service Unavailable", "15.6.4", "The directory is busy, try again."),
    DirectoryError: (500, "Internal Server Error", "15.6.1", "The request could not be completed."),
}


class WorkspaceProfile(handler.Dialect[ProfileCall]):
    """The dialect."""

    ignores_unknown_parameters = True

    def authorize(self, request: Request, store: Store) -> ProfileCall:
        """401 without one live credential, 403 for who is suspended, must change the password or has no
        workspace.
        """
        proved = bearer.of_text(_presented(request), store)
        if proved.principal is None:
            raise Unauthenticated
        if not proved.principal.user.may_act:
            raise Forbidden(proved.principal.user.id)
        return placed(store, proved.principal)

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        status, title, section, detail = entry_for(error, _ERRORS)
        body = {
            "type": f"https://www.rfc-editor.org/rfc/rfc9110#section-{section}",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": request.raw_path,
            "traceId": request.id,
        }
        headers = {"Referrer-Policy": "no-referrer"}
        if isinstance(error, Unauthenticated):
            presents = _presents_token(request)
            headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if presents else "Bearer"
        return ErrorResponse(status, compact(body), headers)


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


def endpoint() -> tuple[handler.Resolver[ProfileCall], handler.Handler]:
    """The resolver and the handler of the endpoint."""
    return handler.endpoint(WorkspaceProfile())
