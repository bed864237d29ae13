"""Every interleaving of processes that share a table, by running the processes themselves again and again.

A process is a function of a store. One step of it is one call to the store; a BatchGet is one step for each
key, for DynamoDB promises no common moment for them. A process that has taken some steps is known by the
results that it got: it is run from its beginning on these results, then one step on the table as it is. So a
state of the whole is a value, no code of the processes is written twice, and no thread is needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from local.sqlite_items import holds, updated
from roster.clock import Deadline
from roster.db.store import Check, Delete, Item, Key, Operation, Page, Put, Refusal, Refused, Update

Table = Mapping[Key, Item]
Process = Callable[["Steps"], object]


class _Paused(BaseException):
    """The process has taken its step."""


@dataclass(slots=True)
class Steps:
    """A store on which one process repeats the steps that it has taken, and takes one more."""

    table: dict[Key, Item]
    taken: tuple[object, ...] = ()
    position: int = 0
    new: list[object] = field(default_factory=list)

    def within(self, deadline: Deadline) -> Self:
        return self

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        return self._step(lambda: self.table.get(key))

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
        return self._step(lambda: self._queried(pk, low, high, limit, forward))

    def _queried(self, pk: str, low: str, high: str, limit: int | None, forward: bool) -> Page:
        there = sorted(key for key in self.table if key.pk == pk and low <= key.sk <= high)
        if not forward:
            there.reverse()
        some = there[:limit]
        return Page([self.table[key] for key in some], some[-1] if len(some) < len(there) else None)

    def scan(self, **_: object) -> Page:
        raise NotImplementedError

    def bulk_put(self, items: Sequence[Item]) -> None:
        raise NotImplementedError

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        self._step(lambda: self._done([operation]), raises=True)
        return self._step_free(operation.key) if returning else None

    def transact(self, operations: Sequence[Operation], *, token: str) -> None:
        self._step(lambda: self._done(operations), raises=True)

    def _step_free(self, key: Key) -> Item | None:
        """What the write before has left; it is part of that step."""
        if self.position <= len(self.taken):
            result = self.taken[self.position - 1]
        else:
            result = self.new[-1]
        assert isinstance(result, dict)
        return result[key]

    def _step(self, act: Callable[[], Any], *, raises: bool = False) -> Any:
        if self.position < len(self.taken):
            result = self.taken[self.position]
        elif self.new:
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
            if left is None:
                self.table.pop(key, None)
            else:
                self.table[key] = left
        return after


@dataclass(frozen=True, slots=True)
class State:
    """The table, and of each process the steps it took (None: it ended or was stopped) and what it returned."""

    table: Table
    taken: tuple[tuple[object, ...] | None, ...]
    returned: tuple[object, ...]
    stopped: bool = False

    @property
    def name(self) -> str:
        """Equal for states from which the same can follow."""
        table = sorted((key, _text(item)) for key, item in self.table.items())
        return f"{table} {[None if each is None else [_text(one) for one in each] for each in self.taken]} {self.returned} {self.stopped}"

    @property
    def alive(self) -> list[int]:
        return [place for place, taken in enumerate(self.taken) if taken is not None]

    def after(self, processes: Sequence[Process], place: int) -> "State":
        """The state after one step of a process."""
        taken = self.taken[place]
        assert taken is not None
        steps = Steps(dict(self.table), taken)
        returned: object = None
        try:
            returned = processes[place](steps)
            ended = True
        except _Paused:
            ended = False
        more = None if ended else (*taken, *steps.new)
        return State(
            steps.table,
            (*self.taken[:place], more, *self.taken[place + 1 :]),
            (*self.returned[:place], returned, *self.returned[place + 1 :]),
            self.stopped,
        )

    def without(self, place: int) -> "State":
        """The state after a process was stopped for ever, between two steps."""
        return State(self.table, (*self.taken[:place], None, *self.taken[place + 1 :]), self.returned, True)


def start(table: Table, processes: Sequence[Process]) -> State:
    return State(table, ((),) * len(processes), (None,) * len(processes))


def every_state(table: Table, processes: Sequence[Process], *, stops: bool) -> Iterator[State]:
    """Each state that can come about, once; with `stops` also where one process is stopped anywhere."""
    first = start(table, processes)
    seen = {hash(first.name)}
    waiting = [first]
    while waiting:
        state = waiting.pop()
        yield state
        following = [state.after(processes, place) for place in state.alive]
        if stops and not state.stopped:
            following += [state.without(place) for place in state.alive]
        for each in following:
            name = hash(each.name)
            if name not in seen:
                seen.add(name)
                waiting.append(each)


def _text(value: object) -> str:
    if isinstance(value, Refused):
        return f"refused {[(each.position, each.item) for each in value.refusals]}"
    return repr(value)
