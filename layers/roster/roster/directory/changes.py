"""What the table's stream is followed for, beside cleanups: a small table of who acts on which changes.

The stream tells keys alone, at least once, and in order for each item. So an action is given the keys of a
batch and reads what it needs; it can stop anywhere, and bears what it has seen before.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from roster.db import keys, list_log
from roster.db.store import Key, Store
from roster.directory import activity, search

Action: TypeAlias = Callable[[Store, Sequence[Key], datetime], None]


def _fold(store: Store, changed: Sequence[Key], _: datetime) -> None:
    """Count what came to lists and left them: as `list_log.fold` for each list."""
    for log in dict.fromkeys(key.pk for key in changed):
        list_log.fold(store, keys.listing_of_log(log))


ACTIONS: Sequence[tuple[str, Action]] = (
    (keys.OF_USERS, search.refresh),
    (keys.OF_WORKSPACES, search.refresh),
    (keys.AUDITS, activity.count),
    (keys.LOGS, _fold),
)
"""By the beginning of a partition key, what is done with the keys of a batch that have it.

Each beginning stands in a filter of the template's `RouteChanges` too.
"""


def act(store: Store, changed: Sequence[Key], now: datetime) -> None:
    """Do what the changes of these items are followed for: the calls of the actions (`ACTIONS`).

    Raises Unavailable at the deadline, to begin again.
    """
    for begins, action in ACTIONS:
        mine = [key for key in dict.fromkeys(changed) if key.pk.startswith(begins)]
        if mine:
            action(store, mine, now)


def is_followed(key: Key) -> bool:
    """Whether anybody acts on changes of the item under this key."""
    return search.is_searched(key) or any(
        key.pk.startswith(begins) for begins, action in ACTIONS if action is not search.refresh
    )
