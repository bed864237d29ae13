"""What has expired leaves the embedded store, as DynamoDB's TTL takes it; no test waits for a clock."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from cli.main import main
from cli.verify import verify
from local.embedded import open_embedded
from local.expiry import REST_SECONDS, keep_removing
from local.sqlite_store import SqliteStore
from local.streams import StoreFeed
from roster.db import keys
from roster.db.store import Absent, Delete, Item, Key, Put, Refused, Update, Value
from roster.errors import Unavailable
from tests.store.contract import BY_ACTOR, contents, item, items_of, sort_keys, together, token
from tests.support.served import ROOT, served
from tests.tools import damage


@dataclass
class Seconds:
    """A clock in seconds of the epoch, which stands until it is moved."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def store(tmp_path: Path, clock: Seconds) -> Iterator[SqliteStore]:
    store = SqliteStore.open(tmp_path / "table.db", (BY_ACTOR,), clock=clock)
    yield store
    store.close()


def everything(store: SqliteStore) -> list[Item]:
    return items_of(lambda start: store.scan(start=start))


def remove_all(store: SqliteStore) -> int:
    """Remove batch by batch until none is found; how many there were."""
    total = 0
    while found := store.remove_expired():
        total += found
    return total


# What goes.


def test_fs_14_sessions_tokens_answers_and_attempts_go_and_all_else_stays(
    tmp_path: Path, clock: Seconds
) -> None:
    store = open_embedded(tmp_path / "roster.db", clock=clock)
    clock.now = damage.NOW.timestamp()
    damage.whole(store)
    before = everything(store)
    assert store.remove_expired() == 0
    mortal = {Key.of(one): one["ttl"] for one in before if "ttl" in one}
    families = (keys.SESSIONS, keys.ANSWERS, keys.FAMILIES)
    assert all(any(key.sk.startswith(kind) for key in mortal) for kind in families)
    assert keys.attempts("ann@example.com") in mortal

    clock.now = (damage.NOW + timedelta(days=2)).timestamp()  # answers and attempts live a day
    remove_all(store)
    left = {Key.of(one) for one in everything(store)}
    assert left == {Key.of(one) for one in before} - {
        k for k, ttl in mortal.items() if _whole(ttl) < clock.now
    }
    assert keys.attempts("ann@example.com") not in left
    assert any(key.sk.startswith(keys.SESSIONS) for key in left)

    clock.now = (damage.NOW + timedelta(days=10_000)).timestamp()
    assert remove_all(store) > 0
    assert everything(store) == [one for one in before if "ttl" not in one]
    assert verify(store, now=damage.NOW + timedelta(days=10_000)).broken == []
    store.close()


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize(
    ("ttl", "goes"),
    [
        (999_999, True),
        (1_000_000, False),
        (1_000_001, False),
        (0, True),
        ("999999", False),
        (True, False),
        (None, False),
        ([999_999], False),
        (-(10**30), False),
        (10**30, False),
    ],
    ids=lambda value: f"FS-14-{value}" if not isinstance(value, bool) else str(value),
)
def test_an_item_goes_when_its_moment_is_past(store: SqliteStore, ttl: Value, goes: bool) -> None:
    store.bulk_put([item("a", ttl=ttl), item("b", nested={"ttl": 1}, text='"ttl":1')])
    assert store.remove_expired() == int(goes)
    assert sort_keys(store.query("p")) == (["b"] if goes else ["a", "b"])


def test_fs_14_the_moment_follows_every_write(store: SqliteStore, clock: Seconds) -> None:
    store.bulk_put([item(name, ttl=10) for name in "abcdefg"])
    store.write(Update(Key("p", "a"), set={"ttl": 2_000_000}))
    store.write(Update(Key("p", "b"), remove=("ttl",)))
    store.write(Put(item("c", n=1)))
    store.write(Put(item("d", ttl=2_000_000)))
    store.write(Delete(Key("p", "e")))
    store.transact(
        [Put(item("e", ttl=3_000_000)), Update(Key("p", "f"), add={"ttl": 1_999_990})], token=token()
    )
    with pytest.raises(Refused):
        store.write(Put(item("g", n=1), condition=_never()))
    assert store.remove_expired() == 1
    assert sort_keys(store.query("p")) == ["a", "b", "c", "d", "e", "f"]
    clock.now = 2_000_001
    assert remove_all(store) == 3
    assert sort_keys(store.query("p")) == ["b", "c", "e"]
    clock.now = 1e12
    assert remove_all(store) == 1
    assert sort_keys(store.query("p")) == ["b", "c"]


def _never() -> Absent:
    return Absent("PK")


def test_fs_14_batches_are_bounded_and_the_longest_gone_go_first(store: SqliteStore) -> None:
    store.bulk_put([item(f"{n:04}", ttl=1000 - n) for n in range(250)])
    assert [store.remove_expired(limit=2), len(everything(store))] == [2, 248]
    assert sort_keys(store.query("p", forward=False, limit=1)) == ["0247"]
    assert [store.remove_expired() for _ in range(4)] == [100, 100, 48, 0]
    assert everything(store) == []


def test_fs_14_a_removal_leaves_the_index_and_is_told_as_one(store: SqliteStore) -> None:
    store.write(Put(item("a", actor="u", ttl=10)))
    store.remove_expired()
    assert store.query("u", index=BY_ACTOR).items == []
    assert [(change.event, change.key.sk) for change in store.changes(0)] == [
        ("INSERT", "a"),
        ("REMOVE", "a"),
    ]


def test_fs_14_many_who_remove_at_once_take_each_item_once(tmp_path: Path, clock: Seconds) -> None:
    first = SqliteStore.open(tmp_path / "table.db", clock=clock)
    first.bulk_put([item(f"{n:04}", ttl=n) for n in range(300)] + [item("kept")])

    def work(_: int) -> int:
        store = SqliteStore.open(tmp_path / "table.db", clock=clock)
        total = 0
        while found := store.remove_expired(limit=7):
            total += found
        store.close()
        return total

    assert sum(together(4, work)) == 300
    assert sort_keys(first.query("p")) == ["kept"]
    assert len([change for change in first.changes(0, limit=1000) if change.event == "REMOVE"]) == 300
    first.close()


def test_fs_14_nothing_is_locked_where_nothing_has_expired(store: SqliteStore, tmp_path: Path) -> None:
    store.write(Put(item("a", ttl=2_000_000)))
    other = sqlite3.connect(tmp_path / "table.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # would make a writer wait for ten seconds, and fail
    assert store.remove_expired() == 0
    other.close()


# Files of older and newer versions.

# As commit da72a9a made it: its statements, word for word.
OLD_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
        pk TEXT NOT NULL, sk TEXT NOT NULL, size INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (pk, sk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
        name TEXT NOT NULL, hash TEXT NOT NULL, sk TEXT NOT NULL, pk TEXT NOT NULL,
        PRIMARY KEY (name, hash, sk, pk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS definition (name TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (
        token TEXT PRIMARY KEY, digest BLOB NOT NULL, expires REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS token_by_expiry ON token (expires);
CREATE TABLE IF NOT EXISTS change (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL,
        pk TEXT NOT NULL, sk TEXT NOT NULL, size INTEGER, body TEXT);
INSERT INTO item VALUES ('p', 'gone', 20, '{"n":1,"ttl":10}');
INSERT INTO item VALUES ('p', 'later', 20, '{"n":2,"ttl":2000000}');
INSERT INTO item VALUES ('p', 'kept', 20, '{"n":3,"text":"\\"ttl\\":1"}');
INSERT INTO change (event, pk, sk, size, body) VALUES ('INSERT', 'p', 'gone', 20, '{"n":1,"ttl":10}');
"""


def test_fs_14_a_file_of_the_first_version_is_taken_and_moved_on(tmp_path: Path, clock: Seconds) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    old.execute("PRAGMA journal_mode = WAL")
    old.executescript(OLD_SCHEMA)
    old.close()

    store = SqliteStore.open(path, (BY_ACTOR,), clock=clock)
    assert len(contents(store)) == 3
    assert store.remove_expired() == 1
    assert sort_keys(store.query("p")) == ["kept", "later"]
    store.write(Update(Key("p", "later"), set={"ttl": 20}))
    store.close()

    again = SqliteStore.open(path, clock=clock)
    assert again.remove_expired() == 1
    assert sort_keys(again.query("p")) == ["kept"]
    assert [change.event for change in again.changes(0)] == ["INSERT", "REMOVE", "MODIFY", "REMOVE"]
    again.close()


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A store of a version that is not written yet."""
    path = tmp_path / "newer.db"
    open_embedded(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    return path


def test_fs_14_a_file_of_a_newer_version_is_refused_by_the_command(
    newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--store", str(newer)]) == 2
    assert capsys.readouterr().err == f"roster: {newer}: a newer version of Roster wrote this store\n"


def test_fs_14_a_file_of_a_newer_version_is_refused_by_the_server(newer: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.run"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers/roster'}", "PORT": "0", "STORE": str(newer)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    told = f"roster: STORE={newer}: a newer version of Roster wrote this store\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


# While the server runs.


def paused(results: list[int | Exception], opens: list[Exception] | None = None) -> list[float]:
    """How long `keep_removing` rests after each of these batches."""
    rests: list[float] = []
    failures = list(opens or [])

    def remove() -> int:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def open_store() -> Callable[[], int]:
        if failures:
            raise failures.pop(0)
        return remove

    async def run() -> None:
        async def sleep(seconds: float) -> None:
            rests.append(seconds)
            if not results:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await keep_removing(open_store, sleep=sleep)

    asyncio.run(run())
    return rests


def test_fs_14_batches_follow_each_other_until_none_is_found() -> None:
    first, second, third = paused([100, 3, 0])
    assert first == second < 1
    assert third == REST_SECONDS


def test_fs_14_a_failure_is_told_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert paused([Unavailable(), 0], [OSError("away")]) == [REST_SECONDS] * 3
    assert len(caplog.messages) == 2


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; fail when a minute is over."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never held"
        threading.Event().wait(0.05)


@pytest.mark.real
def test_fs_14_a_server_removes_what_expired_before_its_start(tmp_path: Path) -> None:
    path = tmp_path / "roster.db"
    store = open_embedded(path)
    mortal = [keys.session("u", str(n)).attributes() for n in range(150)]
    store.bulk_put([{**one, "v": 1, "ttl": 1_500_000_000} for one in mortal])
    store.bulk_put([{**keys.session("u", "alive").attributes(), "v": 1, "ttl": 9_000_000_000}])
    with served(tmp_path, STORE=str(path)):
        until(lambda: len(store.query(keys.user("u").pk).items) == 1)
    assert store.get(keys.session("u", "alive")) is not None
    store.close()


# Changes that were acted on.


def test_fs_14_a_change_that_was_taken_is_forgotten_and_its_number_never_used_again(
    store: SqliteStore,
) -> None:
    feed = StoreFeed(store.changes, store.forget_changes)
    store.bulk_put([item(name) for name in "abc"])
    first = feed.read(10)
    feed.advance(2)
    assert [change.key.sk for change in store.changes(0)] == ["c"]
    assert [record["eventID"] for record in feed.read(10)] == [first[2]["eventID"]]
    feed.advance(1)
    assert store.changes(0) == []
    store.write(Put(item("d")))
    assert [int(record["eventID"]) for record in feed.read(10)] == [int(first[2]["eventID"]) + 1]
    again = StoreFeed(store.changes, store.forget_changes)
    assert [record["dynamodb"]["Keys"]["SK"]["S"] for record in again.read(10)] == ["d"]
