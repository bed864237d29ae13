"""Bearer credentials as the bearer dialects read them from a request."""

from roster import auth, wiring
from roster.auth import Beside
from roster.errors import NotKnown
from roster.request import Request
from roster.table.store import Store


def nothing_beside(user_id: str) -> tuple[()]:
    return ()


def in_header(request: Request, store: Store, beside: Beside = nothing_beside) -> auth.Bearer:
    """Whom the `Authorization` header proves. Raises NotKnown."""
    return of_text(auth.bearer_in(request.headers.get("authorization")), store, beside)


def of_text(text: str | None, store: Store, beside: Beside = nothing_beside) -> auth.Bearer:
    """Whom a bearer credential proves. Raises NotKnown, also for none."""
    if text is None:
        raise NotKnown
    wired = wiring.current()
    return auth.by_bearer(store, text, wired.issuers, wired.now(), beside)
