"""The embedded store as the directory uses it: its indexes, and the feed that starts sweeps."""

from pathlib import Path

from local.sqlite_store import SqliteStore
from roster.table import keys


def open_embedded(path: Path | str) -> SqliteStore:
    """The directory's table in a file, made where it is absent. Raises Unavailable, sqlite3.DatabaseError."""
    return SqliteStore.open(path, (keys.BY_ACTOR, keys.BY_TARGET), feed=frozenset({keys.SWEEP}))
