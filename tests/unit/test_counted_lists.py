"""Counted pages against a plain list: whatever came and went, every page is the list's own slice."""

import random
from collections.abc import Sequence

import pytest

from roster.db import counted_lists, keys, list_log
from roster.db.list_tree import BRANCH, LEAF, Move
from roster.db.store import Put, Store
from roster.db.transactions import Transaction, batched
from roster.domain import Actor
from tests.support.api import Clock
from tests.support.meter import Meter

LISTING = "LIST#TEST"


class Model:
    """A listing beside a plain sorted list of the numbers that it should hold."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.by = Actor("test", Clock()())
        self.numbers: list[int] = []

    def come(self, numbers: Sequence[int]) -> None:
        self._move(numbers, come=True)
        self.numbers = sorted([*self.numbers, *numbers])

    def go(self, numbers: Sequence[int]) -> None:
        self._move(numbers, come=False)
        self.numbers = sorted({*self.numbers} - {*numbers})

    def _move(self, numbers: Sequence[int], *, come: bool) -> None:
        parts = []
        for number in numbers:
            work = Transaction(self.by)
            if come:
                work.add_row(LISTING, number, {"n": number})
            else:
                work.remove_row(LISTING, number)
            parts.append(work)
        assert set(batched(self.store, parts)) <= {None}

    def assert_page(self, page: int, size: int) -> None:
        for forward in (True, False):
            found = counted_lists.page(self.store, LISTING, page, size, forward=forward)
            order = self.numbers if forward else self.numbers[::-1]
            assert [row["n"] for row in found.items] == order[(page - 1) * size : page * size]
            assert found.total == len(self.numbers)

    def assert_pages(self, size: int) -> None:
        for page in range(1, len(self.numbers) // size + 3):
            self.assert_page(page, size)
        self.assert_page(999_999_999, size)


@pytest.fixture
def model(store: Store) -> Model:
    return Model(store)


def test_a_listing_that_never_was_is_empty(model: Model) -> None:
    model.assert_pages(10)
    assert list(counted_lists.everything(model.store, LISTING)) == []
    assert counted_lists.total(model.store, LISTING) == 0


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_few_rows_with_gaps(model: Model, size: int) -> None:
    model.come([1, 2, 5, 40, 99, 100, 101, 250])
    model.assert_pages(size)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param([LEAF - 1, LEAF, 2 * LEAF - 1, 2 * LEAF], id="leaves"),
        pytest.param([BRANCH - 1, BRANCH, BRANCH + 1], id="branches"),
        pytest.param([1, BRANCH + 5, 3 * BRANCH + 7, 3 * BRANCH + 8, 40 * BRANCH], id="empty-branches"),
        pytest.param([0], id="zero"),
        pytest.param([999_999_999_999], id="the-last"),
    ],
)
def test_numbers_at_the_edges(model: Model, numbers: list[int]) -> None:
    model.come(numbers)
    for size in (1, 2, 4):
        model.assert_pages(size)


def test_rows_that_went_are_counted_no_more(model: Model) -> None:
    model.come(range(1, 30))
    model.go([1, 2, 15, 29])
    model.assert_pages(5)
    model.go(model.numbers[:])
    model.assert_pages(5)
    model.come([31, 32])
    model.assert_pages(1)


def test_an_emptied_leaf_and_an_emptied_branch_are_passed_over(model: Model) -> None:
    model.come([*range(LEAF, LEAF + 20), *range(3 * LEAF, 3 * LEAF + 5), BRANCH + 1, 2 * BRANCH + 1])
    model.go(range(LEAF, LEAF + 20))
    model.assert_pages(3)
    model.go([BRANCH + 1])
    model.assert_pages(2)
    model.go(range(3 * LEAF, 3 * LEAF + 5))
    model.assert_pages(1)


def test_a_full_leaf_fits_the_numbers_of_the_table(model: Model) -> None:
    model.come(range(LEAF))
    assert (model.store.get(keys.branch(LISTING, 0)) or {})["0"] == 2**LEAF - 1
    model.assert_page(1, 30)
    model.assert_page(4, 30)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_came_and_went(model: Model, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same cases every time
    reach = dice.choice([60, 500, 3 * BRANCH])
    for _ in range(8):
        if model.numbers and dice.random() < 0.4:
            model.go(dice.sample(model.numbers, dice.randint(1, len(model.numbers))))
        else:
            free = sorted({dice.randrange(reach) for _ in range(dice.randint(1, 40))} - {*model.numbers})
            model.come(free)
        for _ in range(4):
            model.assert_page(dice.randint(1, 12), dice.randint(1, 20))
    assert [row["n"] for row in counted_lists.everything(model.store, LISTING)] == model.numbers
    assert counted_lists.total(model.store, LISTING) == len(model.numbers)


@pytest.mark.parametrize("page", [1, 2, 3, 4, 999_999])
def test_a_page_costs_three_calls_at_most(model: Model, meter: Meter, page: int) -> None:
    model.come([*range(1, 40), *range(2 * BRANCH, 2 * BRANCH + 40)])
    model.go(range(1, 30))
    with meter.measure() as reading:
        counted_lists.page(model.store, LISTING, page, 15)
    assert reading.trips <= 3, dict(reading.calls)


def test_a_row_comes_once_and_goes_once(model: Model) -> None:
    model.come([7])
    for change in (Transaction.add_row, Transaction.remove_row):
        work = Transaction(model.by)
        if change is Transaction.add_row:
            work.add_row(LISTING, 7, {})
        else:
            work.remove_row(LISTING, 8)
        assert batched(model.store, [work]) != [None]
    model.assert_pages(1)


@pytest.mark.row("Z-24")
def test_numbers_grow_and_are_never_given_twice(store: Store) -> None:
    assert [list_log.allocate(store, LISTING) for _ in range(3)] == [1, 2, 3]
    assert list_log.allocate(store, LISTING, 10) == 4
    assert list_log.allocate(store, LISTING) == 14


@pytest.mark.parametrize(("reserved", "then"), [([50], 51), ([50, 7], 51), ([7, 50], 51), ([3], 6)])
def test_a_reserved_number_is_passed_over(store: Store, reserved: list[int], then: int) -> None:
    list_log.allocate(store, LISTING, 5)
    for number in reserved:
        list_log.reserve(store, LISTING, number)
    assert list_log.allocate(store, LISTING) == then


def test_counts_that_ran_ahead_cost_rows_but_no_error(store: Store) -> None:
    """A listing whose root was broken still answers."""
    store.write(Put({**keys.root(LISTING).attributes(), "total": 50, "b0": 1}))
    for forward in (True, False):
        found = counted_lists.page(store, LISTING, 2, 10, forward=forward)
        assert (found.items, found.total) == ([], 50)


def test_a_fold_touches_no_more_branches_than_a_transaction_holds(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when rows leave a list of millions here and there."""
    monkeypatch.setattr(list_log, "LONG", 1_000)  # nobody else folds
    numbers = [which * BRANCH + 7 for which in range(150)]
    for number in numbers:
        work = Transaction(model.by)
        work.add_row(keys.USERS, number, {"n": number})
        work.commit(model.store)
    seen = [list_log.fold(model.store, keys.USERS) for _ in range(3)]
    assert seen == [90, 150, 150]
    found = counted_lists.page(model.store, keys.USERS, 10, 10)
    assert ([row["n"] for row in found.items], found.total) == (numbers[90:100], 150)


def test_a_writer_leaves_alone_what_another_has_folded(model: Model) -> None:
    for number in range(1, 6):
        work = Transaction(model.by)
        work.add_row(keys.USERS, number, {"n": number})
        work.commit(model.store)
    assert [list_log.fold(model.store, keys.USERS, least=least) for least in (6, 5, 1)] == [0, 5, 5]


def test_a_log_full_of_changes_that_never_came_takes_in_the_next(model: Model) -> None:
    """As after an outage in which every writer stopped between its number and its transaction."""
    for _ in range(list_log.RING):
        list_log.take(model.store, LISTING, rows=1)
    model.come([1])
    model.assert_pages(2)
    list_log.fold(model.store, LISTING)
    model.assert_pages(2)


def test_writers_that_are_on_their_way_are_not_given_up(store: Store) -> None:
    """However many there are: only those count that have come later."""
    taken = [list_log.take(store, LISTING) for _ in range(list_log.RING)]
    put(store, taken[-1])
    assert list_log.fold(store, LISTING) == 0
    for each in taken[:-1]:
        put(store, each)
    assert list_log.fold(store, LISTING) == list_log.RING


def put(store: Store, taken: list_log.Taken) -> None:
    """What the writer of a change does last."""
    assert taken.change is not None
    store.transact(
        [list_log.entry(LISTING, taken.change, [Move(LISTING, taken.number, 1)])], token=str(taken.change)
    )
