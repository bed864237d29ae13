"""Counted pages of 100,000 users, every field filled, on DynamoDB Local: right, and at what price.

The same holds after 35,000 rows have gone, 15,000 of them in one stretch that empties a whole branch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import ceil
from random import Random
from typing import Any

import pytest

from bench import bulk_users
from local.sqlite_items import Row
from roster.clock import Deadline
from roster.db import counted_lists, keys, list_log
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import BotoTransport, Transport
from roster.db.list_tree import BRANCH
from roster.db.store import Item, Store
from roster.db.transactions import Transaction
from roster.domain import Actor
from tests.support import real
from tests.support.meter import Meter, MeteredTransport, Reading

pytestmark = pytest.mark.real

USERS = 100_000
SIZES = (15, 25, 50, 100, 1_000)
STRETCH = range(35_001, 50_001)  # all of the fourth branch is in it
STRAY = 20_000  # rows that go one by one, anywhere
TOGETHER = 97  # rows that go in one transaction: root and at most two branches move with them
BLOCK = 4_096  # bytes of a read unit

# Without stream and indexes, which a listing does not touch and the engine's bulk writes pay for.
PLAIN = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
    "KeySchema": real.TABLE["KeySchema"],
    "BillingMode": real.TABLE["BillingMode"],
}


@dataclass(frozen=True)
class Billing:
    """Charges what only AWS bills: a unit for each key of a BatchGetItem that finds nothing."""

    inner: Transport
    meter: Meter

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        answer = self.inner.call(operation, body, deadline)
        for table, asked in body.get("RequestItems", {}).items():
            self.meter.charge(read_units=len(asked["Keys"]) - len(answer["Responses"].get(table, ())))
        return answer


@dataclass
class Listing:
    """The users' listing, and its rows as they ought to be."""

    store: Store
    meter: Meter
    rows: list[Item]
    weights: dict[int, int]
    """Bytes by number, as DynamoDB counts them."""

    def last_page(self, size: int) -> int:
        return ceil(len(self.rows) / size)

    def truth(self, number: int, size: int, forward: bool) -> list[Item]:
        rows = self.rows if forward else self.rows[::-1]
        return rows[(number - 1) * size : number * size]

    def weight(self, rows: list[Item]) -> int:
        return sum(self.weights[number_of(row)] for row in rows)

    def cost(self, number: int, size: int, forward: bool = True) -> Reading:
        """What a page costs, after it was found to be the true one."""
        with self.meter.measure() as reading:
            page = counted_lists.page(self.store, keys.USERS, number, size, forward=forward)
        assert page.items == self.truth(number, size, forward)
        assert page.total == len(self.rows)
        return reading

    def interesting(self, size: int, forward: bool) -> set[int]:
        """The first page, the last, and those that cross into another branch or over an emptied one."""
        branches = [number_of(row) // BRANCH for row in self.rows]
        crossings = [place for place in range(1, len(branches)) if branches[place] != branches[place - 1]]
        if not forward:
            crossings = [len(branches) - place for place in crossings]
        return {1, self.last_page(size)} | {
            (place + near) // size + 1 for place in crossings for near in (-1, 0)
        }


@pytest.fixture(scope="module")
def whole() -> Iterator[Listing]:
    with real.fresh_table(PLAIN) as name:
        rows = [row for some in bulk_users.filling(partial(real.dynamo_store, name), USERS) for row in some]
        meter = Meter()
        transport = Billing(MeteredTransport(BotoTransport(real.patient_client()), meter), meter)
        weights = {number_of(row): Row.of(row).size for row in rows}
        yield Listing(DynamoStore(transport, name), meter, rows, weights)


@pytest.fixture(scope="module", params=["whole", "thinned"])
def listing(request: pytest.FixtureRequest, whole: Listing) -> Listing:
    """Every row, and then what deletions leave; pytest runs all tests with the one before the other."""
    if request.param == "thinned":
        others = [number_of(row) for row in whole.rows if number_of(row) not in STRETCH]
        gone = {*STRETCH, *Random(16).sample(others, STRAY)}  # noqa: S311
        delete(whole.store, sorted(gone))
        whole.rows = [row for row in whole.rows if number_of(row) not in gone]
    return whole


def delete(store: Store, numbers: list[int]) -> None:
    """Let the rows go as deletions do, and the list come to rest."""
    by = Actor("test", datetime(2026, 4, 13, tzinfo=UTC))
    for first in range(0, len(numbers), TOGETHER):
        work = Transaction(by)
        for number in numbers[first : first + TOGETHER]:
            work.remove_row(keys.USERS, number)
        work.commit(store)
    list_log.fold(store, keys.USERS)  # as the stream's router does


def number_of(row: Item) -> int:
    number = row["number"]
    assert isinstance(number, int)
    return number


def test_every_field_of_every_row_is_filled(listing: Listing, capsys: pytest.CaptureFixture[str]) -> None:
    names = set(listing.rows[0])
    assert names > {"first_name", "last_name", "user_name", "timezone", "default_workspace_id", "updated_by"}
    assert all(set(row) == names and None not in row.values() for row in listing.rows)
    average = listing.weight(listing.rows) / len(listing.rows)
    with capsys.disabled():
        print(f"\n{len(listing.rows):,} rows, {average:.0f} bytes a row")


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
@pytest.mark.parametrize("size", SIZES)
def test_any_page_is_true_in_three_calls_and_five_units_above_its_rows(
    listing: Listing, size: int, forward: bool
) -> None:
    pages = range(1, listing.last_page(size) + 1)
    random = Random(size).sample(pages, min(200 if forward else 20, len(pages)))  # noqa: S311
    for number in sorted({*random, *listing.interesting(size, forward)}):
        cost = listing.cost(number, size, forward)
        assert cost.trips <= 3, number
        own = ceil(listing.weight(listing.truth(number, size, forward)) / BLOCK)
        assert cost.read_units <= own + 5, number


@pytest.mark.parametrize("size", SIZES)
def test_the_page_after_the_last_is_empty_and_one_call(listing: Listing, size: int) -> None:
    cost = listing.cost(listing.last_page(size) + 1, size)
    assert cost.trips == 1
    assert cost.read_units <= 2


@pytest.mark.parametrize("size", SIZES)
def test_the_first_page_and_the_last_cost_alike(listing: Listing, size: int) -> None:
    first, last = (listing.cost(number, size).read_units for number in (1, listing.last_page(size)))
    assert max(first, last) <= 1.5 * min(first, last)
