"""What pages cost, counted and by the naive walk, read from one store in one run."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from local.sqlite_items import Row
from roster.clock import Deadline, ordered_id
from roster.db import counted_lists, keys, list_log
from roster.db.list_tree import Move
from roster.db.store import Absent, Delete, Key, Present, Put, Store
from tests.support.meter import Meter

SIZE = 100
REPEATS = 25  # readings of each counted page, in turns, of which the median counts
_PATIENCE = 3_600.0  # seconds for a store's whole measurement


@dataclass(frozen=True, slots=True)
class Cost:
    """What it takes to read a page; units are 0 where the store has none."""

    calls: int
    units: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a store gave: the costs of the same pages both ways."""

    engine: str
    rows: int
    row_bytes: float
    counted: dict[int, Cost]
    naive: dict[int, Cost]
    written: dict[int, Cost]
    """Of the counted pages while the log of the list is full of changes that are not in the tree."""

    @property
    def last(self) -> int:
        return -(-self.rows // SIZE)

    @property
    def middle(self) -> int:
        return (self.last + 1) // 2

    def times(self, cost: Cost) -> float:
        """How long that took, in first pages."""
        return cost.seconds / self.counted[1].seconds


def measure(
    engine: str,
    store: Store,
    meter: Meter,
    random: Sequence[int],
    progress: Callable[[str, int, int], None],
) -> Result:
    """Read the first page, the middle, the last and the random ones. Raises RuntimeError for a wrong page."""
    store = store.within(Deadline.after(_PATIENCE))
    rows = counted_lists.total(store, keys.USERS)
    last = -(-rows // SIZE)
    wanted = sorted({1, (last + 1) // 2, last, *random})
    for number in wanted[:10]:  # neither way pays for connections and warming up
        _counted(store, meter, number)
    walk = Walk(store, meter, frozenset(wanted))
    walk.go(last, lambda done: progress(f"{engine}: naive walk", done, last))
    readings: dict[int, list[Cost]] = defaultdict(list)
    for turn in range(REPEATS):
        for number in wanted:
            cost, first = _counted(store, meter, number)
            if first != walk.first[number]:
                raise RuntimeError(f"the two ways disagree on page {number}")
            readings[number].append(cost)
        progress(f"{engine}: counted", turn + 1, REPEATS)
    _write(store)
    written = {number: _counted(store, meter, number)[0] for number in wanted}
    return Result(
        engine,
        rows,
        walk.weight / rows,
        {number: _median(costs) for number, costs in readings.items()},
        walk.costs,
        written,
    )


class Walk:
    """The naive way: `LastEvaluatedKey` from the first row on, until the page is reached.

    One walk to the last page passes all others: what it has cost by then is what that page costs.
    """

    def __init__(self, store: Store, meter: Meter, wanted: frozenset[int]) -> None:
        self._store, self._meter, self._wanted = store, meter, wanted
        self.costs: dict[int, Cost] = {}
        self.first: dict[int, Key] = {}
        """The key of the first row of each wanted page."""
        self.weight = 0
        """Bytes of all rows, as DynamoDB counts them."""

    def go(self, last: int, progress: Callable[[int], None]) -> None:
        """Walk up to the page `last`."""
        seconds, start = 0.0, None
        reach = keys.rows_from(0)
        with self._meter.measure() as reading:
            for number in range(1, last + 1):
                began = perf_counter()
                part = self._store.query(keys.USERS, between=reach, limit=SIZE, start=start)
                seconds += perf_counter() - began
                start = part.next
                self.weight += sum(Row.of(item).size for item in part.items)
                if number in self._wanted:
                    self.costs[number] = Cost(reading.trips, reading.read_units, seconds)
                    self.first[number] = Key.of(part.items[0])
                progress(number)


def _write(store: Store) -> None:
    """Fill the list's log without a fold: rows leave at even distances, and as many come."""
    total = counted_lists.total(store, keys.USERS)
    for which in range(list_log.RING // 2):
        gone = keys.row(keys.USERS, 1 + 2 * which * total // list_log.RING)
        row = store.get(gone) or {}
        _change(store, Delete(gone, Present()), -1)
        number = list_log.allocate(store, keys.USERS)
        come = {**row, **keys.row(keys.USERS, number).attributes(), "number": number}
        _change(store, Put(come, Absent()), 1)


def _change(store: Store, operation: Put | Delete, sign: int) -> None:
    change = list_log.take(store, keys.USERS, numbers=0, rows=0).change
    if change is None:
        raise RuntimeError("counts move with the rows of this list")
    move = Move(keys.USERS, keys.number_of(operation.key), sign)
    store.transact([operation, list_log.entry(keys.USERS, change, [move])], token=ordered_id())


def _counted(store: Store, meter: Meter, number: int) -> tuple[Cost, Key]:
    with meter.measure() as reading:
        began = perf_counter()
        page = counted_lists.page(store, keys.USERS, number, SIZE)
        seconds = perf_counter() - began
    return Cost(reading.trips, reading.read_units, seconds), Key.of(page.items[0])


def _median(costs: Sequence[Cost]) -> Cost:
    calls, units = min((cost.calls, cost.units) for cost in costs)  # a lost answer makes a call more
    return Cost(calls, units, median(cost.seconds for cost in costs))
