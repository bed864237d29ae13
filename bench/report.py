"""The measurements of pages as a document and as a plot. Only ratios: the machines are noisy."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib import pyplot

from bench.measuring import REPEATS, SIZE, Cost, Result
from roster.db import list_log

_HEAD = """\
# Any page in three reads, four while the list is written: counted pages compared with the naive walk

Written by `{command}` on {day}, commit {commit}; do not edit. *Counted* is
`counted_lists.page` (decision 0001). *Naive* follows `LastEvaluatedKey` from the first row, {size} rows a
call, until the page is reached. Both read the same table in the same run, and were found to give the same
rows.

The machine is a noisy one that other work shares, and engine and reader share it: times are given only as
multiples of the counted first page's on the same engine. A counted page was read {repeats} times, in turns
with the others, and the median counts; the naive walk was walked once, and what it had cost when it passed a
page is what that page costs. Calls and read units (strongly consistent) are exact, and what AWS would bill;
those of the embedded store follow from the sizes of what it reads.
DynamoDB Local passes over the rows before a `LastEvaluatedKey` again, so that the deeper a walk the more time
each of its calls takes; AWS does not: there, compare calls and units.

![Naive and counted pages, by page number](pages.png)
"""
_COLUMNS = """
## {engine}: {rows:,} rows of {row_bytes:.0f} bytes

| page | counted: calls | read units | time | naive: calls | read units | time |
|---|--:|--:|--:|--:|--:|--:|
"""


_WRITTEN = """
While the list is written, with {ring} changes in its log that the counts lack (the most there can be):

| page | calls | read units |
|---|--:|--:|
"""


def table(results: Sequence[Result], random: Sequence[int], day: date, commit: str, command: str) -> str:
    """The document, in Markdown."""
    text = _HEAD.format(command=command, day=day, commit=commit, size=SIZE, repeats=REPEATS)
    return text + "".join(_section(result, random) for result in results)


def plot(results: Sequence[Result], path: Path) -> None:
    """Draw time and, where the engine bills them, read units over page numbers."""
    mpl.use("Agg")
    panels = [(result, *panel) for result in results for panel in _panels(result)]
    figure, axes = pyplot.subplots(1, len(panels), figsize=(5 * len(panels), 4.2), squeeze=False)
    for axis, (result, label, values) in zip(axes[0], panels, strict=True):
        for costs, name, mark in ((result.naive, "naive walk", "o-"), (result.counted, "counted", "s-")):
            numbers = sorted(costs)
            axis.loglog(numbers, [values(costs[n]) for n in numbers], mark, markersize=3, label=name)
        axis.set(title=f"{result.engine}, {result.rows:,} rows", xlabel=f"page of {SIZE} rows", ylabel=label)
        axis.grid(visible=True, which="major", alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _panels(result: Result) -> Iterator[tuple[str, Callable[[Cost], float]]]:
    yield "time, in counted first pages", result.times
    if result.counted[1].units:
        yield "read units", lambda cost: cost.units


def _section(result: Result, random: Sequence[int]) -> str:
    lines = [
        _line(result, name, result.counted[number], result.naive[number])
        for name, number in (
            ("1", 1),
            (f"{result.middle:,} (middle)", result.middle),
            (f"{result.last:,} (last)", result.last),
        )
    ]
    for name, pick in ((f"{len(random)} random, median", median), (f"{len(random)} random, worst", max)):
        counted, naive = (
            Cost(
                round(pick([costs[number].calls for number in random])),
                pick([costs[number].units for number in random]),
                pick([costs[number].seconds for number in random]),
            )
            for costs in (result.counted, result.naive)
        )
        lines.append(_line(result, name, counted, naive))
    columns = _COLUMNS.format(engine=result.engine, rows=result.rows, row_bytes=result.row_bytes)
    return columns + "".join(lines) + _while_written(result, random)


def _while_written(result: Result, random: Sequence[int]) -> str:
    costs = result.written
    rows = [(f"{number:,}", costs[number].calls, costs[number].units) for number in (1, result.middle)]
    rows.append((f"{result.last:,}", costs[result.last].calls, costs[result.last].units))
    calls, units = (
        max(each) for each in zip(*((costs[n].calls, costs[n].units) for n in random), strict=True)
    )
    rows.append((f"{len(random)} random, worst", calls, units))
    lines = [f"| {page} | {calls} | {units:,.0f} |\n" for page, calls, units in rows]
    return _WRITTEN.format(ring=list_log.RING) + "".join(lines)


def _line(result: Result, name: str, counted: Cost, naive: Cost) -> str:
    cells = [name]
    for cost in (counted, naive):
        cells += [f"{cost.calls:,}", f"{cost.units:,.0f}" if cost.units else "-", _times(result.times(cost))]
    return f"| {' | '.join(cells)} |\n"


def _times(ratio: float) -> str:
    return f"x {ratio:.2f}" if ratio < 10 else f"x {ratio:,.0f}"
