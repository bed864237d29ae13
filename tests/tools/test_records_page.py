"""docs/records.md is what the shapes make of it, and its example comes in."""

import json
import re
import shlex
from pathlib import Path

import pytest

from cli.main import main
from cli.records.shapes import SHAPES
from cli.sources import SOURCES
from cli.verify import verify
from tests.tools.support import NOW, Records
from tools.records import EXAMPLE, PAGE, written

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / PAGE).read_text("utf-8")
LINES = [json.loads(line) for line in (ROOT / EXAMPLE).read_text("utf-8").splitlines()]


def test_fn_06_the_page_is_what_the_shapes_make_of_it() -> None:
    assert written(TEXT) == TEXT, "python -m tools.records writes it"


def test_fn_06_the_page_has_every_type_and_every_field() -> None:
    for kind, shape in SHAPES.items():
        section = TEXT.split(f"\n### {kind}\n")[1].split("\n### ")[0]
        assert all(f"| `{info.alias}` |" in section for info in shape.model_fields.values())
        assert shape.notes.keys() <= {str(info.alias) for info in shape.model_fields.values()}


def test_fn_06_the_example_has_every_type_and_every_field_and_comes_in(records: Records) -> None:
    for kind, shape in SHAPES.items():
        used = {name for line in LINES if line["type"] == kind for name in line} - {"type"}
        assert used == {info.alias for info in shape.model_fields.values()}, kind
    outcome = records.good(*LINES)
    assert outcome.created.total() == len(LINES)
    assert not outcome.left_out
    assert not verify(records.store, now=NOW).broken


def test_the_page_names_every_source() -> None:
    assert set(re.findall(r"^\| `([a-z0-9]+)` \| .* \| .* \|$", TEXT.partition("## Types")[0], re.M)) == {
        *SOURCES
    }


@pytest.mark.parametrize("command", re.findall(r"^\.venv/bin/roster (.*)$", TEXT, re.M))
def test_the_pages_commands_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme-realm.json").write_text('{"realm": "acme", "users": []}')
    (tmp_path / "people.csv").write_text("E-mail,Name\nann@x.test,Ann\n")
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().err == ""
