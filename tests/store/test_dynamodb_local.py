"""The DynamoDB store keeps the contract on DynamoDB Local over both transports, and the meter reads units."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

import pytest

from roster.db.dynamodb.store import DynamoStore
from roster.db.keys import BY_ACTOR
from roster.db.store import Key, Put, Store
from tests.store.contract import StoreConcurrencyContract, StoreContract
from tests.support.meter import Meter, MeteredTransport
from tests.support.real import dynamo_store, fresh_table, transport

pytestmark = pytest.mark.real


@pytest.fixture
def table() -> Iterator[str]:
    with fresh_table() as name:
        yield name


class OnDynamoDBLocal:
    kind: ClassVar = "http"

    @pytest.fixture
    def store(self, table: str) -> Store:
        return dynamo_store(table, self.kind)

    @pytest.fixture
    def opener(self, table: str) -> Callable[[], Store]:
        return partial(dynamo_store, table, self.kind)


class TestContract(OnDynamoDBLocal, StoreContract):
    not_served: ClassVar = {
        "DynamoDB Local lets a Check stand beside a write": ["test_a_transaction_names_an_item_once[Check]"]
    }


class TestContractOverBoto3(TestContract):
    kind: ClassVar = "boto3"


class TestConcurrency(OnDynamoDBLocal, StoreConcurrencyContract):
    pass


class TestConcurrencyOverBoto3(TestConcurrency):
    kind: ClassVar = "boto3"


@pytest.mark.parametrize("kind", ["http", "boto3"])
def test_the_meter_reads_the_units_of_each_call(table: str, kind: str) -> None:
    meter = Meter()
    store = DynamoStore(MeteredTransport(transport(kind), meter), table)
    with meter.measure() as writing:
        store.write(Put({"PK": "a", "SK": "1"}))
        store.write(Put({"PK": "a", "SK": "2", "actor": "u"}))  # and once more in the index
        store.bulk_put([{"PK": "b", "SK": str(number)} for number in range(30)])
    with meter.measure() as transaction:  # of one: the engine counts the last item alone, AWS each
        store.transact([Put({"PK": "a", "SK": "3"})], token=kind)
    with meter.measure() as reading:
        store.get(Key("a", "1"))
        store.get(Key("a", "1"), consistent=False)
        store.batch_get([Key("b", str(number)) for number in range(30)])
        store.query("a")
        store.query("u", index=BY_ACTOR)
    assert (writing.trips, writing.read_units, writing.write_units) == (4, 0, 33)
    assert (transaction.trips, transaction.write_units) == (1, 2)
    assert (reading.trips, reading.read_units, reading.write_units) == (5, 33, 0)
