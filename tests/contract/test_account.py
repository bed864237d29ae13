"""A whole run of pytest, in one process or several, fails when it left a listed status unproduced."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import recorder

ROOT = Path(__file__).parents[2]
SETTINGS = f"""
[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["{ROOT}", "{ROOT / "layers/roster"}"]
addopts = ["-q", "-p", "tests.contract.account", "--import-mode=importlib", "-m", "not real"]
markers = ["real"]
"""
SOME = """
import pytest
from tests.contract import recorder

@pytest.mark.parametrize("turn", range(2))
def test_a_half(turn):
    for route, status in sorted(recorder.LISTED - {left_out!r})[turn::2]:
        recorder.SEEN.add((route, status))
"""


def run(folder: Path, *arguments: str, left_out: frozenset[tuple[str, int]] = frozenset()) -> tuple[int, str]:
    """The exit code and the output of pytest on a suite that produces every status but those left out."""
    (folder / "tests").mkdir()
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "tests/test_halves.py").write_text(SOME.format(left_out=left_out))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # half of what such a run takes
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


WORKERS = ("-p", "xdist", "-n", "2")


def test_statuses_seen_in_different_workers_make_one_account(tmp_path: Path) -> None:
    code, output = run(tmp_path, *WORKERS)
    assert code == 0, output
    assert output.splitlines()[-1].startswith("2 passed")


@pytest.mark.parametrize("arguments", [(), WORKERS], ids=["one process", "two workers"])
def test_a_status_that_nobody_produced_fails_the_run_and_is_named(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    route, status = min(recorder.LISTED)
    code, output = run(tmp_path, *arguments, left_out=frozenset({(route, status)}))
    assert code == 1
    assert f"{route}: no test got a {status}" in output
    assert output.splitlines()[-1].startswith("1 failed, 2 passed")


def test_a_run_of_a_part_owes_no_account(tmp_path: Path) -> None:
    code, output = run(tmp_path, "-k", "half", left_out=frozenset(recorder.LISTED))
    assert code == 0, output
