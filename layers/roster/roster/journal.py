"""What happens and changes nothing in the table: told to the log, in lines that alarms and searches count.

    denied          a request that proved nobody, or somebody who may not: route, reason, perhaps the user
    login failed    an attempt to log in: whose, where the address is somebody's; whether it waits
    poisoned        an item that cannot be read: of which kind and which attribute, never what it holds

The lines hold ids and names of ours, and those of a request its id and the caller's address. What changes
something is an audit item instead (decision 0010), which has the request's id and so leads to the address.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

# By its name: Powertools dresses this logger where there is a door, and tools write to standard error.
_log = logging.getLogger("roster")

_caller: ContextVar[Mapping[str, str]] = ContextVar("caller", default=MappingProxyType({}))


@contextmanager
def on_behalf_of(request: str, source_ip: str) -> Iterator[None]:
    """Name the request and its caller's address in every line that is written meanwhile."""
    token = _caller.set({"request": request, "source_ip": source_ip})
    try:
        yield
    finally:
        _caller.reset(token)


def denied(reason: str, *, route: str, user_id: str | None) -> None:
    """A request was refused for who asked."""
    _log.info("denied", extra={"reason": reason, "route": route, "user": user_id, **_caller.get()})


def login_failed(*, user_id: object, waits: bool) -> None:
    """A password was refused. `waits`: it was not looked at."""
    _log.info("login failed", extra={"user": user_id, "waits": waits, **_caller.get()})


def poisoned(where: str) -> None:
    """An item was passed over, or a request broken by it; `where` is its kind and attribute."""
    _log.error("poisoned", extra={"where": where, **_caller.get()})
