"""What has no endpoint, said in the shape of the dialect whose path prefix the request carries."""

from dataclasses import replace
from typing import Any

from roster.db.store import Store
from roster.errors import DirectoryError, NotFound
from roster.http import handler
from roster.http.error_responses import ErrorResponse
from roster.http.request import Request
from roster.settings import settings


class UnknownRoute(handler.Dialect[None]):
    """Answers 404 to paths without a route, but leads to the console; 204 to preflights of allowed origins.

    The gateway gives the route `$default` the preflights too, and adds its CORS headers to the answer
    (`CorsConfiguration` of the template); a browser wants a 2xx under them.
    """

    def named(self, request: Request) -> Request:
        return _dialect(request).named(request)

    def authorize(self, request: Request, store: Store) -> None:
        raise NotFound("route")

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        if isinstance(error, NotFound) and _is_preflight(request):
            return ErrorResponse(204, "", {})
        dialect = _dialect(request)
        reply = dialect.error_response(error, request)
        if isinstance(error, NotFound) and _is_nearly_console(request):
            reply = ErrorResponse(308, "", {"Location": "/console", "Content-Type": _NO_TEXT})
        own = {"Content-Type": dialect.content_type, dialect.request_id_header: request.id}
        return replace(reply, headers={**own, **reply.headers})


def _is_nearly_console(request: Request) -> bool:
    """Whether a person wrote the console's address with a slash at its end."""
    asks = request.method in ("GET", "HEAD") and request.raw_path == "/console/"
    return asks and settings().console == "public"


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks what a page of an allowed origin may send (Fetch, 4.8)."""
    asks = request.method == "OPTIONS" and "access-control-request-method" in request.headers
    return asks and request.headers.get("origin") in settings().allowed_origins


def _dialect(request: Request) -> handler.Dialect[Any]:
    """The dialect of the path, alone imported of all: the six together are a third of a cold start."""
    path = request.raw_path or "/"
    if path.startswith("/minimal/"):
        from roster.dialects.user_space.api import UserSpace

        return UserSpace()
    if path.startswith("/v2"):
        from roster.dialects.cloud_foundry.api import CloudFoundry

        return CloudFoundry()
    if path.startswith("/api/v1/"):
        from roster.dialects.testmo.api import Testmo, TestmoAccess

        return Testmo(TestmoAccess.ANY_TOKEN)
    if path.startswith("/api/workspace/"):
        from roster.dialects.workspace_profile.api import WorkspaceProfile

        return WorkspaceProfile()
    if path.startswith("/oauth/"):
        from roster.dialects.oauth.api import OAuth, of_grant

        return OAuth(of_grant)
    from roster.dialects.workspaces.api import Access, Workspaces

    return Workspaces(Access.PUBLIC)


_NO_TEXT = "text/plain; charset=utf-8"

_, not_found = handler.endpoint(UnknownRoute())
