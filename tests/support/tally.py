"""What a run has to say beside its tests: counts and lines, printed at its end, also from xdist's workers.

    tally.count("faults injected", 3)
    tally.say("rows", "J 32 tested, 0 listed")

PYTEST_DONT_REWRITE: it asserts nothing, and may be imported before it is registered.
"""

from collections import Counter
from typing import Any

import pytest

COUNTS: Counter[str] = Counter()
LINES: dict[str, str] = {}


def count(what: str, more: int = 1) -> None:
    """Add to a count of the whole run."""
    COUNTS[what] += more


def say(what: str, line: str) -> None:
    """Set a line of the summary; every worker says the same one."""
    LINES[what] = line


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it has."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["tally"] = [dict(COUNTS), LINES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """The controller takes what a worker hands over; a worker that crashed hands over nothing."""
    counts, lines = getattr(node, "workeroutput", {}).get("tally", [{}, {}])
    COUNTS.update(counts)
    LINES.update(lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line each, above pytest's own last line."""
    for what, line in sorted(LINES.items()):
        terminalreporter.write_line(f"{what}: {line}")
    for what, number in sorted(COUNTS.items()):
        terminalreporter.write_line(f"{what}: {number}")
