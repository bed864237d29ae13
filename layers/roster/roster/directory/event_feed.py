"""Feeds of events: the audit's items in an order that never changes, with numbers that leave no gap.

A writer knows nothing of it: its audit item is all it writes. The publisher numbers the items afterwards
(`dialects/maintenance/publish.py`). One transaction gives the next numbers to some items: in the feed of all
events, and in that of each item's workspace (or the site's own). In it

    the counter of each feed  is as it was read,
    a row of each feed        lists the items' places in the audit, under its first number,
    each audit item           has no `sequence` yet, and gets one.

So whoever numbers the same items at the same time is refused and reads again: nothing is numbered twice, and
what is written leaves no gap. A row of the feed of all is `sent` once its events were handed to whoever
delivers them; one that is not is found and handed over later.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roster.clock import instant, moment, ordered_id
from roster.db import keys
from roster.db.items import item
from roster.db.store import (
    Absent,
    Below,
    Condition,
    Equals,
    Item,
    Key,
    Operation,
    Present,
    Put,
    Refused,
    Store,
    Update,
    all_of,
    any_of,
    chunks,
    every,
)
from roster.db.transactions import MOST, ReadConflict, retry_from
from roster.directory.cloud_events import workspace_of
from roster.domain import Instant
from roster.settings import settings

SEQUENCE = "sequence"
"""The attribute of a numbered audit item: its number in the feed of its workspace, or in the site's own."""
_CURSOR = re.compile(r"([0-9]{1,12})\.([0-9]{1,3})")
"""The number of a row, and how many of its events are passed."""
AT_ONCE = 40
"""Items that one transaction numbers at most."""
LATEST_WRITE = timedelta(minutes=15)
"""How long after its moment an audit item may be written: a function lives no longer."""
LOST_AFTER = timedelta(minutes=15)
"""How far what is known to be numbered may be behind before the audit is walked."""
FIRST_REACH = timedelta(days=1)
"""How far back events are numbered where none ever were: what the table's stream keeps."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Some events of a feed: the number of the first, and where the audit has each."""

    first: int
    places: tuple[str, ...]
    sent: bool = False
    at: Instant = ""

    @property
    def last(self) -> int:
        return self.first + len(self.places) - 1

    @classmethod
    def of(cls, found: Item) -> "FeedRow":
        places = found.get("places")
        listed = tuple(str(place) for place in places) if isinstance(places, list) else ()
        return cls(keys.number_of_feed_row(Key.of(found)), listed, "sent" in found, str(found.get("at", "")))


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Audit items in a feed's order, and the cursor after the last."""

    items: list[Item]
    next: str


# Reading.


def page(store: Store, feed: str, after: str, limit: int) -> FeedPage:
    """At most `limit` events of a feed after a cursor: one Query, one BatchGet.

    Without a cursor from the oldest. Raises ValueError for what is no cursor. What the audit has no more is
    left out.
    """
    first, skipped = _place(after)
    rows = [
        FeedRow.of(found)
        for found in store.query(feed, between=keys.rows_of_feed_from(first), limit=limit).items
    ]
    wanted: list[tuple[str, int, int]] = []
    for row in rows:
        beyond = skipped if row.first == first else 0
        wanted += [(place, row.first, at + 1) for at, place in enumerate(row.places) if at >= beyond]
    wanted = wanted[:limit]
    if not wanted:
        return FeedPage([], after or _cursor(first, skipped))
    found = store.batch_get([keys.audited(place) for place, _, _ in wanted])
    items = [found[key] for place, _, _ in wanted if (key := keys.audited(place)) in found]
    return FeedPage(items, _cursor(*wanted[-1][1:]))


def _cursor(first: int, skipped: int) -> str:
    return f"{first}.{skipped}"


def _place(cursor: str) -> tuple[int, int]:
    """The number of a row, and how many of its events are passed."""
    if not cursor:
        return 1, 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError("not a cursor")
    return int(found[1]), int(found[2])


# Numbering.


def number(store: Store, places: Iterable[Key], now: datetime) -> list[FeedRow]:
    """Number the audit items under these keys that are not numbered; returns the new rows of the feed of all.

    One BatchGet a hundred; a BatchGet of the counters and a Transact for forty items. Raises Unavailable.
    """
    rows: list[FeedRow] = []
    wanted = sorted(set(places), key=lambda key: key.sk)
    for some in chunks(wanted, MOST):
        for items in _that_fit(_unnumbered_at(store, some)):
            rows += _numbered(store, items, now)
    return rows


def _unnumbered(items: Iterable[Item]) -> Iterator[Item]:
    return (one for one in items if SEQUENCE not in one)


def _unnumbered_at(store: Store, places: Sequence[Key]) -> list[Item]:
    """The items under these keys that are there and not numbered, in that order: one BatchGet."""
    found = store.batch_get(places)
    return list(_unnumbered(found[key] for key in places if key in found))


def rows_of(store: Store, places: Iterable[Key]) -> list[FeedRow]:
    """The rows of the feed of all in which numbered items stand, by the items' own word: two BatchGets."""
    found = store.batch_get(list(dict.fromkeys(places)))
    firsts = sorted({first for one in found.values() if isinstance(first := one.get("feed"), int)})
    rows = store.batch_get([keys.feed_row(keys.WHOLE_FEED, first) for first in firsts])
    return sorted((FeedRow.of(one) for one in rows.values()), key=lambda row: row.first)


def sent(store: Store, row: FeedRow) -> None:
    """Note that the events of a row of the feed of all were handed over: one Write."""
    try:
        store.write(Update(keys.feed_row(keys.WHOLE_FEED, row.first), set={"sent": 1}, condition=Present()))
    except Refused:
        return  # it has expired


def _that_fit(new: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in parts, of which a transaction holds each."""
    part: list[Item] = []
    feeds: set[str] = set()
    for one in new:
        more = feeds | {workspace_of(one)}
        if part and (len(part) == AT_ONCE or 2 + 2 * len(more) + len(part) + 1 > MOST):
            yield part
            part, more = [], {workspace_of(one)}
        part.append(one)
        feeds = more
    if part:
        yield part


def _numbered(store: Store, items: list[Item], now: datetime) -> list[FeedRow]:
    """The rows of the feed of all that number these items; fewer where another has numbered some."""

    def attempt(left: list[Item]) -> list[FeedRow]:
        if not left:
            return []
        row, operations = _planned(store, left, now)
        try:
            store.transact(operations, token=ordered_id())
        except Refused as refused:
            raise ReadConflict from refused
        return [row]

    places = [Key.of(one) for one in items]
    return retry_from(items, lambda: _unnumbered_at(store, places), attempt, tries=20)


def _row(feed: str, first: int, places: Sequence[str], now: datetime) -> Put:
    expires = int((now + timedelta(days=settings().audit_days) + LATEST_WRITE).timestamp())
    return Put(
        item(keys.feed_row(feed, first), {"places": [*places], "at": instant(now), "ttl": expires}), Absent()
    )


def _planned(store: Store, items: Sequence[Item], now: datetime) -> tuple[FeedRow, list[Operation]]:
    """The row of the feed of all that numbers these items, and all that is written: one BatchGet."""
    feeds: dict[str, list[Item]] = {keys.WHOLE_FEED: list(items)}
    for one in items:
        feeds.setdefault(keys.feed_of(workspace_of(one)), []).append(one)
    counters = store.batch_get([keys.feed_counter(feed) for feed in feeds])
    operations: list[Operation] = []
    first_of: dict[str, int] = {}
    for feed, listed in feeds.items():
        counter = keys.feed_counter(feed)
        last = (counters.get(counter) or {}).get("last", 0)
        if not isinstance(last, int):
            raise TypeError(counter.pk)
        first_of[feed] = last + 1
        same: Condition = Equals("last", last) if last else Absent("last")
        places = [Key.of(one).sk for one in listed]
        operations += [
            Update(counter, set={"v": 1, "last": last + len(listed)}, condition=same),
            _row(feed, last + 1, places, now),
        ]
        if feed != keys.WHOLE_FEED:
            operations += [
                Update(
                    Key.of(one),
                    set={SEQUENCE: last + 1 + at, "feed": first_of[keys.WHOLE_FEED]},
                    condition=all_of(Present(), Absent(SEQUENCE)),
                )
                for at, one in enumerate(listed)
            ]
    whole = FeedRow(first_of[keys.WHOLE_FEED], tuple(Key.of(one).sk for one in items), at=instant(now))
    return whole, operations


def restored(store: Store, feed: str, first: int, last: int, now: datetime) -> list[Put]:
    """The rows that a feed lacks between two numbers, of which the audit items say that they have them.

    One Query a megabyte of each shard of the audit. What has expired there has no row.
    """
    places: dict[int, str] = {}
    of_rows: dict[int, list[str]] = {}
    for found in (one for shard in keys.AUDIT_SHARDS for one in every(store, shard)):
        sequence, row = found.get(SEQUENCE), found.get("feed")
        if not isinstance(sequence, int) or not isinstance(row, int):
            continue
        if feed == keys.WHOLE_FEED:
            of_rows.setdefault(row, []).append(Key.of(found).sk)
        elif feed == keys.feed_of(workspace_of(found)):
            places[sequence] = Key.of(found).sk
    for row, listed in of_rows.items():
        places |= {row + at: place for at, place in enumerate(sorted(listed))}  # as `number` orders them
    rows: dict[int, list[str]] = {}
    run: list[str] = []
    for number in range(first, last + 1):
        if number not in places:
            run = []
            continue
        if not run or len(run) == AT_ONCE:
            run = rows[number] = []
        run.append(places[number])
    return [_row(feed, number, listed, now) for number, listed in rows.items()]


# Finding what the stream lost.


@dataclass(frozen=True, slots=True)
class Publishing:
    """Since when events are numbered, up to when all are, and from which row on some may be undelivered."""

    since: Instant
    through: Instant
    unsent: int = 1


def publishing(store: Store, now: datetime) -> Publishing:
    """How far the publisher has come; begun where it never did: one Get, at first one Write more."""
    found = store.get(keys.publishing())
    if found is None:
        begun = instant(now - FIRST_REACH)
        first = Update(
            keys.publishing(), set={"v": 1, "since": begun, "through": begun, "unsent": 1}, condition=Absent()
        )
        try:
            store.write(first)
        except Refused:
            return publishing(store, now)
        return Publishing(begun, begun)
    unsent = found.get("unsent", 1)
    return Publishing(str(found["since"]), str(found["through"]), unsent if isinstance(unsent, int) else 1)


def is_behind(state: Publishing, now: datetime) -> bool:
    """Whether the audit is to be walked for what the stream lost."""
    return now - moment(state.through) > LOST_AFTER


def missing(store: Store, since: Instant, until: Instant) -> Iterator[Item]:
    """The audit items from one moment to another, in order: one Query a megabyte of each shard."""
    between = keys.audits_between(since, until)
    yield from heapq.merge(
        *(every(store, shard, between=between) for shard in keys.AUDIT_SHARDS), key=lambda one: Key.of(one).sk
    )


def catch_up(store: Store, state: Publishing, now: datetime) -> None:
    """Number what the audit has had since `through` and the stream did not bring; it may stop anywhere.

    The calls of `missing` and of `number`, a Write for each hundred items that were missing, and one.
    """
    since = instant(moment(state.through) - LATEST_WRITE)
    for some in chunks(_unnumbered(missing(store, since, instant(now))), MOST):
        number(store, [Key.of(one) for one in some], now)
        advance(store, "through", str(some[0].get("at", since)))
    advance(store, "through", instant(now))


def advance(store: Store, name: str, to: str | int) -> None:
    """Move a mark of the publishing on, never back: one Write."""
    try:
        store.write(
            Update(keys.publishing(), set={name: to}, condition=any_of(Absent(name), Below(name, to)))
        )
    except Refused:
        return


def rows_since(store: Store, first: int) -> Iterator[FeedRow]:
    """The rows of the feed of all from a number on, in order: one Query a megabyte."""
    for found in every(store, keys.WHOLE_FEED, between=keys.rows_of_feed_from(first)):
        yield FeedRow.of(found)
