"""The embedded store as the directory uses it: its indexes, and which of its changes are followed."""

import time
from collections.abc import Callable
from pathlib import Path

from local.sqlite_store import SqliteStore
from roster.db import keys
from roster.db.store import Key
from roster.directory import changes


def open_embedded(path: Path | str, *, clock: Callable[[], float] = time.time) -> SqliteStore:
    """The directory's table in a file, made where it is absent. Raises Unavailable, sqlite3.DatabaseError.

    `clock` gives seconds of the epoch, for what expires.
    """
    return SqliteStore.open(
        path, (keys.BY_ACTOR, keys.BY_TARGET, keys.BY_WORKSPACE), feed=_is_followed, clock=clock
    )


def _is_followed(key: Key) -> bool:
    """What the filters of the template let through, and a little more."""
    return keys.is_cleanup(key.pk) or key.pk in (keys.DELIVERIES, keys.MAIL) or changes.is_followed(key)
