"""The embedded store as the directory uses it: its indexes, and the feed that starts cleanups."""

import time
from collections.abc import Callable
from pathlib import Path

from local.sqlite_store import SqliteStore
from roster.db import keys


def open_embedded(path: Path | str, *, clock: Callable[[], float] = time.time) -> SqliteStore:
    """The directory's table in a file, made where it is absent. Raises Unavailable, sqlite3.DatabaseError.

    `clock` gives seconds of the epoch, for what expires.
    """
    return SqliteStore.open(
        path, (keys.BY_ACTOR, keys.BY_TARGET, keys.BY_WORKSPACE), feed=frozenset({keys.CLEANUP}), clock=clock
    )
