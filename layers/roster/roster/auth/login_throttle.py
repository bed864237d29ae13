"""Limits attempts to log in: after five failures in fifteen minutes the next must wait, longer each time.

Attempts are counted for an address, for a known device at an address, and for a client at a source
address, each under a key of its own. One conditional write counts an attempt before the password is
checked, so that no more than five of a hundred parallel attempts are checked. The fifth attempt starts
the wait; a success deletes the counter. Addresses and clients that do not exist are counted in the same
way, so that an answer does not tell whether one exists.
"""

from datetime import datetime, timedelta

from roster.db import keys
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Refused,
    Store,
    Update,
    all_of,
    every,
)
from roster.db.transactions import SCHEMA, Transaction
from roster.directory.emails import canonical
from roster.domain import Actor, User
from roster.errors import Unauthenticated
from roster.events import Event

FREE = 5  # attempts within the window that may fail before the address waits
WINDOW = timedelta(minutes=15)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
_KEPT = timedelta(days=1)
_AT_ONCE = 50  # counters that one transaction forgets


def take(store: Store, counter: Key, now: datetime, seen: Item | None = None) -> None:
    """Take one attempt under the key of a counter: one Write, and one more each time another was quicker.

    `seen` is what was read under that key. Raises Unauthenticated while the counter waits.
    """
    for _ in range(2 * FREE):
        state = _next(seen or {}, int(now.timestamp()))
        try:
            store.write(Update(counter, set=state, condition=_same(seen)))
        except Refused as refused:
            seen = refused.first.item
        else:
            return
    raise Unauthenticated


def waits(seen: Item | None, now: datetime) -> bool:
    """Whether a counter that was read lets nobody try at this moment."""
    return _whole(seen or {}, "until") > int(now.timestamp())


def forgotten(counter: Key) -> Delete:
    """The operation by which a success forgets the failures."""
    return Delete(counter)


def forget(store: Store, counter: Key, seen: Item) -> None:
    """Forget the failures that were read: one Write.

    Raises Unauthenticated where others were counted meanwhile.
    """
    try:
        store.write(Delete(counter, _same(seen)))
    except Refused as refused:
        raise Unauthenticated from refused


def unlock(store: Store, user: User, *, by: Actor) -> None:
    """Forget all failures at a user's address, also those of devices: one Query, one Transact.

    A Transact more each hundred devices that failed lately. What comes after the Query is counted.
    """
    address = keys.attempts(canonical(user.email))
    counters = [Key.of(each) for each in every(store, address.pk, begins=address.sk)]
    for first in range(0, max(len(counters), 1), _AT_ONCE):
        work = Transaction(by)
        for counter in counters[first : first + _AT_ONCE]:
            work.do(forgotten(counter))
        work.audit(Event.USER_UNLOCKED, user.id)
        work.commit(store)


def _same(seen: Item | None) -> Condition:
    """That nobody took an attempt since it was read."""
    if seen is None or "since" not in seen:
        return Absent("since")
    return all_of(*(Equals(name, seen[name]) for name in ("since", "count", "until") if name in seen))


def _next(seen: Item, moment: int) -> Item:
    """What the attempts will be with one more. Raises Unauthenticated while the address waits."""
    since, count, until, wait = (_whole(seen, name) for name in ("since", "count", "until", "wait"))
    if until > moment:
        raise Unauthenticated
    kept: Item = {"v": SCHEMA, "ttl": moment + int(_KEPT.total_seconds())}
    if max(since, until) < moment - int(WINDOW.total_seconds()):
        return {**kept, "since": moment, "count": 1, "until": 0, "wait": 0}
    if count < FREE - 1:
        return {**kept, "since": since, "count": count + 1}
    wait = min(2 * wait, int(LONGEST_WAIT.total_seconds())) if wait else int(FIRST_WAIT.total_seconds())
    return {**kept, "since": since, "count": count + 1, "until": moment + wait, "wait": wait}


def _whole(found: Item, name: str) -> int:
    value = found.get(name, 0)
    return value if type(value) is int else 0
