"""The register of attack rows (`rows.toml`), and which of them the collected tests prove.

A test proves the rows that its name or a parameter's id holds (`test_j08_...`, `[P-16-empty]`), and those
that its marker names: `@pytest.mark.row("E-07", "item-33")`.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support import tally

_READ: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "rows.toml").read_text("utf-8"))
ROWS: dict[str, str] = _READ["rows"]
LISTED: dict[str, str] = _READ["listed"]

PROVED = pytest.StashKey[frozenset[str]]()
"""In the configuration: the rows that the collected tests prove, those left out by a marker included."""

ACCOUNT = "test_every_row_is_tested_or_listed_and_none_is_both"

_NAMED = re.compile(
    r"(?<![A-Za-z0-9])(?:[JHPEZSFBL]|item)-\d\d(?![0-9])|(?<=_)[jhpezsfbl]\d\d(?=_)", re.ASCII
)


def rows_in(text: str) -> set[str]:
    """The rows that a test's name holds."""
    found: list[str] = _NAMED.findall(text)
    return {row if "-" in row else f"{row[0].upper()}-{row[1:]}" for row in found}


def rows_of(test: pytest.Item) -> set[str]:
    """The rows that a test proves."""
    marked: set[Any] = {row for mark in test.iter_markers("row") for row in mark.args}
    return rows_in(test.name) | marked


def told(proved: Iterable[str]) -> str:
    """The tally: for each letter how many rows are tested, listed, and there in all."""
    tested, listed, all_ = (Counter(map(_letter, some)) for some in (set(proved) & set(ROWS), LISTED, ROWS))
    return ", ".join(f"{letter} {tested[letter]}/{listed[letter]}/{all_[letter]}" for letter in all_)


def _letter(row: str) -> str:
    return row.partition("-")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Read the rows before anything is left out; only where all was collected is every row asked for."""
    proved = frozenset(row for test in items for row in rows_of(test))
    config.stash[PROVED] = proved
    if _has_collected_all(config):
        tally.say("attack rows tested/listed/all", told(proved))
        return
    left_out = [test for test in items if test.name == ACCOUNT]
    if left_out:
        items[:] = [test for test in items if test.name != ACCOUNT]
        config.hook.pytest_deselected(items=left_out)


def _has_collected_all(config: pytest.Config) -> bool:
    return config.args == ["tests"] and not (config.getoption("ignore") or config.getoption("ignore_glob"))
