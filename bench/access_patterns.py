"""Writes docs/access-patterns.md from the budgets in the tests: `python -m bench.access_patterns`."""

import inspect
from collections.abc import Sequence
from pathlib import Path

from tests.support.access_patterns import MODULES, PATTERNS, Pattern
from tests.support.budgets import ENDPOINTS, Endpoint

PAGE = Path("docs/access-patterns.md")

_HEAD = """\
# Access patterns, and what they cost

Written by `python -m bench.access_patterns` from `tests/support/budgets.py` and
`tests/support/access_patterns.py`: do not edit. `tests/test_budgets.py` runs every row under the meter. The
figures are the worst case while nobody contends: a conflict, a throttled call or a lost answer makes one
more.

## Endpoints

Round trips to the table, authentication included, for a credential made by Roster; a list is asked for a
page of 100. Once an hour a session's request makes one Write more, outside of any transaction.
Read units of a page: at most five above those of its own rows (`tests/test_pages_at_scale.py`).

| endpoint | budget | takes | transactions |
|---|--:|--:|--:|
"""
_FUNCTIONS = """
## Functions of the directory, of `roster.auth` and of counted lists

| function | what it does | calls |
|---|---|---|
"""


_MODULES = {module.__name__.rpartition(".")[2]: module for module in MODULES}


def render(endpoints: Sequence[Endpoint], patterns: Sequence[Pattern]) -> str:
    """The document, in Markdown."""
    rows = (
        f"| `{row.route}`{_noted(row.note)} | {row.budget} | {row.trips} | {row.transactions} |\n"
        for row in endpoints
    )
    functions = (
        f"| `{row.name}`{_noted(row.note)} | {_purpose(row.name)} | {_calls(row)} |\n" for row in patterns
    )
    return _HEAD + "".join(rows) + _FUNCTIONS + "".join(functions)


def _purpose(name: str) -> str:
    module, _, function = name.partition(".")
    text = inspect.getdoc(getattr(_MODULES[module], function)) or ""
    return " ".join(text.partition("\n\n")[0].split())


def _calls(row: Pattern) -> str:
    each = (f"{count} {operation}" for operation, count in row.calls.items())
    return ", ".join(each) or "none"


def _noted(note: str) -> str:
    return f" {note}" if note else ""


if __name__ == "__main__":
    (Path(__file__).parents[1] / PAGE).write_text(render(ENDPOINTS, PATTERNS), encoding="utf-8")
