"""The protocol of counted lists (`roster/db/list_log.py`), by every interleaving of small numbers of processes.

The processes are the code itself, on a table in memory; the log's ring is made small, so that it is used again.
In every state that can come about the same must hold, whoever was stopped where.
"""

import os
from collections.abc import Callable, Mapping

import pytest

from roster.db import counted_lists, keys, list_log
from roster.db.list_log import fold
from roster.db.store import Item, Key, Store
from roster.db.transactions import Transaction, retry_on_conflict
from roster.domain import Actor
from roster.errors import LimitReached, Unavailable
from tests.support.api import Clock
from tests.support.interleavings import Process, State, Table, every_state, start

LISTING = keys.members("acme")
BY = Actor("model", Clock()())
HISTORIES = int(os.environ.get("HISTORIES", "2000"))


def arrives(store: Store, limit: int | None = None) -> object:
    """A writer: a row comes to the list. Returns its number, or why it did not come."""

    def attempt() -> int:
        work = Transaction(BY)
        number = work.take(store, LISTING, limit=limit)
        work.add_row(LISTING, number, {"number": number})
        work.commit(store)
        return number

    try:
        return retry_on_conflict(attempt, 3)
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
        return retry_on_conflict(attempt, 3)
    except Unavailable:
        return "Unavailable"


def folds(store: Store) -> object:
    """A folder who has no patience: every number that is missing is given up."""
    return fold(store, LISTING, overdue=0)


def folds_patiently(store: Store) -> object:
    return fold(store, LISTING, overdue=1)


def reads(store: Store) -> object:
    """A reader: the total, and the numbers of the second page of two."""
    rows = counted_lists.page(store, LISTING, 2, 2)
    return rows.total, tuple(keys.number_of(Key.of(row)) for row in rows.items)


def numbers(table: Table) -> list[int]:
    return sorted(keys.number_of(key) for key in table if key.pk == LISTING and key.sk.startswith("ROW#"))


def at_once(table: Table, process: Process) -> tuple[object, dict[Key, Item]]:
    """What a process returns that nobody comes between, and the table that it leaves."""
    state = start(table, [process])
    while state.alive:
        state = state.after([process], 0)
    return state.returned[0], dict(state.table)


def demand(table: Table) -> None:
    """What must hold in every state: whoever reads now sees exactly the rows that are there."""
    there = numbers(table)
    for forward in (True, False):
        order = there if forward else there[::-1]
        for size in (1, 2, 3):
            for page in range(1, len(there) // size + 2):
                rows, _ = at_once(
                    table,
                    lambda store, n=page, s=size, f=forward: counted_lists.page(
                        store, LISTING, n, s, forward=f
                    ),
                )
                assert isinstance(rows, counted_lists.Rows)
                assert rows.total == len(there)
                assert [row["number"] for row in rows.items] == order[(page - 1) * size : page * size]


def demand_settled(table: Table) -> None:
    """When nobody writes any more, one fold brings everything into the tree, and the room is what is left."""
    _, settled = at_once(table, folds)
    there = numbers(settled)
    assert there == numbers(table)
    root, counter = settled.get(keys.root(LISTING), {}), settled.get(keys.counter(LISTING), {})
    assert root.get("mark", 0) == counter.get("changes", 0)
    assert root.get("total", 0) == len(there)
    branch = settled.get(keys.branch(LISTING, 0), {})
    bits = sum(int(str(branch[name])) << 100 * int(name) for name in branch if name.isdecimal())
    assert bits == sum(1 << number for number in there)
    if counter.get("folded") == counter.get("changes"):
        assert counter.get("held", 0) == len(there) or root.get("mark", 0) == 0
    demand(settled)


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
        monkeypatch.setattr(list_log, "OVERDUE", places)

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


CASES: Mapping[str, tuple[Table, int, list[Process]]] = {}


@pytest.mark.parametrize("places", [1, 2, 4])
@pytest.mark.parametrize("rows", [0, 1, 4])
@pytest.mark.parametrize(
    "processes",
    [
        pytest.param([arrives, arrives, folds], id="two-arrive"),
        pytest.param([arrives, leaves, folds], id="one-arrives-one-leaves"),
        pytest.param([leaves, leaves, folds], id="two-leave-the-same"),
        pytest.param([arrives, folds, folds_patiently], id="two-fold"),
    ],
)
def test_every_interleaving_of_three(
    ring: Callable[[int], None], places: int, rows: int, processes: list[Process]
) -> None:
    ring(places)
    for state in every_state(table_of(rows), processes, stops=True):
        demand(state.table)
        demand_numbers(state)
        if not state.alive:
            demand_settled(state.table)
