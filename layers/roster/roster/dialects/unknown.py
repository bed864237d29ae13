"""What has no endpoint, said in the shape of the dialect whose path prefix the request carries."""

from dataclasses import dataclass, replace

from roster import door
from roster.errors import DirectoryError, Missing
from roster.request import Request
from roster.table.store import Store


@dataclass(frozen=True, slots=True)
class Unknown:
    """Admits nobody and knows nothing."""

    content_type: str = "application/json; charset=utf-8"
    request_id_header: str = "X-Request-Id"

    def admit(self, request: Request, store: Store) -> None:
        raise Missing("route")

    def refuse(self, error: DirectoryError, request: Request) -> door.Reply:
        return _dressed(_dialect(request).refuse(error, request), request)

    def broken(self, request: Request) -> door.Reply:
        return _dressed(_dialect(request).broken(request), request)


def _dialect(request: Request) -> door.Dialect[object]:
    """The dialect of the path, alone imported of all: the six together are a third of a cold start."""
    path = request.raw_path or "/"
    if path.startswith("/minimal/"):
        from roster.dialects.user_space import UserSpace

        return UserSpace()
    if path.startswith("/v2"):
        from roster.dialects.cloud_foundry import CloudFoundry

        return CloudFoundry()
    if path.startswith("/api/v1/"):
        from roster.dialects.testmo import Access as TestmoAccess
        from roster.dialects.testmo import Testmo

        return Testmo(TestmoAccess.ANY_TOKEN)
    if path.startswith("/api/workspace/"):
        from roster.dialects.workspace_profile import WorkspaceProfile

        return WorkspaceProfile()
    if path.startswith("/oauth/"):
        from roster.dialects.oauth import OAuth

        return OAuth()
    from roster.dialects.workspaces import Access, Workspaces

    return Workspaces(Access.PUBLIC)


def _dressed(reply: door.Reply, request: Request) -> door.Reply:
    """The reply with the headers that are the dialect's own."""
    dialect = _dialect(request)
    own = {"Content-Type": dialect.content_type, dialect.request_id_header: request.id}
    return replace(reply, headers={**own, **reply.headers})


def _named(request: Request) -> Request:
    if not (request.raw_path or "/").startswith("/v2"):
        return request
    from roster.dialects.cloud_foundry import named

    return named(request)


not_found = door.door(door.Resolver[None](), Unknown(), name=_named)
