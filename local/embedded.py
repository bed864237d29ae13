"""The embedded store as Roster uses it: one file with the table's indexes and the sweeps' feed."""

from pathlib import Path

from local.sqlite_store import SqliteStore
from roster.table import keys


def open_embedded(path: Path | str) -> SqliteStore:
    """The directory in a file, made where it is absent. For development, demos and small private sites."""
    return SqliteStore.open(path, (keys.BY_ACTOR, keys.BY_TARGET), feed=frozenset({keys.SWEEP}))
