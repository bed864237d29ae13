"""`make check` shows how many resources the stack has, before anybody deploys it."""

import json
from pathlib import Path

import pytest

from tools import translated


def test_the_number_of_resources_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    translated.main([str(tmp_path / "new/translated.json")])
    written = json.loads((tmp_path / "new/translated.json").read_text("utf-8"))
    assert capsys.readouterr().out == f"{len(written['Resources'])} resources in the stack, of at most 480\n"
