"""The audit as it is read: all, by who did something, to whom or what, or in a workspace; newest first.

It is written by the transactions that it tells of (`transaction.py`), which know no readers.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from roster.db import keys
from roster.db.codec import readable
from roster.db.store import (
    Condition,
    Equals,
    Index,
    Item,
    Key,
    Refused,
    Store,
    Update,
    Value,
    all_of,
    every,
)
from roster.domain import AuditEntry, Instant
from roster.events import STATES

DAYS = 3
"""Days before version 0.2 whose partitions one page may ask."""

_FORMERLY = "~"
"""Begins a place in the partitions of days: the search has left those that are written today."""

_DAY = len("2026-04-13")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: an interval with both its ends, and perhaps who did it, to whom, and where."""

    since: Instant
    until: Instant
    actor: str = ""
    target: str = ""
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Entries, and the place where the search goes on (empty: there is no more)."""

    entries: list[AuditEntry]
    place: str


def page(store: Store, search: Search, size: int, place: str = "") -> Found:
    """At most `size` entries from a place on: one Query, or where nothing is named one for each partition.

    Where these have no more, one for each of three days before version 0.2. A page may have fewer entries, or
    none, and yet not be the last.
    """
    if search.since > search.until:  # the whole interval is past what is kept
        return Found([], "")
    if search.workspace:  # nothing of any other may be told
        return _indexed(store, keys.BY_WORKSPACE, search.workspace, search, size, place)
    if search.target:  # of the two the rarer: few have much done to them
        return _indexed(store, keys.BY_TARGET, search.target, search, size, place)
    if search.actor:
        return _indexed(store, keys.BY_ACTOR, search.actor, search, size, place)
    if place.startswith(_FORMERLY):
        return _daily(store, search, size, place.removeprefix(_FORMERLY))
    return _merged(store, search, size, place)


def erase(store: Store, user_id: str, pseudonym: str) -> int:
    """Let a pseudonym stand wherever the audit names the user: one Query a megabyte, one Write an item.

    It also stands for the id within the details of these items. Of what was done to the user, `before`
    and `after` keep ids, roles and states alone. What was done to many at once names them in `users`, which
    no index has: one Query a megabyte of the whole audit. Returns how many items there were. It can stop
    anywhere and begin again.
    """
    return sum(
        _renamed(store, found, index, user_id, pseudonym)
        for index in (keys.BY_ACTOR, keys.BY_TARGET)
        for found in _all(store, index, user_id)
    ) + sum(_struck(store, found, user_id, pseudonym) for found in _of_many(store, user_id))


def _indexed(store: Store, index: Index, whom: str, search: Search, size: int, place: str) -> Found:
    found = store.query(
        whom,
        index=index,
        between=keys.audits_between(search.since, search.until),
        limit=size,
        forward=False,
        start=_start(place),
        consistent=False,
    )
    entries = readable(AuditEntry, found.items)
    shown = [
        entry
        for entry in entries
        if search.actor in ("", entry.actor) and search.target in ("", entry.target)
    ]
    return Found(shown, _place(found.next) if found.next else "")


def _start(place: str) -> Key | None:
    if place.startswith(_FORMERLY):
        return keys.formerly_audited(place.removeprefix(_FORMERLY))
    return keys.audited(place) if place else None


def _place(key: Key) -> str:
    return key.sk if key == keys.audited(key.sk) else f"{_FORMERLY}{key.sk}"


def _merged(store: Store, search: Search, size: int, place: str) -> Found:
    """From the place back, a share of each partition's entries, as far as no other may have newer ones."""
    share = 2 * -(-size // len(keys.AUDIT_SHARDS)) + 8
    since, until = keys.audits_between(search.since, search.until)
    items: list[Item] = []
    complete = since  # from here on nothing is missing
    for shard in keys.AUDIT_SHARDS:
        start = Key(shard, place) if place else None
        found = store.query(shard, between=(since, until), limit=share, forward=False, start=start)
        items += found.items
        if found.next is not None:
            complete = max(complete, found.next.sk)
    whole = sorted((each for each in items if str(each["SK"]) >= complete), key=_newest, reverse=True)
    shown = whole[:size]
    if len(whole) > size or complete != since:
        return Found(readable(AuditEntry, shown), str(shown[-1]["SK"]))
    before = Found([], f"{_FORMERLY}{search.until[:_DAY]}")
    if len(shown) < size:
        before = _daily(store, search, size - len(shown), "")
    return Found(readable(AuditEntry, shown) + before.entries, before.place)


def _newest(found: Item) -> str:
    return str(found["SK"])


def _daily(store: Store, search: Search, size: int, place: str) -> Found:
    """From the day of the place back, a Query a day; a place is an item's sort key, or a whole day."""
    items: list[Item] = []
    day = (place or search.until)[:_DAY]
    start = keys.formerly_audited(place) if len(place) > _DAY else None
    for _ in range(DAYS):
        found = store.query(
            keys.audits_of(day),
            between=keys.audits_between(search.since, search.until),
            limit=size - len(items),
            forward=False,
            start=start,
        )
        items += found.items
        start = None
        if found.next is not None:
            return Found(readable(AuditEntry, items), f"{_FORMERLY}{found.next.sk}")
        if day <= search.since[:_DAY]:
            return Found(readable(AuditEntry, items), "")
        day = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        if len(items) == size:
            break
    return Found(readable(AuditEntry, items), f"{_FORMERLY}{day}")


def _all(store: Store, index: Index, whom: str) -> list[Item]:
    """Every item that an index has of somebody, read before any of them leaves it."""
    items: list[Item] = []
    start: Key | None = None
    while True:
        found = store.query(whom, index=index, start=start, consistent=False)
        items += found.items
        if (start := found.next) is None:
            return items


def _of_many(store: Store, user_id: str) -> list[Item]:
    """Every item that names the user among others, read before any of them is changed."""
    items = (item for shard in keys.AUDIT_SHARDS for item in every(store, shard))
    return [item for item in items if user_id in _users(item)]


def _users(item: Item) -> list[Value]:
    details = item.get("details")
    users = details.get("users") if isinstance(details, dict) else None
    return users if isinstance(users, list) else []


def _struck(store: Store, found: Item, user_id: str, pseudonym: str) -> bool:
    """One Write; False where the item has expired or does not name the user any more."""
    item: Item | None = found
    while item is not None and user_id in _users(item):
        details = _replaced(item["details"], user_id, pseudonym)
        try:
            store.write(
                Update(Key.of(item), set={"details": details}, condition=Equals("details", item["details"]))
            )
        except Refused as refused:
            item = refused.first.item
            continue
        return True
    return False


def _renamed(store: Store, found: Item, index: Index, user_id: str, pseudonym: str) -> bool:
    """One Write; False where the item has expired or says another already."""
    item: Item | None = found
    while item is not None and item.get(index.hash) == user_id:
        said = item.get("details", {})
        details = _replaced(said if index is keys.BY_ACTOR else _bare(said), user_id, pseudonym)
        changed: Item = {index.hash: pseudonym}
        same: Condition = Equals(index.hash, user_id)
        if details != said:  # the index may be behind, and must not bring back what an erasure has removed
            changed["details"] = details
            same = all_of(same, Equals("details", said))
        try:
            store.write(Update(Key.of(item), set=changed, condition=same))
        except Refused as refused:
            item = refused.first.item
            continue
        return True
    return False


def _bare(details: Value) -> Value:
    """The details with ids, roles and states alone in `before` and `after`."""
    if not isinstance(details, dict):
        return details
    return {name: _states(inner) if name in ("before", "after") else inner for name, inner in details.items()}


def _states(side: Value) -> Value:
    return {name: inner for name, inner in side.items() if name in STATES} if isinstance(side, dict) else {}


def _replaced(value: Value, user_id: str, pseudonym: str) -> Value:
    """The same with the pseudonym wherever the id stands as a value, at any depth."""
    if isinstance(value, dict):
        return {name: _replaced(inner, user_id, pseudonym) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, user_id, pseudonym) for inner in value]
    return pseudonym if value == user_id else value
