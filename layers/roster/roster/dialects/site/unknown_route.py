"""What has no endpoint, said in the shape of the dialect whose path prefix the request carries."""

from dataclasses import dataclass, replace

from roster.db.store import Store
from roster.errors import DirectoryError, NotFound
from roster.http import handler
from roster.http.request import Request


@dataclass(frozen=True, slots=True)
class Unknown:
    """Admits nobody and knows nothing."""

    content_type: str = "application/json; charset=utf-8"
    request_id_header: str = "X-Request-Id"

    def authorize(self, request: Request, store: Store) -> None:
        raise NotFound("route")

    def error_response(self, error: DirectoryError, request: Request) -> handler.ErrorResponse:
        return _dressed(_dialect(request).error_response(error, request), request)

    def internal_error(self, request: Request) -> handler.ErrorResponse:
        return _dressed(_dialect(request).internal_error(request), request)


def _dialect(request: Request) -> handler.Dialect[object]:
    """The dialect of the path, alone imported of all: the six together are a third of a cold start."""
    path = request.raw_path or "/"
    if path.startswith("/minimal/"):
        from roster.dialects.user_space.api import UserSpace

        return UserSpace()
    if path.startswith("/v2"):
        from roster.dialects.cloud_foundry.api import CloudFoundry

        return CloudFoundry()
    if path.startswith("/api/v1/"):
        from roster.dialects.testmo.api import Access as TestmoAccess
        from roster.dialects.testmo.api import Testmo

        return Testmo(TestmoAccess.ANY_TOKEN)
    if path.startswith("/api/workspace/"):
        from roster.dialects.workspace_profile.api import WorkspaceProfile

        return WorkspaceProfile()
    if path.startswith("/oauth/"):
        from roster.dialects.oauth.api import OAuth

        return OAuth()
    from roster.dialects.workspaces.api import Access, Workspaces

    return Workspaces(Access.PUBLIC)


def _dressed(reply: handler.ErrorResponse, request: Request) -> handler.ErrorResponse:
    """The reply with the headers that are the dialect's own."""
    dialect = _dialect(request)
    own = {"Content-Type": dialect.content_type, dialect.request_id_header: request.id}
    return replace(reply, headers={**own, **reply.headers})


def _named(request: Request) -> Request:
    if not (request.raw_path or "/").startswith("/v2"):
        return request
    from roster.dialects.cloud_foundry.api import named

    return named(request)


not_found = handler.door(handler.Resolver[None](), Unknown(), name=_named)
