"""Every figure of speed that a document quotes is of the last `make bench`, with its day and commit."""

import re
from pathlib import Path

import pytest

from bench import contention, document, record

FILES = list(document.written())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(document.ROOT)))
def test_quoted_figures_are_those_of_the_last_run(file: Path) -> None:
    text = file.read_text("utf-8")
    assert document.filled(text) == text, "run `make bench`, or `.venv/bin/python -m bench.document`"


def test_the_page_of_figures_is_that_of_the_last_run() -> None:
    assert document.PAGE.read_text("utf-8") == document.page()


def test_the_readme_quotes_figures() -> None:
    text = (document.ROOT / "README.md").read_text("utf-8")
    assert document.summary() in text
    assert re.search(r"\d{4}-\d\d-\d\d, commit [0-9a-f]{7}", document.summary())


def test_the_page_has_every_documented_endpoint() -> None:
    measured = [row["subject"] for row in record.read("endpoints")["rows"][1:]]
    assert len(set(measured)) == len(measured) == 23
    for route in measured:
        assert f"| {route} |" in document.page()


def test_the_plots_are_there() -> None:
    named = re.findall(r"!\[[^]]*\]\((\w+\.png)\)", document.page())
    assert {"narrow.png", "endpoints.png"} <= set(named)
    for name in named:
        assert (record.DOCS / name).read_bytes().startswith(b"\x89PNG")


def test_the_page_of_contention_is_that_of_the_last_run() -> None:
    assert (record.DOCS / "contention.md").read_text("utf-8") == contention.page()
    assert (record.DOCS / "contention.png").read_bytes().startswith(b"\x89PNG")
