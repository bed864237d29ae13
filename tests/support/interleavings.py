"""Every interleaving of processes that share a table, by running the processes themselves again and again.

A process is a function of a store. One step of it is one call to the store; a BatchGet is one step for each
key, for DynamoDB promises no common moment for them. A process that has taken some steps is known by the
results that it got: it is run from its beginning on these results, then one step on the table as it is. So a
state of the whole is a value, no code of the processes is written twice, and no thread is needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from local.sqlite_items import holds, updated
from roster.clock import Deadline
from roster.db.store import Check, Delete, Item, Key, Operation, Page, Put, Refusal, Refused, Update

Table = Mapping[Key, Item]
Process = Callable[["Steps"], object]
T = TypeVar("T")


class _Paused(BaseException):
    """The process has taken its step."""


@dataclass(slots=True)
class Steps:
    """A store on which one process repeats the steps that it has taken, and takes one more."""

    table: dict[Key, Item]
    taken: tuple[object, ...] = ()
    position: int = 0
    new: list[object] = field(default_factory=list)
    to_the_end: bool = False
    mark: int = 0
    """Equal for equal tables."""

    def within(self, deadline: Deadline) -> Self:
        return self

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        found: Item | None = self._step(lambda: self.table.get(key))
        return found

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        found = ((key, self.get(key, consistent=consistent)) for key in dict.fromkeys(keys))
        return {key: item for key, item in found if item is not None}

    def query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None = None,
        limit: int | None = None,
        forward: bool = True,
        **_: object,
    ) -> Page:
        low, high = between or ("", "~")
        page: Page = self._step(lambda: self._queried(pk, low, high, limit, forward))
        return page

    def _queried(self, pk: str, low: str, high: str, limit: int | None, forward: bool) -> Page:
        there = sorted(key for key in self.table if key.pk == pk and low <= key.sk <= high)
        if not forward:
            there.reverse()
        some = there[:limit]
        return Page([self.table[key] for key in some], some[-1] if len(some) < len(there) else None)

    def scan(self, **_: object) -> Page:
        raise NotImplementedError

    def pause(self, attempt: int) -> None:
        """Others may take their steps at any time."""

    def bulk_put(self, items: Sequence[Item]) -> None:
        raise NotImplementedError

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        self._step(lambda: self._done([operation]), raises=True)
        return self._step_free(operation.key) if returning else None

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        self._step(lambda: self._done(operations), raises=True)

    def _step_free(self, key: Key) -> Item | None:
        """What the write before has left; it is part of that step."""
        result = (*self.taken, *self.new)[self.position - 1]
        assert isinstance(result, dict)
        left: Item | None = result[key]
        return left

    def _step(self, act: Callable[[], Any], *, raises: bool = False) -> Any:
        if self.position < len(self.taken):
            result = self.taken[self.position]
        elif self.new and not self.to_the_end:
            raise _Paused
        else:
            result = act()
            self.new.append(result)
        self.position += 1
        if raises and isinstance(result, Refused):
            raise Refused(result.refusals)
        return result

    def _done(self, operations: Sequence[Operation]) -> object:
        """The items as the operations left them, or the refusal."""
        refusals = [
            Refusal(position, self.table.get(operation.key))
            for position, operation in enumerate(operations)
            if operation.condition is not None
            and not holds(operation.condition, self.table.get(operation.key, {}))
        ]
        if refusals:
            return Refused(refusals)
        after: dict[Key, Item | None] = {}
        for operation in operations:
            key = operation.key
            match operation:
                case Put(item):
                    after[key] = item
                case Update():
                    after[key] = updated(operation, self.table.get(key, dict(key.attributes())))
                case Delete():
                    after[key] = None
                case Check():
                    pass
        for key, left in after.items():
            self.mark ^= hash((key, repr(self.table.get(key)))) ^ hash((key, repr(left)))
            if left is None:
                self.table.pop(key, None)
            else:
                self.table[key] = left
        return after


@dataclass(frozen=True, slots=True)
class State:
    """The table, and of each process the steps it took (None: it ended or was stopped) and what it returned.

    The marks are equal for equal tables, and for processes that are equal and came to the same place.
    """

    table: Table
    taken: tuple[tuple[object, ...] | None, ...]
    returned: tuple[object, ...]
    stopped: bool
    table_mark: int
    marks: tuple[int, ...]

    @property
    def mark(self) -> int:
        """Equal for states from which the same can follow, whichever of equal processes is where."""
        return hash((self.table_mark, tuple(sorted(self.marks)), self.stopped))

    @property
    def alive(self) -> list[int]:
        return [place for place, taken in enumerate(self.taken) if taken is not None]

    def after(self, processes: Sequence[Process], place: int) -> "State":
        """The state after one step of a process."""
        taken = self.taken[place]
        assert taken is not None
        steps = Steps(dict(self.table), taken, mark=self.table_mark)
        try:
            returned = processes[place](steps)
        except _Paused:
            more: tuple[object, ...] | None = (*taken, *steps.new)
            returned = None
            mark = hash((self.marks[place], _text(steps.new[0])))
        else:
            more = None
            mark = hash((processes[place], str(returned)))
        return State(
            steps.table,
            _with(self.taken, place, more),
            _with(self.returned, place, returned),
            self.stopped,
            steps.mark,
            _with(self.marks, place, mark),
        )

    def without(self, place: int) -> "State":
        """The state after a process was stopped for ever, between two steps."""
        marks = _with(self.marks, place, 0)
        return State(self.table, _with(self.taken, place, None), self.returned, True, self.table_mark, marks)


def _with(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def at_once(table: Table, process: Process) -> tuple[object, Table]:
    """What a process returns that nobody comes between, and the table that it leaves."""
    steps = Steps(dict(table), to_the_end=True)
    return process(steps), steps.table


def start(table: Table, processes: Sequence[Process]) -> State:
    """All processes before their first step."""
    several = len(processes)
    return State(table, ((),) * several, (None,) * several, False, 0, tuple(map(hash, processes)))


def every_state(table: Table, processes: Sequence[Process], *, stops: bool) -> Iterator[State]:
    """Each state that can come about, once; with `stops` also where one process is stopped anywhere."""
    first = start(table, processes)
    seen = {first.mark}
    waiting = [first]
    while waiting:
        state = waiting.pop()
        yield state
        following = [state.after(processes, place) for place in state.alive]
        if stops and not state.stopped:
            following += [state.without(place) for place in state.alive]
        for each in following:
            if each.mark not in seen:
                seen.add(each.mark)
                waiting.append(each)


def _text(value: object) -> str:
    if isinstance(value, Refused):
        return f"refused {[(each.position, each.item) for each in value.refusals]}"
    return repr(value)
