"""Attempts to log in: after five failures in fifteen minutes an address waits, ever longer.

An attempt is taken before the password is looked at, by one conditional write, so that a hundred
at once are no more than five. Taking the fifth closes the address in advance; a success forgets all.
Addresses that nobody has are counted alike, so that counting tells nothing.
"""

from datetime import datetime, timedelta

from roster.errors import NotKnown
from roster.table import keys
from roster.table.store import (
    Absent,
    AtLeast,
    Below,
    Condition,
    Delete,
    Equals,
    Item,
    Put,
    Refused,
    Store,
    Update,
    all_of,
    any_of,
)
from roster.table.transaction import item

FREE = 5  # attempts within the window that may fail before the address waits
WINDOW = timedelta(minutes=15)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
_KEPT = timedelta(days=1)


def take(store: Store, address: str, now: datetime) -> None:
    """Take one attempt for a canonical address: one Write, two where a window opens or closes.

    Raises NotKnown while the address waits. Where another attempt was quicker, it is tried anew.
    """
    for _ in range(FREE):
        if _taken(store, address, now):
            return
    raise NotKnown


def forgotten(address: str) -> Delete:
    """The operation by which a success forgets the failures."""
    return Delete(keys.attempts(address))


def _taken(store: Store, address: str, now: datetime) -> bool:
    key, moment = keys.attempts(address), int(now.timestamp())
    opened = moment - int(WINDOW.total_seconds())
    free: Condition = all_of(AtLeast("since", opened), Below("count", FREE - 1))
    try:
        store.write(Update(key, add={"count": 1}, condition=free))
    except Refused as refused:
        return _turn(store, address, refused.first.item, moment, opened)
    return True


def _turn(store: Store, address: str, found: Item | None, moment: int, opened: int) -> bool:
    """Open a new window, take the last free attempt, or take the one that follows a wait."""
    state = _next(found or {}, moment, opened)
    key = keys.attempts(address)
    same: Condition = any_of(Absent(), Absent("since"))
    if found is not None and "since" in found:
        same = all_of(*(Equals(name, found[name]) for name in ("since", "count", "until") if name in found))
    expires = moment + int(_KEPT.total_seconds())
    try:
        store.write(Put(item(key, {**state, "ttl": expires}), same))
    except Refused:
        return False
    return True


def _next(found: Item, moment: int, opened: int) -> dict[str, int]:
    since, count, until, wait = (_whole(found, name) for name in ("since", "count", "until", "wait"))
    if until > moment:
        raise NotKnown
    longest = int(LONGEST_WAIT.total_seconds())
    if max(since, until) < opened:
        return {"since": moment, "count": 1}
    wait = min(2 * wait, longest) if wait else int(FIRST_WAIT.total_seconds())
    return {"since": since, "count": count + 1, "until": moment + wait, "wait": wait}


def _whole(found: Item, name: str) -> int:
    value = found.get(name, 0)
    return value if type(value) is int else 0
