"""Handlers called in this process with the gateway's own events, and what that takes."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from os import devnull
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from local.gateway import Event, Function, Gateway, Routes
from roster import clock, dependencies
from roster.db.store import Store
from tests.support.api import Api, Clock, Context

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
BLOCK = 50  # requests of one subject before it is the next one's turn


@dataclass
class App:
    """The API over a store; events are made by the template's routes, and handled when asked."""

    store: Store
    api: Api = field(init=False)
    caught: tuple[Function, Event] | None = None
    catching: bool = False

    def __post_init__(self) -> None:
        dependencies.use(dependencies.Dependencies(self.store))
        routes = Routes.from_template(TEMPLATE)
        self.api = Api(Gateway(routes, self._invoke), self.store, Clock(clock.now()))

    def call(self, ask: Callable[[Api], object]) -> Callable[[], dict[str, Any]]:
        """What handles the request that `ask` sends, as often as it is called."""
        self.catching = True
        ask(self.api)
        self.catching = False
        if self.caught is None:
            raise RuntimeError("no function has this route")
        function, event = self.caught
        handler = getattr(import_module(function.module), function.attribute)
        context = Context(function.id)
        return lambda: handler(event, context)

    def _invoke(self, function: Function, event: Event) -> Any:
        self.caught = function, event
        if self.catching:
            return {"statusCode": 204}
        return getattr(import_module(function.module), function.attribute)(event, Context(function.id))


Calls = Callable[[int, int], Iterable[Callable[[], Any]]]
"""The calls of one block, given its number and length; what it takes to make them is not measured."""


@dataclass(frozen=True)
class Subject:
    """What is measured: its blocks of calls, and what a good result looks like."""

    name: str
    calls: Calls
    good: Callable[[Any], bool] = lambda result: True


def same(call: Callable[[], Any]) -> Calls:
    """Blocks of one call, over and over."""
    return lambda number, length: [call] * length


@dataclass(frozen=True)
class Cost:
    """Microseconds a call, of this process's processors and of the clock."""

    cpu: float
    wall: float


def interleaved(subjects: Sequence[Subject], *, runs: int, requests: int) -> dict[str, list[Cost]]:
    """The cost of each subject in each run: blocks in turns, so that all see the same load of the machine."""
    block = min(BLOCK, requests)
    costs: dict[str, list[Cost]] = {subject.name: [] for subject in subjects}
    number = 0
    for subject in subjects:
        _block(subject, number, min(block, 10))  # to warm up
    for _ in range(runs):
        spent = {subject.name: [Cost(0, 0)] for subject in subjects}
        for _ in range(-(-requests // block)):
            number += 1
            for subject in subjects:
                spent[subject.name].append(_block(subject, number, block))
        for name, blocks in spent.items():
            calls = (len(blocks) - 1) * block
            costs[name].append(
                Cost(sum(one.cpu for one in blocks) / calls, sum(one.wall for one in blocks) / calls)
            )
    return costs


def _block(subject: Subject, number: int, length: int) -> Cost:
    calls = list(subject.calls(number, length))
    results = []
    wall, cpu = perf_counter(), process_time()
    for call in calls:
        results.append(call())
    cpu, wall = process_time() - cpu, perf_counter() - wall
    bad = [result for result in results if not subject.good(result)]
    if bad:
        raise RuntimeError(f"{subject.name}: {bad[0]}")
    return Cost(cpu * 1e6, wall * 1e6)


def ratio(costs: Sequence[Cost], to: Sequence[Cost], of: Callable[[Cost], float]) -> float:
    """The median over the runs of one subject's cost divided by another's."""
    return round(median(of(mine) / of(its) for mine, its in zip(costs, to, strict=True)), 3)


def quiet() -> None:
    """Let handlers write their log lines to nowhere: what it takes to make them is measured all the same."""
    sys.stdout = open(devnull, "w")  # noqa: SIM115 - until the process ends
