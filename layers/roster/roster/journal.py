"""What happens and changes nothing in the table: told to the log, in lines that alarms and searches count.

    denied          a request that proved nobody, or somebody who may not: route, reason, perhaps the user
    login failed    an attempt to log in: whose, where the address is somebody's; whether it waits
    poisoned        an item that cannot be read: of which kind and which attribute, never what it holds

The lines hold ids and names of ours alone. What changes something is an audit item instead (decision 0010).
"""

import logging

# By its name: Powertools dresses this logger where there is a door, and tools write to standard error.
_log = logging.getLogger("roster")


def denied(reason: str, *, route: str, request: str, user_id: str | None) -> None:
    """A request was refused for who asked."""
    _log.info("denied", extra={"reason": reason, "route": route, "request": request, "user": user_id})


def login_failed(*, user_id: object, waits: bool) -> None:
    """A password was refused; the line of the answer names the request. `waits`: it was not looked at."""
    _log.info("login failed", extra={"user": user_id, "waits": waits})


def poisoned(where: str) -> None:
    """An item was passed over, or a request broken by it; `where` is its kind and attribute."""
    _log.error("poisoned", extra={"where": where})
