"""Credentials as the dialects read them from a request."""

from typing import Literal

from roster import dependencies
from roster.auth import authentication
from roster.auth.authentication import Prefetch
from roster.db.store import Store
from roster.errors import Unauthenticated
from roster.http.request import Request
from roster.settings import cookie_name


def no_prefetch(user_id: str) -> tuple[()]:
    return ()


def in_header(request: Request, store: Store, prefetch: Prefetch = no_prefetch) -> authentication.Bearer:
    """Whom the `Authorization` header proves. Raises Unauthenticated."""
    return of_text(authentication.bearer_in(request.headers.get("authorization")), store, prefetch)


def of_text(text: str | None, store: Store, prefetch: Prefetch = no_prefetch) -> authentication.Bearer:
    """Whom a bearer credential proves. Raises Unauthenticated, also for none."""
    if text is None:
        raise Unauthenticated
    current = dependencies.current()
    return authentication.by_bearer(store, text, current.issuers, current.now(), prefetch)


def presented(request: Request) -> tuple[Literal["session", "bearer"], str]:
    """The one credential of a request that may bring a session cookie or an `Authorization` header.

    Raises Unauthenticated for none, for both, for two cookies of the name, and for a header of another kind.
    """
    cookies, header = request.cookie(cookie_name()), request.headers.get("authorization")
    if (header is not None) == bool(cookies) or len(cookies) > 1:
        raise Unauthenticated
    if header is None:
        return "session", cookies[0]
    text = authentication.bearer_in(header)
    if text is None:
        raise Unauthenticated
    return "bearer", text
