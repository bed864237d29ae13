"""The protocol of counted lists (`roster/db/list_log.py`): every interleaving of few processes, many of more.

The processes are the code itself, on a table in memory; the log's ring is small, so that it is used again.
In every state that can come about the same must hold, whoever was stopped where.
"""

import os
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import pytest

from roster.db import counted_lists, keys, list_log
from roster.db.list_log import fold
from roster.db.store import Key, Store
from roster.db.transactions import ReadConflict, Transaction, retry_on_conflict
from roster.domain import Actor
from roster.errors import LimitReached, Unavailable
from tests.support.api import Clock
from tests.support.interleavings import Process, State, Table, at_once, every_state, start

LISTING = keys.members("acme")
BY = Actor("model", Clock()())
HISTORIES = 300
MANY = int(os.environ.get("HISTORIES", "20000")) // 20


def arrives(store: Store, limit: int | None = None) -> object:
    """A writer: a row comes to the list. Returns its number, or why it did not come."""

    def attempt() -> int:
        work = Transaction(BY)
        number = work.take(store, LISTING, limit=limit)
        work.add_row(LISTING, number, {"number": number})
        work.commit(store)
        return number

    try:
        return retry_on_conflict(attempt, 1)
    except (Unavailable, LimitReached) as error:
        return type(error).__name__


def leaves(store: Store, place: int = 0) -> object:
    """A remover: the row at this place goes, if there is one. Returns its number."""

    def attempt() -> object:
        rows = store.query(LISTING, between=keys.rows_from(0)).items
        if place >= len(rows):
            return None
        number = keys.number_of(Key.of(rows[place]))
        work = Transaction(BY)
        work.remove_row(LISTING, number)
        work.commit(store)
        return -number

    try:
        return retry_on_conflict(attempt, 1)
    except Unavailable:
        return "Unavailable"


def leaves_too_soon(store: Store, place: int) -> object:
    """A remover as none may be: it takes the number of its change before it reads the row."""
    work = Transaction(BY)
    work.taken[LISTING] = list_log.take(store, LISTING, numbers=0)
    rows = store.query(LISTING, between=keys.rows_from(0)).items
    if place >= len(rows):
        return None
    number = keys.number_of(Key.of(rows[place]))
    work.remove_row(LISTING, number)
    try:
        work.commit(store)
    except ReadConflict:
        return None
    return -number


def folds(store: Store) -> None:
    """A folder who has no patience: every number that is missing is given up."""
    fold(store, LISTING, overdue=0)


def folds_patiently(store: Store) -> None:
    """A folder who gives up only what another change follows."""
    fold(store, LISTING, overdue=1)


def reads(store: Store) -> object:
    """A reader: the total, and the numbers of the second page of two."""
    rows = counted_lists.page(store, LISTING, 2, 2)
    return rows.total, tuple(keys.number_of(Key.of(row)) for row in rows.items)


def numbers(table: Table) -> list[int]:
    return sorted(keys.number_of(key) for key in table if key.pk == LISTING and key.sk.startswith("ROW#"))


def demand(table: Table) -> None:
    """What must hold in every state: whoever reads now sees exactly the rows that are there."""
    there = numbers(table)
    for forward in (True, False):
        order = there if forward else there[::-1]
        for size in (1, 2, 3):
            for page in range(1, len(there) // size + 2):
                asked = partial(counted_lists.page, listing=LISTING, number=page, size=size, forward=forward)
                rows, _ = at_once(table, asked)
                assert isinstance(rows, counted_lists.Rows)
                assert rows.total == len(there)
                assert [row["number"] for row in rows.items] == order[(page - 1) * size : page * size]


def demand_settled(table: Table) -> None:
    """When nobody writes any more, folding brings everything into the tree, and the room is what is left."""
    quiet = table
    for _ in range(8):  # each takes in as much as the ring holds
        _, quiet = at_once(quiet, folds)
    there = numbers(quiet)
    assert there == numbers(table)
    root, counter = quiet.get(keys.root(LISTING), {}), quiet.get(keys.counter(LISTING), {})
    assert root.get("mark", 0) == counter.get("changes", 0)
    assert root.get("total", 0) == len(there)
    branch = quiet.get(keys.branch(LISTING, 0), {})
    bits = sum(int(str(branch[name])) << 100 * int(name) for name in branch if name.isdecimal())
    assert bits == sum(1 << number for number in there)
    if counter.get("folded") == counter.get("changes"):
        assert counter.get("held", 0) == len(there) or root.get("mark", 0) == 0
    demand(quiet)


def demand_numbers(state: State) -> None:
    """No number is given twice, and who was told that a row came or went can rely on it."""
    came = [each for each in state.returned if isinstance(each, int) and each > 0]
    went = [-each for each in state.returned if isinstance(each, int) and each < 0]
    assert len(set(came)) == len(came)
    assert len(set(went)) == len(went)
    there = numbers(state.table)
    assert set(came) - set(went) <= set(there)
    assert set(went).isdisjoint(there)


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def of(places: int) -> None:
        monkeypatch.setattr(list_log, "RING", places)
        monkeypatch.setattr(list_log, "OVERDUE", max(1, places // 2))
        monkeypatch.setattr(list_log, "_SHARE", 1)
        monkeypatch.setattr(list_log, "_PATIENCE", 1)

    of(4)
    return of


def table_of(rows: int, folded: bool = True) -> Table:
    table: Table = {}
    for _ in range(rows):
        _, table = at_once(table, arrives)
        if folded:
            _, table = at_once(table, folds)
    if not rows:
        _, table = at_once(table, lambda store: list_log.open_list(store, LISTING))
    return table


def demand_in_every_state(table: Table, processes: Sequence[Process]) -> int:
    """Demand it all, whatever comes after whatever; returns how many states there were."""
    seen: set[int] = set()
    states = 0
    for state in every_state(table, processes, stops=True):
        states += 1
        demand_numbers(state)
        if state.table_mark not in seen:
            seen.add(state.table_mark)
            demand(state.table)
        if not state.alive:
            demand_settled(state.table)
    return states


@pytest.mark.parametrize("places", [2, 4])
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize(
    "processes",
    [
        pytest.param([arrives, arrives, folds], id="two-arrive"),
        pytest.param([arrives, leaves, folds], id="one-arrives-one-leaves"),
        pytest.param([leaves, leaves, folds], id="two-would-remove-the-same"),
        pytest.param([arrives, folds, folds_patiently], id="two-fold"),
    ],
)
def test_every_interleaving_of_three(
    ring: Callable[[int], None], places: int, rows: int, processes: list[Process]
) -> None:
    ring(places)
    assert demand_in_every_state(table_of(rows), processes) > 50


def test_the_model_notices_a_number_that_was_taken_before_the_row_was_read() -> None:
    with pytest.raises(AssertionError):
        demand_in_every_state(table_of(2), [arrives, partial(leaves_too_soon, place=2), folds_patiently])


@pytest.mark.real
@pytest.mark.parametrize("rows", range(5))
def test_every_interleaving_of_three_writers_a_remover_and_a_folder(rows: int) -> None:
    """With one of them stopped anywhere: some sixty thousand states each."""
    assert demand_in_every_state(table_of(rows), [arrives, arrives, arrives, leaves, folds]) > 10_000


def test_every_interleaving_at_a_limit() -> None:
    """Two writers for one place: one of them comes, and nobody is told of a limit that was not reached."""
    limited = partial(arrives, limit=3)
    for state in every_state(table_of(2), [limited, limited, folds_patiently], stops=False):
        assert len(numbers(state.table)) <= 3
        if not state.alive:
            assert len(numbers(state.table)) == 3 or "LimitReached" not in state.returned


def test_a_history_of_each_kind() -> None:
    live_through(range(HISTORIES))


@pytest.mark.real
@pytest.mark.parametrize("part", range(20))
def test_many_histories(part: int) -> None:
    live_through(range(part * MANY, (part + 1) * MANY))


def live_through(seeds: Iterable[int]) -> None:
    """Histories at random: up to seven processes on rings of one place to five, perhaps one stopped."""
    for seed in seeds:
        dice = random.Random(seed)  # noqa: S311 - the same histories every time
        list_log.RING = dice.randint(1, 5)
        list_log.OVERDUE = dice.randint(1, list_log.RING)
        table = table_of(dice.randint(0, 5), folded=dice.random() < 0.5)
        before = len(numbers(table))
        limit = before + dice.randint(0, 3) if dice.random() < 0.3 else None
        kinds: list[Process] = [
            partial(arrives, limit=limit),
            partial(leaves, place=dice.randrange(6)),
            folds,
            folds_patiently,
            reads,
        ]
        processes = [dice.choice(kinds) for _ in range(dice.randint(2, 7))]
        state = start(table, processes)
        stop = dice.randrange(60)
        totals: list[int] = []
        while state.alive:
            place = dice.choice(state.alive)
            state = state.without(place) if len(totals) == stop else state.after(processes, place)
            totals.append(len(numbers(state.table)))
        demand_numbers(state)
        demand_settled(state.table)
        assert limit is None or max(totals) <= max(limit, before)
        for returned in state.returned:
            if isinstance(returned, tuple):
                assert min(before, *totals) <= returned[0] <= max(before, *totals), seed
