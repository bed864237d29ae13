"""Whether the API works, its table included: for monitors, which ask without a credential (FB-16)."""

from dataclasses import replace

from roster.db import keys
from roster.db.store import Store
from roster.dialects.workspaces.api import Access, Workspaces
from roster.errors import DirectoryError
from roster.http import handler
from roster.http.error_responses import ErrorResponse
from roster.http.request import Request

_WORKSPACES = Workspaces(Access.PUBLIC)  # in whose words errors are said, as where there is no route


class Health(handler.Dialect[Store]):
    """The dialect; the call is the table."""

    def authorize(self, request: Request, store: Store) -> Store:
        """Admit anybody."""
        return store

    def read_body(self, request: Request) -> None:
        """Whatever a body holds, it is not read."""

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        reply = _WORKSPACES.error_response(error, request)
        return replace(reply, headers={**reply.headers, "Content-Type": _WORKSPACES.content_type})


def endpoint() -> tuple[handler.Resolver[Store], handler.Handler]:
    """The resolver and the handler of the endpoint."""
    return handler.endpoint(Health())


def read(store: Store) -> dict[str, str]:
    """What a monitor is told once the table has answered, whatever it holds: one Get.

    Raises Unavailable.
    """
    store.get(keys.site_admins())
    return {"status": "ok"}
