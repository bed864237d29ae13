"""The embedded store: DynamoDB's semantics over one SQLite file, for development and small private sites.

item         a row an item, in the order of its key
entry        the indexes: a row for each item that has the attribute
definition   which indexes the file keeps
token        transactions of the last ten minutes
change       what was written, for those who follow the stream
expiry       when items expire: a row for each item whose `ttl` is a moment
message      queues: a row for each message that is still to be done (`sqlite_queues.py`)

`PRAGMA user_version` counts the schema's versions: 0 had no expiry. A file of an older version is moved on
where it is opened. `PRAGMA application_id` marks the file as a store of Roster, so that no other program's
file gets our tables; the first versions did not set it.

While the file is in use its journal mode is WAL; the last process to close it sets it back. Hence a file in
mode WAL without its journal was copied from under a process that used it (`lacks_journal`).
"""

import atexit
import errno
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import starmap
from pathlib import Path
from typing import Literal, Self, TypeAlias, TypeVar
from zlib import crc32

from local import private_files
from local.sqlite_items import (
    Row,
    Step,
    check_distinct,
    check_key,
    check_key_part,
    digest,
    reach,
    steps_of,
    successor,
)
from roster.clock import Deadline
from roster.db.store import (
    Delete,
    Index,
    Item,
    Key,
    Malformed,
    Operation,
    Page,
    Put,
    Refusal,
    Refused,
    Update,
)
from roster.errors import Fault, Unavailable

_PAGE = 1024 * 1024  # bytes of items after which a page ends
_REMEMBERED = 600  # seconds in which the repeat of a token is harmless
_PATIENCE = 10.0  # seconds that a call without a deadline waits for the file
_EXPIRED_AT_ONCE = 100  # items that one transaction removes, so that no writer waits long
_PAUSE = 0.001  # seconds between two tries; SQLite's own waiting grows to 100 ms

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS item (
        pk TEXT NOT NULL, sk TEXT NOT NULL, size INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (pk, sk)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS entry (
        name TEXT NOT NULL, hash TEXT NOT NULL, sk TEXT NOT NULL, pk TEXT NOT NULL,
        PRIMARY KEY (name, hash, sk, pk)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS definition (name TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS token (
        token TEXT PRIMARY KEY, digest BLOB NOT NULL, expires REAL NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS token_by_expiry ON token (expires)",
    """CREATE TABLE IF NOT EXISTS change (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL,
        pk TEXT NOT NULL, sk TEXT NOT NULL, size INTEGER, body TEXT)""",
    """CREATE TABLE IF NOT EXISTS expiry (
        moment INTEGER NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL,
        PRIMARY KEY (moment, pk, sk)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS message (
        id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL,
        sent REAL NOT NULL, due REAL NOT NULL, received INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX IF NOT EXISTS message_by_due ON message (queue, due)",
)
_VERSION = 1
_JOURNALS = ("-wal", "-shm", "-journal")
_APPLICATION_ID = int.from_bytes(b"Rost")
_FIRST_TABLES = {"item", "entry", "definition", "token", "change"}
"""Those of a store from before it was marked."""

# By direction: forward or not. A bound of `b""` lies beyond every text.
_QUERY = {
    True: "SELECT pk, sk, size, body FROM item WHERE pk = ? AND sk >= ? AND sk < ? ORDER BY sk",
    False: "SELECT pk, sk, size, body FROM item WHERE pk = ? AND sk >= ? AND sk < ? ORDER BY sk DESC",
}
_QUERY_INDEX = {
    True: """SELECT item.pk, item.sk, size, body FROM entry CROSS JOIN item USING (pk, sk)
        WHERE name = ? AND hash = ? AND (entry.sk, entry.pk) >= (?, ?) AND (entry.sk, entry.pk) < (?, ?)
        ORDER BY entry.sk, entry.pk""",
    False: """SELECT item.pk, item.sk, size, body FROM entry CROSS JOIN item USING (pk, sk)
        WHERE name = ? AND hash = ? AND (entry.sk, entry.pk) >= (?, ?) AND (entry.sk, entry.pk) < (?, ?)
        ORDER BY entry.sk DESC, entry.pk DESC""",
}
_SCAN = "SELECT pk, sk, size, body FROM item WHERE (pk, sk) >= (?, ?) ORDER BY pk, sk"
_TTL = '"ttl":'  # as it stands in a row's body
_THAT_MAY_EXPIRE = "SELECT pk, sk, size, body FROM item WHERE instr(body, ?)"

_CONTENDED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_AWAY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}

_T = TypeVar("_T")
_Entry: TypeAlias = tuple[str, str, str, str]
_Expiry: TypeAlias = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class _Move:
    """What a write makes of an item: its row before and after."""

    key: Key
    old: Row | None
    new: Row | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one item, numbered in the order of writing; `new` is None where it was removed."""

    sequence: int
    event: Literal["INSERT", "MODIFY", "REMOVE"]
    key: Key
    new: Item | None


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """A `roster.db.store.Store` in one file, for any number of threads and processes.

    `Unavailable` means that another writer had the file until the deadline (without one: ten
    seconds), or that the disk failed. Integers that grow beyond 38 digits are `Malformed`.
    """

    _pool: "_Pool"
    _indexes: tuple[Index, ...]
    _feed: Callable[[Key], bool] | None
    _clock: Callable[[], float]
    _deadline: Deadline | None = None

    @classmethod
    def open(
        cls,
        path: str | Path,
        indexes: tuple[Index, ...] = (),
        *,
        feed: Callable[[Key], bool] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> "SqliteStore":
        """The table in the file, made where it is absent; only its owner may read it and its journals.

        The file remembers its indexes: given ones that are new to it are filled. `feed` says of
        which items the changes are kept (None: all); `clock` gives seconds of the epoch, for tokens and
        for what expires. Raises Unavailable, and sqlite3.DatabaseError for a file that is no store of ours.
        """
        store = cls(_Pool(path), indexes, feed, clock)
        kept = store._run(store._create, writing=True)
        return replace(store, _indexes=kept)

    def within(self, deadline: Deadline) -> Self:
        return replace(self, _deadline=deadline)

    def close(self) -> None:
        """Close the file after the running calls; a later call opens it again."""
        self._pool.drain()
        _set_mode_back(self._pool.path)

    # Reads.

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        return self.batch_get([key]).get(key)

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        for key in keys:
            check_key(key)
        rows = self._run(lambda connection: _rows(connection, keys))
        return {key: row.item() for key, row in rows.items()}

    def query(
        self,
        pk: str,
        *,
        index: Index | None = None,
        begins: str = "",
        between: tuple[str, str] | None = None,
        limit: int | None = None,
        forward: bool = True,
        start: Key | None = None,
        consistent: bool = True,
    ) -> Page:
        check_key_part(pk)
        low, high = reach(begins, between)
        if start is not None:
            check_key(start)
            if start.sk < low or (high is not None and start.sk >= high):
                raise Malformed("a start outside of the query")
        end = b"" if high is None else high
        if index is not None:
            return self._query_index(index, pk, low, end, limit, forward, start)
        if start is not None:
            if start.pk != pk:
                raise Malformed("a start in another partition")
            low, end = (successor(start.sk), end) if forward else (low, start.sk)
        return self._page(_QUERY[forward], (pk, low, end), limit)

    def scan(
        self, *, segment: int = 0, segments: int = 1, limit: int | None = None, start: Key | None = None
    ) -> Page:
        if not 0 <= segment < segments:
            raise Malformed("a segment that there is not")
        if start is not None:
            check_key(start)
        first = ("", "") if start is None else (start.pk, successor(start.sk))
        return self._page(_SCAN, first, limit, lambda pk: crc32(pk.encode()) % segments == segment)

    def changes(self, after: int, limit: int = 100) -> list[Change]:
        """At most `limit` changes numbered above `after`, in the order of writing."""
        rows = self._run(
            lambda connection: connection.execute(
                "SELECT sequence, event, pk, sk, size, body FROM change WHERE sequence > ? "
                "ORDER BY sequence LIMIT ?",
                (after, limit),
            ).fetchall()
        )
        return [
            Change(
                sequence, event, Key(pk, sk), None if body is None else Row(Key(pk, sk), size, body).item()
            )
            for sequence, event, pk, sk, size, body in rows
        ]

    def forget_changes(self, last: int) -> None:
        """Remove the changes up to this number: whoever follows them has acted on them."""
        self._run(
            lambda connection: connection.execute("DELETE FROM change WHERE sequence <= ?", (last,)),
            writing=True,
        )

    # Writes.

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        if returning and not isinstance(operation, Update):
            raise Malformed("only an update returns the new item")
        step = Step.of(operation)
        (move,) = self._run(lambda connection: self._apply(connection, [step]), writing=True)
        return move.new.item() if returning and move.new else None

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        steps = steps_of(operations, token)
        fingerprint = digest(operations)

        def work(connection: sqlite3.Connection) -> None:
            now = self._clock()
            connection.execute("DELETE FROM token WHERE expires <= ?", (now,))
            known = connection.execute("SELECT digest FROM token WHERE token = ?", (token,)).fetchone()
            if known is None:
                self._apply(connection, steps)
                connection.execute(
                    "INSERT INTO token VALUES (?, ?, ?)", (token, fingerprint, now + _REMEMBERED)
                )
            elif known != (fingerprint,):
                raise Malformed("a token of another transaction")

        self._run(work, writing=True)

    def pause(self, attempt: int) -> None:
        deadline = self._deadline or Deadline.after(_PATIENCE)
        if deadline.left() <= _PAUSE:
            raise Unavailable
        time.sleep(_PAUSE)

    def bulk_put(self, items: Sequence[Item]) -> None:
        rows = [Row.of(item) for item in items]
        check_distinct(row.key for row in rows)

        def work(connection: sqlite3.Connection) -> None:
            old = _rows(connection, [row.key for row in rows])
            self._save(connection, [_Move(row.key, old.get(row.key), row) for row in rows])

        self._run(work, writing=True)

    # The whole.

    def backup(self, path: Path) -> None:
        """Write the store as it is at one moment into `path`, a private file of its own, while others use it.

        The copy replaces a file of that name once it is whole. Raises OSError.
        """
        with private_files.draft(path) as copy, self._pool.connection() as connection:
            try:
                with closing(sqlite3.connect(copy, isolation_level=None)) as target:
                    connection.backup(target)
                    target.execute("PRAGMA journal_mode = DELETE")
                    damage = target.execute("PRAGMA quick_check(1)").fetchone() != ("ok",)
            except sqlite3.Error as error:
                raise OSError(errno.EIO, str(error), str(path)) from error
            finally:
                for journal in _JOURNALS:
                    Path(f"{copy}{journal}").unlink(missing_ok=True)
            if damage:
                raise OSError(errno.EIO, "the copy is damaged, and so may be the store", str(path))

    # Time to live.

    def remove_expired(self, limit: int = _EXPIRED_AT_ONCE) -> int:
        """Remove at most `limit` items whose `ttl` is past. Returns how many it found.

        As DynamoDB's TTL: `ttl` is a number of seconds of the epoch, and an item goes some time after it,
        whoever reads before. Each removal is a change like any other; the cleanup needs none of them. Unlike
        DynamoDB's, items that expired more than five years ago go too. Safe with other processes that do
        the same.
        """

        def work(connection: sqlite3.Connection) -> int:
            # The second before this one: DynamoDB removes what is past, not what is just now.
            found: list[_Expiry] = connection.execute(
                "SELECT moment, pk, sk FROM expiry WHERE moment < ? ORDER BY moment LIMIT ?",
                (int(self._clock()), limit),
            ).fetchall()
            rows = _rows(connection, [Key(pk, sk) for _, pk, sk in found])
            expired = [row for row in rows.values() if _expiry(row) in found]
            self._save(connection, [_Move(row.key, row, None) for row in expired])
            # None is left, unless another program wrote the items.
            connection.executemany("DELETE FROM expiry WHERE moment = ? AND pk = ? AND sk = ?", found)
            return len(found)

        # Asked before the turn to write is taken: mostly there is nothing to do.
        nearest = self._run(
            lambda connection: connection.execute("SELECT MIN(moment) FROM expiry").fetchone()
        )
        if nearest[0] is None or nearest[0] >= int(self._clock()):
            return 0
        return self._run(work, writing=True)

    # For what else the file holds.

    def run(self, work: Callable[[sqlite3.Connection], _T], *, writing: bool = False) -> _T:
        """The result of `work` in one transaction of the file. Raises Unavailable."""
        return self._run(work, writing=writing)

    def clock(self) -> float:
        """The present in seconds of the epoch."""
        return self._clock()

    # Inside.

    def _run(self, work: Callable[[sqlite3.Connection], _T], *, writing: bool = False) -> _T:
        """The result of `work`, done in one transaction; tried anew while another has the file."""
        deadline = self._deadline or Deadline.after(_PATIENCE)
        while True:
            left = deadline.left()
            if left <= 0:
                raise Unavailable
            try:
                with self._pool.connection() as connection:
                    if not writing:
                        return _transaction(connection, "BEGIN", work)
                    with self._pool.turn(left):
                        return _transaction(connection, "BEGIN IMMEDIATE", work)
            except sqlite3.OperationalError as error:
                code = error.sqlite_errorcode & 0xFF
                if code in _AWAY or (code in _CONTENDED and deadline.left() <= _PAUSE):
                    operation = "write" if writing else "read"
                    fault = Fault(error.sqlite_errorname, code in _CONTENDED, operation, str(self._pool.path))
                    raise Unavailable(fault=fault) from error
                if code not in _CONTENDED:
                    raise
            time.sleep(_PAUSE)

    def _create(self, connection: sqlite3.Connection) -> tuple[Index, ...]:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise sqlite3.DatabaseError("a newer version of Roster wrote this store")
        for statement in _SCHEMA:
            connection.execute(statement)
        if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        if version < _VERSION:
            rows = connection.execute(_THAT_MAY_EXPIRE, (_TTL,))
            _note_expiries(connection, (_Move(row.key, None, row) for row in starmap(_row, rows)))
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        kept = dict(connection.execute("SELECT name, hash FROM definition"))
        for index in self._indexes:
            if kept.get(index.name) != index.hash:
                kept[index.name] = index.hash
                connection.execute("REPLACE INTO definition VALUES (?, ?)", (index.name, index.hash))
                connection.execute("DELETE FROM entry WHERE name = ?", (index.name,))
                rows = connection.execute(_SCAN, ("", ""))
                _enter(connection, index, [_Move(row.key, None, row) for row in starmap(_row, rows)])
        return tuple(Index(name, hash_) for name, hash_ in kept.items())

    def _apply(self, connection: sqlite3.Connection, steps: Sequence[Step]) -> list[_Move]:
        old = _rows(connection, [step.key for step in steps])
        moves: list[_Move] = []
        refusals = []
        for position, step in enumerate(steps):
            before = old.get(step.key)
            if step.holds(before):
                moves.append(_Move(step.key, before, step.outcome(before)))
            else:
                refusals.append(Refusal(position, before.item() if before else None))
        if refusals:
            raise Refused(refusals)
        self._save(connection, moves)
        return moves

    def _save(self, connection: sqlite3.Connection, moves: Sequence[_Move]) -> None:
        changed = [move for move in moves if move.old != move.new]
        connection.executemany(
            "DELETE FROM item WHERE pk = ? AND sk = ?",
            [(move.key.pk, move.key.sk) for move in changed if move.new is None],
        )
        connection.executemany(
            "REPLACE INTO item VALUES (?, ?, ?, ?)",
            [(row.key.pk, row.key.sk, row.size, row.body) for move in changed if (row := move.new)],
        )
        for index in self._indexes:
            _enter(connection, index, changed)
        _note_expiries(connection, changed)
        connection.executemany(
            "INSERT INTO change (event, pk, sk, size, body) VALUES (?, ?, ?, ?, ?)",
            [_record(move) for move in changed if self._feed is None or self._feed(move.key)],
        )

    def _page(
        self,
        statement: str,
        parameters: Sequence[str | bytes],
        limit: int | None,
        wanted: Callable[[str], bool] = lambda pk: True,
    ) -> Page:
        """Rows until `limit` or a megabyte of them."""
        if limit is not None and limit < 1:
            raise Malformed("a page of no items")

        def work(connection: sqlite3.Connection) -> Page:
            items: list[Item] = []
            size = 0
            with closing(connection.execute(statement, parameters)) as cursor:
                for columns in cursor:
                    if not wanted(columns[0]):
                        continue
                    row = _row(*columns)
                    items.append(row.item())
                    size += row.size
                    if len(items) == limit or size >= _PAGE:
                        return Page(items, row.key)
            return Page(items, None)

        return self._run(work)

    def _query_index(
        self,
        index: Index,
        pk: str,
        low: str,
        end: str | bytes,
        limit: int | None,
        forward: bool,
        start: Key | None,
    ) -> Page:
        if index not in self._indexes:
            raise Malformed(f"no index {index.name}")
        first: tuple[str, str] = (low, "")
        beyond: tuple[str | bytes, str] = (end, "")
        if start is not None and forward:
            first = (start.sk, successor(start.pk))
        elif start is not None:
            beyond = (start.sk, start.pk)
        return self._page(_QUERY_INDEX[forward], (index.name, pk, *first, *beyond), limit)


def _transaction(connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back where the disk is full
            connection.execute("ROLLBACK")
        raise
    return result


def _row(pk: str, sk: str, size: int, body: str) -> Row:
    return Row(Key(pk, sk), size, body)


def _rows(connection: sqlite3.Connection, keys: Iterable[Key]) -> dict[Key, Row]:
    found = {}
    for key in keys:
        columns = connection.execute(
            "SELECT pk, sk, size, body FROM item WHERE pk = ? AND sk = ?", (key.pk, key.sk)
        ).fetchone()
        if columns is not None:
            found[key] = _row(*columns)
    return found


def _enter(connection: sqlite3.Connection, index: Index, moves: Iterable[_Move]) -> None:
    """Bring the index to what the items have become."""
    gone: list[_Entry] = []
    come: list[_Entry] = []
    for move in moves:
        left, entered = _entry(index, move.old), _entry(index, move.new)
        if left != entered:
            gone += [left] if left else []
            come += [entered] if entered else []
    connection.executemany("DELETE FROM entry WHERE name = ? AND hash = ? AND sk = ? AND pk = ?", gone)
    connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", come)


def _entry(index: Index, row: Row | None) -> _Entry | None:
    if row is None or index.hash not in (item := row.item()):
        return None
    value = item[index.hash]
    check_key_part(value)
    return index.name, str(value), row.key.sk, row.key.pk


def _note_expiries(connection: sqlite3.Connection, moves: Iterable[_Move]) -> None:
    """Bring the moments of expiry to what the items have become."""
    both = [(_expiry(move.old), _expiry(move.new)) for move in moves]
    gone = [old for old, new in both if old and old != new]
    come = [new for old, new in both if new and old != new]
    connection.executemany("DELETE FROM expiry WHERE moment = ? AND pk = ? AND sk = ?", gone)
    connection.executemany("REPLACE INTO expiry VALUES (?, ?, ?)", come)


def _expiry(row: Row | None) -> _Expiry | None:
    if row is None or _TTL not in row.body:  # most items have none, and need not be read
        return None
    moment = row.item().get("ttl")
    if not isinstance(moment, int) or isinstance(moment, bool) or abs(moment) > _LATEST:
        return None
    return moment, row.key.pk, row.key.sk


_LATEST = 2**63 - 1  # what SQLite can compare


def _record(move: _Move) -> tuple[str, str, str, int | None, str | None]:
    if move.new is None:
        return "REMOVE", move.key.pk, move.key.sk, None, None
    return "MODIFY" if move.old else "INSERT", move.key.pk, move.key.sk, move.new.size, move.new.body


class _Pool:
    """Connections to one file: each serves one call at a time, and none lives through a fork.

    SQLite forbids to carry a connection over a fork, even idle: its locks belong to the process.
    """

    def __init__(self, path: str | Path) -> None:
        # Where a link leads, so that the journals stand beside the file itself.
        self.path = Path(os.path.realpath(path))
        self._idle: list[sqlite3.Connection] = []
        self._used = 0
        self._change = threading.Condition()
        self._writer = threading.Lock()
        weakref.finalize(self, _close, self._idle)
        # One at a time: no connection of this process may hold locks on a file that is opened to make it.
        with _forking:
            try:
                private_files.create(self.path)
            except OSError as error:
                fault = Fault(type(error).__name__, False, "open", str(self.path))
                raise Unavailable(fault=fault) from error
            for journal in _JOURNALS:
                private_files.tighten(f"{self.path}{journal}")
            _demand_ours(self.path)
            _pools.add(self)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection that is used by nobody else meanwhile."""
        with self._change:
            self._used += 1
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or _connect(self.path)
            yield connection
        finally:
            with self._change:
                self._used -= 1
                if connection is not None:
                    self._idle.append(connection)
                self._change.notify_all()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """The turn to write among the threads of this process; raises `Unavailable`."""
        if not self._writer.acquire(timeout=seconds):
            raise Unavailable
        try:
            yield
        finally:
            self._writer.release()

    def drain(self) -> None:
        """Wait for the calls under way and close every connection."""
        self.hold()
        self.release()

    def hold(self) -> None:
        """As `drain`, and let no call begin until `release`."""
        self._change.acquire()
        self._change.wait_for(lambda: self._used == 0)
        _close(self._idle)

    def release(self) -> None:
        self._change.release()


def _open(path: Path) -> sqlite3.Connection:
    # Never made here, where it would have the umask's mode; its journals take its own.
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None, check_same_thread=False
    )


def _connect(path: Path) -> sqlite3.Connection:
    connection = _open(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _close(connections: list[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _set_mode_back(path: Path) -> None:
    """Leave the file in a mode that needs no journal, if nobody else has it open."""
    with suppress(sqlite3.Error), closing(_open(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


@atexit.register
def _at_exit() -> None:
    """What processes that end do for stores that they did not close; their connections are closed by now."""
    for pool in list(_pools):
        _set_mode_back(pool.path)


def _demand_ours(path: Path) -> None:
    """Raise sqlite3.DatabaseError for a file of another program, before anything in it is changed."""
    if path.stat().st_size == 0:
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
    is_ours = application == _APPLICATION_ID or (application == 0 and (not tables or tables >= _FIRST_TABLES))
    if not is_ours:
        raise sqlite3.DatabaseError("a database of another program, in which nothing was changed")


def lacks_journal(path: Path) -> bool:
    """Whether the file is a copy of a store that was in use, without the journal that has the last writes.

    To be asked before the file is opened. Its 19th byte says in which mode it is read (SQLite's file format).
    """
    with open(os.path.realpath(path), "rb") as file:
        head = file.read(100)
    return head[18:19] == b"\x02" and not os.path.exists(f"{os.path.realpath(path)}-wal")


_pools: weakref.WeakSet[_Pool] = weakref.WeakSet()
_held: list[_Pool] = []
_forking = threading.Lock()


def _before_fork() -> None:
    _forking.acquire()
    _held.extend(_pools)
    for pool in _held:
        pool.hold()


def _after_fork() -> None:
    while _held:
        _held.pop().release()
    _forking.release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
