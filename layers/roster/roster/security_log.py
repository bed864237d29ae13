"""Security events that change nothing in the table: they are only logged, for alarms and searches.

    denied          a request that proved nobody, or somebody who may not: route, reason, perhaps the user
    login failed    an attempt to log in: whose, where the address is somebody's; whether it waits, and
                    whether its source is over its limit
    client failed   a client that did not prove itself at the token endpoint: likewise
    gateway secret failed   a secret that is no gateway's; whether its source is over its limit
    key out of reach        the deployment's key: nobody has a device meanwhile; and why
    session not touched     the last use of a session could not be written; the request went on; and why
    token not touched       that of an API token, likewise
    corrupt item    an item that cannot be read: of which kind and which attribute, never what it holds

The lines hold ids and names of ours, and those of a request its id and the caller's address. What changes
something is an audit item instead (decision 0010), which has the request's id and so leads to the address.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from roster.errors import Fault

# By its name: functions configure this logger with Powertools, and commands write it to standard error.
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


def login_failed(*, user_id: object, waits: bool, source_over: bool) -> None:
    """A password was refused.

    `waits`, `source_over`: it was not looked at, for the address (or device) waits, or for its source.
    """
    told = {"user": user_id, "waits": waits, "source_over_limit": source_over}
    _log.info("login failed", extra={**told, **_caller.get()})


def client_failed(*, client_id: object, waits: bool, source_over: bool) -> None:
    """A client's secret was refused; `client_id` is one of ours or None."""
    told = {"client": client_id, "waits": waits, "source_over_limit": source_over}
    _log.info("client failed", extra={**told, **_caller.get()})


def gateway_secret_failed(*, source_over: bool) -> None:
    """A secret was sent that is no gateway's."""
    _log.warning("gateway secret failed", extra={"source_over_limit": source_over, **_caller.get()})


def key_out_of_reach(cause: str, fault: Fault | None = None) -> None:
    """The deployment's key could not be read; `cause` is the type of the error."""
    _tell_fault("key out of reach", {"cause": cause}, fault)


def not_touched(kind: str, fault: Fault | None) -> None:
    """The last use of a session or an API token could not be written."""
    _tell_fault(f"{kind} not touched", {}, fault)


def _tell_fault(message: str, told: Mapping[str, object], fault: Fault | None) -> None:
    facts = fault.facts() if fault is not None else {}
    level = logging.WARNING if fault is None or fault.passing else logging.ERROR
    _log.log(level, message, extra={**told, **facts, **_caller.get()})


def corrupt_item(where: str) -> None:
    """An item was passed over, or a request broken by it; `where` is its kind and attribute."""
    _log.error("corrupt item", extra={"where": where, **_caller.get()})
