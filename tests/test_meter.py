"""The meter counts what DynamoDB would bill, whoever else is counting."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from roster.clock import Deadline
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import TransportError
from roster.db.store import Item, Key, Put
from tests.support.meter import Meter, MeteredStore, MeteredTransport

KEY = Key("a", "b")


class Engine:
    """Answers every call with a capacity in the form of that operation."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        self.bodies.append(body)
        consumed = {"TableName": "table", "CapacityUnits": 1.5}
        several = operation.startswith(("Batch", "Transact"))
        return {"Responses": {}, "Items": [], "ConsumedCapacity": [consumed] if several else consumed}


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def store(meter: Meter) -> DynamoStore:
    return DynamoStore(MeteredTransport(Engine(), meter), "table")


def test_calls_and_units_are_counted_by_kind(meter: Meter, store: DynamoStore) -> None:
    with meter.measure() as reading:
        store.get(KEY)
        store.batch_get([KEY])
        store.query("a")
        store.transact([Put({"PK": "a", "SK": "b"})], token="t")
    assert reading.calls == {"GetItem": 1, "BatchGetItem": 1, "Query": 1, "TransactWriteItems": 1}
    assert (reading.trips, reading.read_units, reading.write_units) == (4, 4.5, 1.5)


def test_a_measurement_holds_only_its_stretch(meter: Meter, store: DynamoStore) -> None:
    store.get(KEY)
    with meter.measure() as outer:
        store.get(KEY)
        with meter.measure() as inner:
            store.get(KEY)
    store.get(KEY)
    assert (inner.trips, outer.trips, meter.total.trips) == (1, 2, 4)


def test_two_equal_measurements_do_not_end_each_other(meter: Meter, store: DynamoStore) -> None:
    with meter.measure() as outer:
        with meter.measure():
            pass
        store.get(KEY)
    assert outer.trips == 1


def test_reset_starts_the_total_again(meter: Meter, store: DynamoStore) -> None:
    store.get(KEY)
    meter.reset()
    assert (meter.total.trips, meter.total.read_units) == (0, 0.0)


def test_a_refused_call_counts_as_a_trip(meter: Meter) -> None:
    class Refusing:
        def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
            raise TransportError("ThrottlingException")

    transport = MeteredTransport(Refusing(), meter)
    with pytest.raises(TransportError):
        transport.call("PutItem", {}, Deadline.after(1))
    assert meter.total.calls == {"PutItem": 1}


def test_the_body_of_the_caller_is_left_alone(meter: Meter) -> None:
    engine, body = Engine(), {"TableName": "table"}
    MeteredTransport(engine, meter).call("GetItem", body, Deadline.after(1))
    assert body == {"TableName": "table"}
    assert engine.bodies[0]["ReturnConsumedCapacity"] == "TOTAL"


def test_sixteen_threads_lose_no_count(meter: Meter) -> None:
    def work(_: int) -> None:
        for _ in range(500):
            meter.count("GetItem")
            meter.charge(read_units=0.5)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(work, range(16)))
    assert (meter.total.trips, meter.total.read_units) == (8000, 4000.0)


def test_a_metered_store_counts_the_calls_that_dynamodb_would_get(meter: Meter) -> None:
    keys: Sequence[Key] = [Key("a", str(number)) for number in range(101)]
    items: list[Item] = [{"PK": "a", "SK": str(number)} for number in range(26)]
    store = MeteredStore(DynamoStore(Engine(), "table"), meter).within(Deadline.after(5))
    store.get(KEY)
    store.batch_get([*keys, *keys])
    store.batch_get([])
    store.query("a")
    store.scan()
    store.write(Put({"PK": "a", "SK": "b"}))
    store.transact([Put({"PK": "a", "SK": "b"})], token="t")
    store.bulk_put(items)
    assert meter.total.calls == {
        "GetItem": 1,
        "BatchGetItem": 2,
        "Query": 1,
        "Scan": 1,
        "PutItem": 1,
        "TransactWriteItems": 1,
        "BatchWriteItem": 2,
    }
