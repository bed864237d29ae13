"""What has no endpoint, said in the shape of the dialect whose path prefix the request carries."""

from dataclasses import dataclass

from roster import door
from roster.dialects.testmo import Access as TestmoAccess
from roster.dialects.testmo import Testmo
from roster.dialects.user_space import UserSpace
from roster.dialects.workspace_profile import WorkspaceProfile
from roster.dialects.workspaces import Access, Workspaces
from roster.errors import DirectoryError, Missing
from roster.request import Request
from roster.table.store import Store

_PREFIXES: tuple[tuple[str, door.Dialect[object]], ...] = (
    ("/minimal/", UserSpace()),
    ("/api/v1/", Testmo(TestmoAccess.ANY_TOKEN)),
    ("/api/workspace/", WorkspaceProfile()),
    ("/", Workspaces(Access.PUBLIC)),
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Admits nobody and knows nothing."""

    content_type: str = "application/json; charset=utf-8"
    request_id_header: str = "X-Request-Id"

    def admit(self, request: Request, store: Store) -> None:
        raise Missing("route")

    def refuse(self, error: DirectoryError, request: Request) -> door.Reply:
        return _dialect(request).refuse(error, request)

    def broken(self, request: Request) -> door.Reply:
        return _dialect(request).broken(request)


def _dialect(request: Request) -> door.Dialect[object]:
    path = request.raw_path or "/"
    return next((dialect for prefix, dialect in _PREFIXES if path.startswith(prefix)), _PREFIXES[-1][1])


not_found = door.door(door.Resolver[None](), Unknown())
