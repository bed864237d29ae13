"""The model of contention: one test a rule that it takes from AWS's documentation."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bench import contention
from local.sqlite_store import SqliteStore
from roster.clock import Deadline
from roster.db import keys
from roster.db.dynamodb.transport import TransportError
from roster.db.store import (
    Absent,
    AtLeast,
    Check,
    Delete,
    Item,
    Key,
    Operation,
    Present,
    Put,
    Refused,
    Store,
    Update,
)
from roster.errors import Unavailable
from tests.support.contention import (
    INDEXES,
    SINGLE,
    TRANSACTION,
    ContendedTable,
    Latency,
    Usage,
)
from tests.support.virtual_time import VirtualTime

SHARED, OTHER = Key("SHARED", "a"), Key("OTHER", "a")
PADDING = "x" * 3_000  # an item of 3 write units, and of 1 read unit
LARGE = Put({**SHARED.attributes(), "padding": PADDING * 10})  # of 8 read units


class Model:
    """A contended table, and what its single attempts were answered."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.table = ContendedTable(self.time)
        self.failed: list[TransportError] = []

    def attempt(self, moment: float, operation: str, body: dict[str, object]) -> None:
        """One call without retries."""

        def work() -> None:
            try:
                self.table.call(operation, body, Deadline(60.0, self.time.clock))
            except TransportError as error:
                self.failed.append(error)

        self.time.start(moment, work)

    def transact(self, moment: float, *operations: Operation, token: str = "") -> None:
        body: dict[str, object] = {"operations": operations, "token": token or f"t{moment}"}
        self.attempt(moment, "TransactWriteItems", body)

    def write(self, moment: float, operation: Put | Update | Delete) -> None:
        self.attempt(moment, "UpdateItem", {"operation": operation, "returning": False})

    def do(self, moment: float, work: Callable[[Store], None]) -> None:
        """Work with the store's own retries, in 6 seconds."""
        self.time.start(moment, lambda: work(self.table.store(Deadline.after(6.0, self.time.clock))))

    def run(self) -> list[str]:
        """The errors, each as its code and its reasons."""
        self.time.run()
        self.time.close()
        return [" ".join([error.code, *(reason.code for reason in error.reasons)]) for error in self.failed]


def add(key: Key = SHARED, count: int = 1) -> Update:
    return Update(key, add={"n": count})


def check(key: Key = SHARED) -> Check:
    return Check(key, Absent("never"))


@pytest.fixture
def model() -> Model:
    return Model()


def test_a_transaction_is_cancelled_where_another_holds_an_item(model: Model) -> None:
    model.transact(0.0, add(), add(Key("A", "a")))
    model.transact(0.001, add(Key("B", "a")), add())
    assert model.run() == ["TransactionCanceledException None TransactionConflict"]
    assert model.table.items.get(SHARED) == {"PK": "SHARED", "SK": "a", "n": 1}
    assert model.table.items.get(Key("B", "a")) is None


def test_checks_of_one_item_conflict_too(model: Model) -> None:
    model.transact(0.0, check(), add(Key("A", "a")))
    model.transact(0.001, check(), add(Key("B", "a")))
    assert model.run() == ["TransactionCanceledException TransactionConflict None"]


def test_a_single_write_of_a_held_item_is_refused(model: Model) -> None:
    model.transact(0.0, add())
    model.write(0.001, add())
    assert model.run() == ["TransactionConflictException"]


def test_single_writes_of_one_item_do_not_conflict(model: Model) -> None:
    for moment in range(50):
        model.write(moment / 10_000, add())
    assert model.run() == []
    assert (model.table.items.get(SHARED) or {})["n"] == 50


def test_reads_do_not_conflict_and_see_the_item_as_it_was(model: Model) -> None:
    model.table.store().write(add())
    seen: list[Item | None] = []
    model.transact(0.0, add())
    model.do(0.0, lambda store: seen.append(store.get(SHARED)))
    assert model.run() == []
    assert seen == [{"PK": "SHARED", "SK": "a", "n": 1}]


def test_what_a_transaction_has_left_is_free(model: Model) -> None:
    model.transact(0.0, add())
    model.transact(5.0, add())
    model.write(10.0, add())
    assert model.run() == []


def test_a_cancelled_transaction_holds_what_it_had_prepared(model: Model) -> None:
    model.transact(0.0, check())
    model.transact(0.001, check(), check(OTHER))
    model.transact(0.002, check(OTHER))
    assert sorted(model.run(), reverse=True) == [
        "TransactionCanceledException TransactionConflict None",
        "TransactionCanceledException TransactionConflict",
    ]


def test_a_transaction_becomes_visible_item_by_item(model: Model) -> None:
    """BatchGetItem is read-committed: it may see some of a transaction's items alone."""
    seen: list[int] = []
    ten = [Key(f"P{number}", "a") for number in range(10)]
    model.transact(0.0, *(add(key) for key in ten))
    for moment in range(100):
        model.do(moment / 1_000, lambda store: seen.append(len(store.batch_get(ten))))
    assert model.run() == []
    assert {0, 10} < set(seen)


def test_a_token_that_comes_again_changes_nothing(model: Model) -> None:
    model.transact(0.0, add(), token="same")
    model.transact(5.0, add(), token="same")
    assert model.run() == []
    assert (model.table.items.get(SHARED) or {})["n"] == 1


def test_a_partition_takes_a_thousand_write_units_a_second(model: Model) -> None:
    for number in range(400):
        model.write(0.0, Put({"PK": "P", "SK": f"{number}", "padding": PADDING}))
    failed = model.run()
    # A thousand units are there, and some come in the milliseconds in which the calls arrive.
    assert 400 - 1_060 // 3 <= len(failed) <= 400 - 1_000 // 3
    assert set(failed) == {"ProvisionedThroughputExceededException"}


def test_a_transactional_write_counts_twice(model: Model) -> None:
    for number in range(400):
        model.transact(0.0, Put({"PK": "P", "SK": f"{number}", "padding": PADDING}), token=f"{number}")
    failed = model.run()
    assert len(failed) == 400 - 1_000 // 6
    assert set(failed) == {"TransactionCanceledException ThrottlingError"}


def test_units_come_back_with_time_and_a_second_of_them_is_saved(model: Model) -> None:
    for second in (0, 1, 5):
        for number in range(400):
            key = {"PK": "P", "SK": f"{second} {number}", "padding": PADDING}
            model.transact(float(second), Put(dict(key)), token=f"{second} {number}")
    assert len(model.run()) == 3 * (400 - 1_000 // 6)


def test_partitions_do_not_share_their_units(model: Model) -> None:
    for number in range(400):
        model.write(0.0, Put({"PK": f"P{number}", "SK": "a", "padding": PADDING}))
    assert model.run() == []


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_a_hot_partition_of_an_index_throttles_the_writes_of_the_table(model: Model, index: object) -> None:
    hash_name = {index.name: index.hash for index in INDEXES}[getattr(index, "name", "")]
    for number in range(600):
        item: Item = {"PK": f"P{number}", "SK": "a", hash_name: "the same"}
        model.transact(0.0, Put(item), token=f"{number}")
    failed = model.run()
    assert len(failed) == 100
    assert set(failed) == {"TransactionCanceledException ThrottlingError"}


@pytest.mark.parametrize(("consistent", "units"), [(True, 8), (False, 4)])
def test_a_partition_takes_three_thousand_read_units_a_second(
    model: Model, consistent: bool, units: int
) -> None:
    model.table.store().write(LARGE)
    for _ in range(1_000):
        model.attempt(0.0, "GetItem", {"key": SHARED, "consistent": consistent})
    failed = model.run()
    # Three thousand units are there, and some come in the milliseconds in which the calls arrive.
    assert 1_000 - 3_150 // units <= len(failed) <= 1_000 - 3_000 // units
    assert set(failed) == {"ProvisionedThroughputExceededException"}


def test_a_query_takes_the_units_of_all_its_items(model: Model) -> None:
    model.table.store().bulk_put([{"PK": "P", "SK": f"{n}", "padding": PADDING} for n in range(10)])
    pages: list[int] = []
    model.do(0.0, lambda store: pages.append(len(store.query("P").items)))
    model.run()
    assert pages == [10]
    assert model.table.usage.read_units == 8  # of 30 kilobytes


def test_a_batch_leaves_the_keys_of_a_hot_partition_unprocessed(model: Model) -> None:
    model.table.store().bulk_put([LARGE.item, {"PK": "OTHER", "SK": "a"}])
    for _ in range(500):
        model.attempt(0.0, "GetItem", {"key": SHARED, "consistent": True})
    found: list[int] = []
    model.do(0.003, lambda store: found.append(len(store.batch_get([SHARED, OTHER]))))
    model.run()
    assert found == [2]  # the store asks again
    assert model.table.usage.calls["BatchGetItem"] > 1


def test_a_condition_that_does_not_hold_refuses_and_is_paid_for(model: Model) -> None:
    model.table.store().write(Put({"PK": "SHARED", "SK": "a", "padding": PADDING}))
    refused: list[Refused] = []

    def work(store: Store) -> None:
        with pytest.raises(Refused) as caught:
            store.transact([check(OTHER), Update(SHARED, add={"n": 1}, condition=Absent())], token="t")
        refused.append(caught.value)

    model.do(0.0, work)
    model.run()
    assert [(each.position, (each.item or {})["SK"]) for each in refused[0].refusals] == [(1, "a")]
    assert model.table.usage.write_units == 4
    assert model.table.usage.refused == {"ConditionalCheckFailed": 1}
    assert model.table.usage.retries == 0


@pytest.mark.parametrize(("pay", "units"), [(False, 2), (True, 3)])
def test_what_a_conflict_cancels_is_paid_for_only_where_that_is_asked(pay: bool, units: int) -> None:
    model = Model()
    model.table = ContendedTable(model.time, pay_for_conflicts=pay)
    model.transact(0.0, add())
    model.transact(0.001, add(), add(OTHER))
    assert len(model.run()) == 1
    assert model.table.usage.write_units == units


def test_the_store_tries_again_until_it_succeeds(model: Model) -> None:
    for number in range(20):
        model.do(0.0, lambda store, number=number: store.transact([add()], token=f"{number}"))  # type: ignore[misc]
    assert model.run() == []
    assert (model.table.items.get(SHARED) or {})["n"] == 20
    assert model.table.usage.retries >= 19


def test_the_store_gives_up_at_the_deadline(model: Model) -> None:
    ended: list[float] = []

    def work(store: Store) -> None:
        with pytest.raises(Unavailable):
            store.transact([add()], token="mine")
        ended.append(model.time.now)

    def hold(store: Store) -> None:
        while not ended:
            store.transact([check()], token=f"{model.time.now}")

    model.do(0.0, lambda store: hold(store.within(Deadline(9.0, model.time.clock))))
    model.do(0.001, work)
    model.run()
    assert 4.9 < ended[0] < 6.1


def test_usage_is_that_of_the_client_that_keeps_one(model: Model) -> None:
    kept: list[Usage] = []

    def work(store: Store) -> None:
        assert model.time.running is not None
        model.time.running.about = Usage()
        store.write(add())
        store.get(SHARED)
        kept.append(model.time.running.about)

    model.do(0.0, work)
    model.write(0.0, add(OTHER))
    model.run()
    assert kept[0].calls == {"UpdateItem": 1, "GetItem": 1}
    assert (kept[0].read_units, kept[0].write_units) == (1, 1)


@pytest.mark.parametrize("latency", [SINGLE, TRANSACTION])
def test_latencies_have_their_median_and_percentile(latency: Latency) -> None:
    random = Random(1)  # noqa: S311
    drawn = sorted(latency.draw(random) for _ in range(20_000))
    assert drawn[10_000] == pytest.approx(latency.median, rel=0.05)
    assert drawn[19_800] == pytest.approx(latency.p99, rel=0.1)


def test_two_runs_are_alike() -> None:
    def once() -> tuple[float, int]:
        model = Model()
        for number in range(100):
            model.do(number / 1_000, lambda store, number=number: store.transact([add()], token=f"{number}"))  # type: ignore[misc]
        model.run()
        return model.time.now, model.table.usage.retries

    assert once() == once()


def test_an_error_of_a_client_ends_the_run() -> None:
    time = VirtualTime()
    time.start(1.0, lambda: [][1])
    time.start(0.0, lambda: time.sleep(5.0))
    with pytest.raises(IndexError):
        time.run()
    time.close()
    with pytest.raises(RuntimeError):
        time.sleep(1.0)


def test_moments_come_in_order() -> None:
    time, seen = VirtualTime(), []

    def work(name: str, pause: float) -> None:
        for _ in range(3):
            time.sleep(pause)
            seen.append((time.now, name))

    time.start(0.5, lambda: work("slow", 2.0))
    time.start(0.0, lambda: work("fast", 1.0))
    time.run()
    assert [moment for moment, _ in seen] == [1.0, 2.0, 2.5, 3.0, 4.5, 6.5]
    assert all(early <= late for (early, _), (late, _) in pairwise(seen))
    assert time.clients == 0


@pytest.mark.parametrize("name", ["users-mixed-open", "members-mixed-open"])
def test_the_benchmark_finds_every_total_right(name: str) -> None:
    rows = {row["kind"]: row for row in contention.run(name, 0.4)}
    reads = rows.pop("page reads")
    assert reads["succeeded"] > 0
    assert (reads["wrong_totals"], reads["short_pages"], reads["unavailable"]) == (0, 0, 0)
    assert reads["calls_most"] <= 4
    assert reads["units_above_most"] <= 8
    assert sum(row["succeeded"] for row in rows.values()) > 10
    assert {row["failed"] for row in rows.values()} == {0}


def test_at_rest_it_is_the_store_that_the_embedded_one_is(tmp_path: Path) -> None:
    """Random changes and queries, in both: the same answers."""
    random = Random(4)  # noqa: S311
    embedded = SqliteStore.open(tmp_path / "store.db", INDEXES)
    stores: Sequence[Store] = (embedded, ContendedTable(VirtualTime()).store())
    for number in range(150):
        operations = [operation_of(random, key) for key in random.sample(KEYS, 3)]
        asked = random.choice(ASKED)
        assert answer(lambda store: store.transact(operations, token=f"t{number}"), stores)  # noqa: B023
        single = [each for each in operations if not isinstance(each, Check)]
        assert answer(lambda store: [store.write(each) for each in single], stores)  # noqa: B023
        assert answer(lambda store: pages(store, **asked), stores)  # noqa: B023
        assert answer(lambda store: store.batch_get(KEYS), stores)
    embedded.close()


KEYS = [Key(pk, sk) for pk in "PQ" for sk in ("a", "aa", "b", "c", "d")]
ASKED: list[dict[str, object]] = [
    {"pk": pk, "forward": forward, "limit": limit, **reach}
    for pk, index in (("P", None), ("Q", None), ("u", keys.BY_ACTOR))
    for forward in (True, False)
    for limit in (1, 2, None)
    for reach in ({"index": index}, {"index": index, "begins": "a"}, {"index": index, "between": ("aa", "c")})
]


def operation_of(random: Random, key: Key) -> Operation:
    condition = random.choice([None, None, Present(), Absent(), AtLeast("n", 2)])
    match random.randrange(4):
        case 0:
            return Put({**key.attributes(), "actor": random.choice("uv"), "n": 1}, condition)
        case 1:
            return Update(key, add={"n": 1}, condition=condition)
        case 2:
            return Delete(key, condition)
    return Check(key, condition or Present("n"))


def pages(store: Store, **asked: object) -> list[list[Item]]:
    """What a query gives, page by page."""
    found, start = [], None
    while True:
        page = store.query(start=start, **asked)  # type: ignore[arg-type]
        found.append(page.items)
        if (start := page.next) is None:
            return [items for items in found if items]


def answer(ask: Callable[[Store], object], stores: Sequence[Store]) -> bool:
    """Whether both answer alike."""
    said: list[object] = []
    for store in stores:
        try:
            said.append(ask(store))
        except Refused as refused:
            said.append(refused.refusals)
    assert said[0] == said[1]
    return True
