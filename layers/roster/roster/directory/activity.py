"""How much is done each day, on the whole site and in each workspace: counted from the audit.

The function on the table's stream counts (`changes.py`). An audit item is marked in the transaction that
counts it, and only where it is not marked yet: a record that comes again counts nothing, wherever a function
was stopped. What an item counts for follows from it alone and, for a sign-in, from the memberships that its
user has when it is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from roster.clock import instant
from roster.db import counted_lists, keys
from roster.db.codec import naming, readable
from roster.db.store import Absent, Item, Key, Present, Store, Update, all_of
from roster.db.transactions import Transaction, batched
from roster.domain import Activity, Actor, AuditEntry
from roster.events import Event

COUNTED = "counted"
"""The attribute that marks an audit item as counted."""
SIGN_IN_WORKSPACES = 50
"""Workspaces of its user in which a sign-in counts: those that were made first."""

_AT_ONCE = 100
_SIGN_INS = {Event.SESSION_STARTED.action}
_NO_CHANGES = _SIGN_INS | {
    event.action
    for event in (
        Event.SESSION_ENDED,
        Event.FAMILY_STARTED,
        Event.FAMILY_RENEWED,
        Event.FAMILY_ENDED,
    )
}
"""What the audit tells and the directory does not change by: people and programs that come and go."""
_ADDED, _REMOVED = Event.MEMBER_ADDED.action, Event.MEMBER_REMOVED.action
_DAY = len("2026-04-13")


def days(store: Store, scope: str, today: datetime, count: int) -> list[Activity]:
    """The activity of the last days up to today, the oldest first, of a partition of counts: one Query."""
    wanted = [instant(today - timedelta(days=back))[:_DAY] for back in reversed(range(count))]
    found = store.query(scope, between=(wanted[0], wanted[-1])).items
    told = {one.day: one for one in readable(Activity, found)}
    return [told.get(day, Activity(day)) for day in wanted]


def count(store: Store, places: Iterable[Key], now: datetime) -> None:
    """Count audit items that are not counted yet.

    One BatchGet a hundred, a Query for each user who signed in, a Transact for as many items as one holds.
    """
    wanted = list(dict.fromkeys(places))
    for start in range(0, len(wanted), _AT_ONCE):
        found = store.batch_get(wanted[start : start + _AT_ONCE])
        new = {key: item for key, item in found.items() if COUNTED not in item}
        homes = _homes(store, new.values())
        batched(store, [_counting(key, item, homes, now) for key, item in sorted(new.items())])


def scopes(found: Item, homes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The partitions of counts in which an audit item counts; `homes` are the workspaces of users."""
    yield keys.SITE_ACTIVITY
    for entry in readable(AuditEntry, [found]):
        if entry.action in _SIGN_INS:
            ids: Iterable[object] = homes.get(entry.target, ())
        elif entry.action.startswith("workspace."):
            ids = (entry.target,)
        else:
            ids = (entry.workspace or entry.details.get("workspace"),)
        yield from (keys.workspace_activity(one) for one in ids if isinstance(one, str) and keys.is_id(one))


def tallied(found: Item) -> dict[str, int]:
    """What an audit item adds to the counts of its day."""
    action = found.get("action")
    told: Counter[str] = Counter()
    told["changes"] = action not in _NO_CHANGES
    told["sign_ins"] = action in _SIGN_INS
    told["members_added"] = action == _ADDED
    told["members_removed"] = action == _REMOVED
    return {name: int(number) for name, number in told.items() if number}


def day_of(found: Item) -> str:
    """The day for which an audit item counts."""
    return str(found.get("at"))[:_DAY]


def _counting(key: Key, found: Item, homes: Mapping[str, Sequence[str]], now: datetime) -> Transaction:
    """The transaction that counts one item; refused where it has been counted meanwhile, or has expired."""
    work = Transaction(Actor("activity", now))
    work.do(Update(key, set={COUNTED: 1}, condition=all_of(Present(), Absent(COUNTED))))
    if told := tallied(found):
        for scope in scopes(found, homes):
            place = keys.activity(scope, day_of(found))
            work.add_counter(Update(place, set={"v": 1, "day": place.sk}, add=told))
    return work


def _homes(store: Store, found: Iterable[Item]) -> dict[str, list[str]]:
    """The workspaces of those who signed in."""
    people = {str(item.get("target")) for item in found if item.get("action") in _SIGN_INS}
    return {user_id: _first_homes(store, user_id) for user_id in sorted(people) if keys.is_id(user_id)}


def _first_homes(store: Store, user_id: str) -> list[str]:
    rows = islice(counted_lists.everything(store, keys.workspaces_of(user_id)), SIGN_IN_WORKSPACES)
    return [str(row["workspace_id"]) for row in naming(rows, "workspace_id")]
