"""All of a table at one moment: of the embedded store its file, which is quick, of any other its items."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from local.sqlite_store import SqliteStore
from roster.clock import Deadline
from roster.db.store import Item, Store

PATIENCE = 60.0  # seconds
Snapshot: TypeAlias = sqlite3.Connection | list[Item]
Row: TypeAlias = tuple[str, str, object]


def everything(store: Store) -> list[Item]:
    """All items of the table, in order of key."""
    items: list[Item] = []
    start = None
    while True:
        page = store.scan(start=start)
        items += page.items
        if (start := page.next) is None:
            return sorted(items, key=lambda item: (str(item["PK"]), str(item["SK"])))


def rows(store: Store) -> list[Row]:
    """All items of the table by their keys, each in a form that tells it from any other, in order of key."""
    file = _file_of(store)
    if file is None:
        return [(str(item["PK"]), str(item["SK"]), item) for item in everything(store)]
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT pk, sk, body FROM item ORDER BY pk, sk").fetchall()


def take(store: Store) -> Snapshot:
    """The table as it is."""
    file = _file_of(store)
    if file is None:
        return everything(store)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(file)) as source:
        source.backup(memory)
    return memory


def lay_down(snapshot: Snapshot, store: Store) -> None:
    """Make an empty table of the same kind as it was when the snapshot was taken."""
    file = _file_of(store)
    if file is None:
        assert isinstance(snapshot, list)
        put_rows(store, snapshot)
    else:
        assert isinstance(snapshot, sqlite3.Connection)
        with closing(sqlite3.connect(file)) as target:
            snapshot.backup(target)


def put_rows(store: Store, items: list[Item]) -> None:
    """Write items that a test stands on: thousands of them may take longer than a request has."""
    store.within(Deadline.after(PATIENCE)).bulk_put(items)


def _file_of(store: object) -> Path | None:
    """The file of an embedded store, whatever stands around it."""
    while not isinstance(store, SqliteStore):
        store = getattr(store, "inner", None)
        if store is None:
            return None
    return store._pool.path
