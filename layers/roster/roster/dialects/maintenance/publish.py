"""The publisher: numbers the audit items that the table's stream brings, then hands their events over.

It may be stopped anywhere. What was not numbered comes again with its batch; what was numbered and not handed
over has a row in the feed of all that is not `sent`. What the stream lost, which keeps a day, is found in the
audit itself.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.dialects.maintenance import api
from roster.directory import event_feed
from roster.directory.event_feed import FeedRow


@dataclass(frozen=True, slots=True)
class NumberedItem:
    """An event that is to be handed over: its audit item, and the place that the item has in the audit."""

    place: str
    item: Item


Deliver: TypeAlias = Callable[[Store, Sequence[NumberedItem]], None]
"""Hands events over, in the order of their numbers; raises where some may not have been, which come again."""


def publish(store: Store, event: Any, now: datetime, deliver: Sequence[Deliver]) -> dict[str, Any]:
    """Number and hand over what the records tell of, and what was lost before; without records that alone.

    Returns Lambda's partial batch answer: where something fails, the batch comes again as a whole.
    """
    records = event.get("Records", [])
    error = api.error_of(lambda: _publish(store, [api.key_of(record) for record in records], now, deliver))
    if error is None:
        return api.NONE_FAILED
    return api.failed("events not published", error, records[0] if records else {})


def _publish(store: Store, told: Sequence[Key], now: datetime, deliver: Sequence[Deliver]) -> None:
    places = [key for key in told if key.pk in keys.AUDIT_SHARDS]
    new = event_feed.number(store, places, now)
    numbered = {place for row in new for place in row.places}
    # Numbered by another, who may have been stopped before it handed them over.
    others = [key for key in places if key.sk not in numbered]
    _hand_over(store, new + (event_feed.rows_of(store, others) if others else []), deliver)
    state = event_feed.publishing(store, now)
    if event_feed.is_behind(state, now):
        event_feed.catch_up(store, state, now)
        last = _hand_over(store, event_feed.rows_since(store, state.unsent), deliver)
        event_feed.advance(store, "unsent", max(last + 1, state.unsent))


def _hand_over(store: Store, rows: Iterable[FeedRow], deliver: Sequence[Deliver]) -> int:
    """Hand the events of rows that are not `sent` to all; returns the last number of the last row, or 0.

    Who fails is left out of the rows that follow, and stops no other. A row is `sent` once all have taken it.
    Raises what failed first.
    """
    well, failures, last = [*deliver], list[Exception](), 0
    for row in rows:
        last = row.last
        if row.sent:
            continue
        if well:
            found = store.batch_get([keys.audited(place) for place in row.places])
            told = [
                NumberedItem(place, found[key])
                for place in row.places
                if (key := keys.audited(place)) in found
            ]
            for each in [*well]:
                try:
                    each(store, told)
                except Exception as error:  # whatever it is, the others go on
                    well.remove(each)
                    failures.append(error)
        if not failures:
            event_feed.sent(store, row)
    if failures:
        raise failures[0]
    return last
