"""What failed from one source address lately: over a limit, nothing more of it is looked at for a while.

A source is what `source_address.py` says. A failure adds one to an item of a quarter of an hour by the
clock, in one write; a success writes nothing. The count is read beside what a login reads anyway, so
requests that are under way when the limit is reached are still let through: this keeps a flood away from
the hash, and `attempts.py` has the exact limits of guesses.
"""

from collections.abc import Callable
from datetime import datetime

from roster.db import keys
from roster.db.store import Absent, Below, Item, Key, Refused, Store, Update, any_of
from roster.db.transactions import SCHEMA

LIMIT = 100
"""Failures of a source in a window: an office behind one address mistypes less, a guesser has fewer tries."""
WINDOW = 900  # seconds
_KEPT = 900  # seconds past the window; the table may remove it later than that

Kind = Callable[[str, str], Key]
"""Of what: `keys.source_logins` or `keys.source_gateway`."""


def counter(source: str, now: datetime, kind: Kind = keys.source_logins) -> Key:
    """The key of what failed from a source in the window of this moment."""
    return kind(source, str(_window(now)))


def is_over(found: Item | None) -> bool:
    """Whether a counter that was read is at its limit."""
    count = (found or {}).get("count")
    return type(count) is int and count >= LIMIT


def add(store: Store, source: str, now: datetime, kind: Kind = keys.source_logins) -> bool:
    """Count one failure of a source: one Write. False where the limit is reached; then it is not counted."""
    ends = (_window(now) + 1) * WINDOW + _KEPT
    below = any_of(Absent("count"), Below("count", LIMIT))
    key = counter(source, now, kind)
    try:
        store.write(Update(key, set={"v": SCHEMA, "ttl": ends}, add={"count": 1}, condition=below))
    except Refused:
        return False
    return True


def counted(counter: Key, now: datetime) -> Update:
    """The operation that counts one more of a source, for a transaction."""
    ends = (_window(now) + 1) * WINDOW + _KEPT
    return Update(counter, set={"v": SCHEMA, "ttl": ends}, add={"count": 1})


def _window(now: datetime) -> int:
    return int(now.timestamp()) // WINDOW
