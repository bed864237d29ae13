"""The DynamoDB store keeps the contract on moto, in process, as far as moto follows DynamoDB."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import pytest
from moto import mock_aws

from local.tables import create_table
from roster.clock import Deadline
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport, boto_client
from roster.db.keys import BY_ACTOR, BY_TARGET, BY_WORKSPACE
from roster.db.store import Store
from tests.store.contract import StoreContract
from tests.support.real import TABLE


@pytest.fixture(autouse=True)
def moto() -> Iterator[None]:
    with mock_aws():  # sets credentials in the environment and takes them back at the end
        yield


@cache
def client() -> Any:
    return boto_client(region="eu-west-1", endpoint=None)


@dataclass
class Time:
    """A clock that only sleeping moves: where moto breaks off with a 500, retrying is over at once."""

    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def opened() -> DynamoStore:
    time = Time()
    return DynamoStore(BotoTransport(client()), "table", Deadline(5, lambda: time.now), sleep=time.sleep)


UNFIT_ITEM = "test_an_invalid_item_is_malformed_and_not_written"
UNFIT_UPDATE = "test_an_invalid_update_is_malformed_and_changes_nothing"
ON_ITEM, ON_NOTHING = "test_a_condition_decides_on_an_item", "test_a_condition_decides_on_an_absent_item"

NOT_SERVED = {
    "moto ignores the token of a transaction": [
        "test_a_transaction_sent_again_is_done_once",
        "test_a_token_serves_one_transaction",
        "test_a_refused_transaction_may_be_sent_again_with_its_token",
    ],
    "moto compares as Python does: 1 is True, and text against a number a TypeError": [
        f"{ON_ITEM}[unequal type in a map]",
        f"{ON_ITEM}[1 is not true]",
        f"{ON_ITEM}[0 is not false]",
        f"{ON_ITEM}[at least, of another type]",
        f"{ON_ITEM}[at least, of a boolean]",
        f"{ON_ITEM}[below, of another type]",
        f"{ON_ITEM}[below, of a boolean]",
        f"{UNFIT_UPDATE}[order of booleans]",
    ],
    "moto takes an absent attribute for null": [
        f"{ON_ITEM}[null is not absence]",
        f"{ON_NOTHING}[equal null]",
    ],
    "moto does not check every key": [
        f"{UNFIT_ITEM}[no partition key]",
        f"{UNFIT_ITEM}[no sort key]",
        f"{UNFIT_ITEM}[number in the index]",
        f"{UNFIT_ITEM}[null in the index]",
        f"{UNFIT_UPDATE}[number in the index]",
        f"{UNFIT_UPDATE}[number added in the index]",
        f"{UNFIT_UPDATE}[empty text in the index]",
        f"{UNFIT_UPDATE}[empty key]",
        "test_an_invalid_key_is_malformed",
        "test_a_bulk_put_of_one_key_twice_is_malformed",
    ],
    "moto takes empty names": [
        f"{UNFIT_ITEM}[name is empty]",
        f"{UNFIT_ITEM}[nested name is empty]",
        f"{UNFIT_UPDATE}[name is empty]",
    ],
    "moto has not DynamoDB's limits": [
        f"{UNFIT_ITEM}[nested too deep]",
        f"{UNFIT_UPDATE}[sum of 39 digits]",
        "test_a_transaction_has_at_most_100_operations",
        "test_a_transaction_has_at_most_4_megabytes",
    ],
    "moto counts more bytes in an item than DynamoDB": ["test_an_item_of_400_kb_is_kept"],
    "moto sets one attribute before it refuses to add to another": [f"{UNFIT_UPDATE}[added to text]"],
    "moto answers queries that DynamoDB refuses, and breaks off on a limit of 0": [
        "test_a_query_that_cannot_be_is_malformed"
    ],
}


class TestContract(StoreContract):
    not_served: ClassVar = NOT_SERVED

    @pytest.fixture
    def store(self) -> Store:
        create_table(client(), "table", TABLE)
        return opened()

    @pytest.fixture
    def opener(self, store: Store) -> Callable[[], Store]:
        return opened


def test_a_table_is_made_as_the_template_says() -> None:
    create_table(client(), "made", TABLE)
    made = client().describe_table(TableName="made")["Table"]
    hashes = {
        index["IndexName"]: index["KeySchema"][0]["AttributeName"] for index in made["GlobalSecondaryIndexes"]
    }
    assert made["KeySchema"] == TABLE["KeySchema"]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["StreamSpecification"]["StreamEnabled"] is True
    assert hashes == {index.name: index.hash for index in (BY_ACTOR, BY_TARGET, BY_WORKSPACE)}
