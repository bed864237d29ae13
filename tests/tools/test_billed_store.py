"""Units are counted by DynamoDB's rules: by hand, and as DynamoDB Local counts what it counts rightly."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.billed_store import BilledStore
from local.embedded import open_embedded
from roster.db import keys
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport
from roster.db.store import Absent, Check, Delete, Item, Key, Operation, Put, Refused, Store, Update
from tests.support import real
from tests.support.meter import Meter, MeteredTransport

SMALL, LARGE = Key("a", "small"), Key("a", "large")


def item(key: Key, length: int, **more: str) -> Item:
    """An item a little above that many bytes."""
    return {**key.attributes(), "text": "x" * length, **more}


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def store(tmp_path: Path, meter: Meter) -> Iterator[Store]:
    embedded = open_embedded(tmp_path / "roster.db")
    embedded.bulk_put([item(SMALL, 100), item(LARGE, 9_000)])
    yield BilledStore(embedded, meter)
    embedded.close()


CALLS: dict[str, Callable[[Store], object]] = {
    "get": lambda on: on.get(SMALL),
    "get of 9 KB": lambda on: on.get(LARGE),
    "get, eventually consistent": lambda on: on.get(LARGE, consistent=False),
    "batch": lambda on: on.batch_get([SMALL, LARGE]),
    "query of what together is 9 KB": lambda on: on.query("a"),
    "put": lambda on: on.write(Put(item(Key("b", "b"), 100))),
    "put of 9 KB": lambda on: on.write(Put(item(Key("b", "b"), 9_000))),
    "put into both indexes": lambda on: on.write(Put(item(Key("b", "b"), 1_500, actor="u", target="v"))),
    "update that shrinks": lambda on: on.write(Update(LARGE, set={"text": ""})),
    "update that makes": lambda on: on.write(Update(Key("b", "b"), add={"count": 1})),
    "delete": lambda on: on.write(Delete(LARGE)),
    "transaction of one": lambda on: on.transact([Put(item(Key("b", "b"), 3_000))], token="t"),
}
UNITS = {  # read, write
    "get": (1, 0),
    "get of 9 KB": (3, 0),
    "get, eventually consistent": (1.5, 0),
    "batch": (4, 0),
    "query of what together is 9 KB": (3, 0),
    "put": (0, 1),
    "put of 9 KB": (0, 9),
    "put into both indexes": (0, 6),
    "update that shrinks": (0, 9),
    "update that makes": (0, 1),
    "delete": (0, 9),
    "transaction of one": (0, 6),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_charged_by_the_sizes_of_its_items(store: Store, meter: Meter, call: str) -> None:
    with meter.measure() as reading:
        CALLS[call](store)
    assert (reading.read_units, reading.write_units) == UNITS[call]


def test_an_absent_item_is_read_as_a_small_one(store: Store, meter: Meter) -> None:
    with meter.measure() as reading:
        store.get(Key("no", "body"))
        store.batch_get([Key("no", "body"), SMALL])
        store.query("nothing")
    assert reading.read_units == 4


def test_each_operation_of_a_transaction_is_charged_twice(store: Store, meter: Meter) -> None:
    operations: list[Operation] = [
        Put(item(Key("b", "b"), 100)),
        Delete(SMALL),
        Check(Key("c", "c"), Absent()),
        Update(LARGE, set={"text": "short"}),
    ]
    with meter.measure() as reading:
        store.transact(operations, token="t")
    assert (reading.read_units, reading.write_units) == (0, 2 * (1 + 1 + 1 + 9))


def test_an_item_that_moves_within_an_index_leaves_one_place_and_enters_another(
    store: Store, meter: Meter
) -> None:
    key = Key("b", "b")
    store.write(Put(item(key, 100, actor="u")))
    with meter.measure() as reading:
        store.write(Update(key, set={"actor": "w"}))
    assert reading.write_units == 1 + 2


def test_what_is_refused_is_not_counted(store: Store, meter: Meter) -> None:
    with meter.measure() as reading, pytest.raises(Refused):
        store.transact([Put(item(SMALL, 100), Absent())], token="t")
    assert reading.write_units == 0


def test_the_indexes_are_those_of_the_table() -> None:
    named = {index["IndexName"] for index in real.TABLE["GlobalSecondaryIndexes"]}
    assert named == {keys.BY_ACTOR.name, keys.BY_TARGET.name, keys.BY_WORKSPACE.name}


@pytest.mark.real
@pytest.mark.parametrize("call", CALLS)
def test_dynamodb_local_counts_the_same(meter: Meter, call: str) -> None:
    with real.fresh_table() as name:
        store = DynamoStore(MeteredTransport(BotoTransport(real.client()), meter), name)
        store.bulk_put([item(SMALL, 100), item(LARGE, 9_000)])
        with meter.measure() as reading:
            CALLS[call](store)
    assert (reading.read_units, reading.write_units) == UNITS[call]
