"""The SQLite store keeps the contract, and what only a file can promise."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import SystemRandom

import pytest

from local.sqlite_store import Change, SqliteStore
from roster.clock import Deadline
from roster.db.store import Absent, Delete, Index, Key, Malformed, Present, Put, Refused, Store, Update
from roster.errors import Fault, Unavailable, is_passing
from tests.store.contract import (
    BY_ACTOR,
    KEY,
    LEFT,
    PROCESSES,
    RIGHT,
    TIMES,
    TOTAL,
    StoreConcurrencyContract,
    StoreContract,
    contents,
    count_up,
    item,
    items_of,
    move,
    sort_keys,
    together,
    token,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore.open(path, (BY_ACTOR,))
    yield store
    store.close()


class OnSqlite:
    @pytest.fixture
    def opener(self, path: Path) -> Callable[[], Store]:
        return partial(SqliteStore.open, path, (BY_ACTOR,))


class TestContract(OnSqlite, StoreContract):
    pass


class TestConcurrency(OnSqlite, StoreConcurrencyContract):
    pass


# The feed of changes.


def test_each_change_of_an_item_is_told_in_order(store: SqliteStore) -> None:
    store.write(Put(item(n=1)))
    store.write(Update(KEY, add={"n": 1}))
    store.bulk_put([item(n=2), item("b")])
    store.transact([Delete(KEY), Put(item("b", n=1))], token=token())
    told = store.changes(0)
    assert [(change.event, change.key.sk, change.new) for change in told] == [
        ("INSERT", "a", item(n=1)),
        ("MODIFY", "a", item(n=2)),
        ("INSERT", "b", item("b")),
        ("REMOVE", "a", None),
        ("MODIFY", "b", item("b", n=1)),
    ]
    numbers = [change.sequence for change in told]
    assert numbers == sorted(set(numbers))
    assert store.changes(0, limit=2) == told[:2]
    assert store.changes(told[1].sequence) == told[2:]
    assert store.changes(numbers[-1]) == []


def test_what_changes_nothing_is_not_told(store: SqliteStore) -> None:
    store.write(Put(item(n=1, m=[True])))
    before = store.changes(0)
    store.write(Put(item(m=[True], n=1)))
    store.bulk_put([item(n=1, m=[True])])
    store.write(Update(KEY, add={"n": 0}))
    store.write(Delete(Key("p", "b")))
    with pytest.raises(Refused):
        store.transact([Put(item("c")), Put(item(), Absent())], token=token())
    assert store.changes(0) == before
    store.write(Put(item(n=1, m=[1])))
    assert len(store.changes(0)) == 2


def test_the_feed_tells_of_its_items_only(path: Path) -> None:
    store = SqliteStore.open(path, feed=lambda key: key.pk in ("p", "q"))
    store.bulk_put([item("a", pk) for pk in "opqr"])
    assert [change.key for change in store.changes(0)] == [Key("p", "a"), Key("q", "a")]
    store.close()


# The file.


def test_all_that_was_written_survives_a_restart(path: Path) -> None:
    store, same = SqliteStore.open(path, (BY_ACTOR,)), token()
    operations = [Update(KEY, set={"actor": "u"}, add={"n": 1})]
    store.transact(operations, token=same)
    told = store.changes(0)
    store.close()

    again = SqliteStore.open(path)
    again.transact(operations, token=same)
    assert again.query("u", index=BY_ACTOR).items == [item(actor="u", n=1)]
    assert again.changes(0) == told == [Change(1, "INSERT", KEY, item(actor="u", n=1))]
    again.write(Update(KEY, remove=("actor",)))
    assert again.query("u", index=BY_ACTOR).items == []
    again.close()


def test_an_index_that_is_new_to_the_file_is_filled(path: Path) -> None:
    store = SqliteStore.open(path)
    store.bulk_put([item("1", actor="u"), item("2"), item("3", actor="v", target="u")])
    with pytest.raises(Malformed):
        store.query("u", index=BY_ACTOR)
    store.close()

    by_target = Index("ByTarget", "target")
    again = SqliteStore.open(path, (BY_ACTOR, by_target))
    assert sort_keys(again.query("u", index=BY_ACTOR)) == ["1"]
    assert sort_keys(again.query("u", index=by_target)) == ["3"]
    again.close()


def test_a_closed_store_takes_the_file_up_again(store: SqliteStore, path: Path) -> None:
    store.write(Put(item()))
    store.close()
    assert [found.name for found in path.parent.iterdir()] == ["table.db"]
    assert store.get(KEY) == item()


def test_many_may_open_a_file_that_is_not_there_yet(path: Path) -> None:
    def work(number: int) -> None:
        store = SqliteStore.open(path, (BY_ACTOR,))
        store.write(Put(item(str(number), actor="u")))
        store.close()

    together(8, work)
    store = SqliteStore.open(path)
    assert sort_keys(store.query("u", index=BY_ACTOR)) == [str(number) for number in range(8)]
    store.close()


def test_a_file_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "table.db"
    with pytest.raises(Unavailable) as caught:
        SqliteStore.open(path)
    assert caught.value.fault == Fault("FileNotFoundError", False, "open", str(path))


def test_a_string_that_is_not_unicode_is_malformed(store: SqliteStore) -> None:
    for invalid in (item(x="\ud800"), item("\udfff"), item(**{"\ud800": 1})):
        with pytest.raises(Malformed):
            store.write(Put(invalid))
    assert contents(store) == {}


def test_a_token_is_forgotten_after_ten_minutes(path: Path) -> None:
    now = [1_000_000.0]
    store = SqliteStore.open(path, clock=lambda: now[0])
    operations = [Update(KEY, add={"n": 1})]
    store.transact(operations, token="t")
    now[0] += 599
    store.transact(operations, token="t")
    assert store.get(KEY) == item(n=1)
    now[0] += 1
    store.transact(operations, token="t")
    assert store.get(KEY) == item(n=2)
    store.close()


# Other writers.


@pytest.fixture
def writer(store: SqliteStore, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a write."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_a_writer_that_stays_beyond_the_deadline_is_unavailable(
    store: SqliteStore, writer: sqlite3.Connection
) -> None:
    bound = store.within(Deadline.after(0.05))
    with pytest.raises(Unavailable) as caught:
        bound.write(Put(item()))
    assert is_passing(caught.value)
    assert store.within(Deadline.after(30)).get(KEY) is None
    writer.execute("ROLLBACK")
    store.write(Put(item()))
    assert store.get(KEY) == item()


def test_a_write_waits_for_the_writer_before_it(store: SqliteStore, writer: sqlite3.Connection) -> None:
    looks = []

    def clock() -> float:
        looks.append(writer.in_transaction)
        if len(looks) == 10:
            writer.execute("ROLLBACK")
        return 0.0

    store.within(Deadline(1.0, clock)).write(Put(item()))
    assert looks.count(True) == 10
    assert store.get(KEY) == item()


def test_nothing_is_done_after_the_deadline(store: SqliteStore) -> None:
    late = store.within(Deadline(1.0, lambda: 1.0))
    with pytest.raises(Unavailable):
        late.get(KEY)
    with pytest.raises(Unavailable):
        late.write(Put(item()))
    assert store.get(KEY) is None


def test_a_batch_is_a_snapshot(store: SqliteStore) -> None:
    store.bulk_put([{**LEFT.attributes(), "n": 100}, {**RIGHT.attributes(), "n": 0}])

    def sums() -> set[int]:
        seen = set()
        for _ in range(200):
            left, right = store.batch_get([LEFT, RIGHT]).values()
            assert isinstance(left["n"], int)
            assert isinstance(right["n"], int)
            seen.add(left["n"] + right["n"])
        return seen

    def moves() -> set[int]:
        return {100 for _ in range(100) if move(store, 1)}

    assert together(4, lambda worker: moves() if worker == 0 else sums()) == [{100}] * 4


def test_no_connection_lives_through_a_fork(store: SqliteStore, path: Path) -> None:
    log = path.with_name("table.db-wal")  # SQLite removes it with the last connection
    store.write(Put(item()))
    assert log.exists()
    child = get_context("fork").Process(target=int)
    child.start()
    assert not log.exists()
    child.join()
    assert store.get(KEY) == item()


def test_a_store_may_be_used_on_both_sides_of_a_fork(store: SqliteStore, path: Path) -> None:
    store.write(Update(TOTAL, add={"n": 1}))
    children = [
        get_context("fork").Process(target=count_up, args=(lambda: store, TIMES)) for _ in range(PROCESSES)
    ]
    for child in children:
        child.start()
    count_up(lambda: store, TIMES)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * PROCESSES
    assert store.get(TOTAL) == {**TOTAL.attributes(), "n": 1 + (PROCESSES + 1) * TIMES}


# Death.


def write_and_tell(path: Path, first: int, line: Connection) -> None:
    """Number transactions from `first` and send the number of each that was acknowledged, until killed."""
    store = SqliteStore.open(path, (BY_ACTOR,))
    number = first
    while True:
        row, copy = item(f"{number:06}", "rows", actor="u"), item(f"{number:06}", "copies")
        counter = Update(TOTAL, add={"n": 1}, condition=Present() if number else None)
        store.transact([Put(row, Absent()), counter, Put(copy)], token=token())
        line.send(number)
        number += 1


def rest_of(line: Connection) -> list[int]:
    """What is still in a line whose other end is gone."""
    numbers = []
    with line:
        while True:
            try:
                numbers.append(line.recv())
            except EOFError:
                return numbers


def test_a_killed_writer_loses_nothing_that_was_acknowledged(path: Path) -> None:
    spawn, chance = get_context("spawn"), SystemRandom()
    first = 0
    for _ in range(5):
        ours, theirs = spawn.Pipe(duplex=False)
        child = spawn.Process(target=write_and_tell, args=(path, first, theirs))
        child.start()
        theirs.close()
        told = [ours.recv() for _ in range(chance.randint(1, 60))]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        told += rest_of(ours)
        child.join()
        child.close()

        store = SqliteStore.open(path)
        rows = [found["SK"] for found in items_of(lambda place: store.query("rows", start=place))]  # noqa: B023
        assert told == list(range(first, first + len(told)))
        assert len(rows) in (first + len(told), first + len(told) + 1)
        assert rows == [f"{number:06}" for number in range(len(rows))]
        assert sort_keys(store.query("copies")) == sort_keys(store.query("u", index=BY_ACTOR)) == rows
        assert store.get(TOTAL) == {**TOTAL.attributes(), "n": len(rows)}
        assert len(store.changes(0, limit=1_000_000)) == 3 * len(rows)
        store.close()
        first = len(rows)
