"""What `make` asks first: a line says what a Python lacks; environments of another are made anew."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.fit import stale

ROOT = Path(__file__).parents[2]
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What `make .venv/run` reads, and nothing that is made."""
    (tmp_path / "tools").mkdir()
    for name in ("Makefile", "tools/fit.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/run.txt").touch()
    (tmp_path / "tools/link.py").touch()
    return tmp_path


def python(folder: Path, version: tuple[int, int]) -> Path:
    """This Python, which says that it is of another version."""
    path = folder / f"python{version[0]}.{version[1]}"
    told = f"import runpy, sys; sys.version_info = {(*version, 0, 'final', 0)}; del sys.argv[0]"
    path.write_text(
        "#!/bin/sh\n"
        f'[ "$1" != -m ] || exec {sys.executable} "$@"\n'
        f'exec {sys.executable} -c "{told}; runpy.run_path(sys.argv[0], run_name=\'__main__\')" "$@"\n'
    )
    path.chmod(0o755)
    return path


def environment(folder: Path, version: str, python: str = sys.executable) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(python)
    (folder / "pyvenv.cfg").write_text(f"home = /somewhere\nversion = {version}\n")
    return folder


def make(clone: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *map(str, arguments)], cwd=clone, env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("goal", ["run", "test"])
def test_fn_02_a_python_that_is_too_old_is_told_so_in_one_line(clone: Path, goal: str) -> None:
    old = python(clone, (3, 10))
    done = make(clone, goal, f"PYTHON={old}")
    assert done.returncode == 2
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert f"Roster needs Python 3.11 or newer, and {old} is 3.10: install one and name it" in line
    assert not (clone / ".venv").exists()


def test_fn_02_a_python_that_is_not_there_is_told_so_in_one_line(clone: Path) -> None:
    done = make(clone, "run", "PYTHON=python3.99")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "Roster needs Python 3.11 or newer: there is no python3.99 here that works" in line


def test_fn_02_what_an_older_python_left_is_made_anew(clone: Path) -> None:
    left = environment(clone / ".venv", "3.10.13")
    (left / "run").touch()
    done = make(clone, ".venv/run", f"PYTHON={sys.executable}")
    assert done.returncode == 0, done.stderr
    assert "roster: .venv is made anew: it is of Python 3.10" in done.stderr.splitlines()
    assert f"version = {HERE}." in (left / "pyvenv.cfg").read_text()


def test_fn_02_what_is_of_this_python_stays(clone: Path) -> None:
    kept = environment(clone / ".venv", f"{HERE}.99")
    (kept / "run").touch()
    done = make(clone, ".venv/run", f"PYTHON={sys.executable}")
    assert (done.returncode, done.stderr) == (0, "")
    assert (kept / "run").exists()


def test_fn_02_an_environment_whose_python_is_gone_goes_whoever_made_it(clone: Path) -> None:
    environment(clone / ".venv-lambda", "3.13.0", "/nowhere/python3.13")
    other = environment(clone / ".venv-rehearse", "3.13.0")
    (environment(clone / ".venv", f"{HERE}.0") / "run").touch()
    done = make(clone, ".venv/run", f"PYTHON={sys.executable}")
    assert done.stderr == "roster: .venv-lambda is made anew: its Python is gone\n"
    assert not (clone / ".venv-lambda").exists()
    assert other.exists()  # on the functions' own Python, whatever this one is


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("version = 3.12.1\n", None),
        ("version_info = 3.12.1.final.0\n", None),
        ("version = 3.1.4\n", "it is of Python 3.1"),
        ("", "it is of Python nobody knows which"),
    ],
    ids=["venv", "virtualenv", "older", "half made"],
)
def test_the_version_is_read_as_its_maker_writes_it(
    tmp_path: Path, settings: str, reason: str | None
) -> None:
    folder = environment(tmp_path / ".venv", "")
    (folder / "pyvenv.cfg").write_text(settings)
    assert stale(folder, "3.12") == reason


def test_fn_03_every_step_of_the_first_minute_is_a_line(clone: Path) -> None:
    done = make(clone, "--dry-run", "run", f"PYTHON={sys.executable}")
    said = [line for line in done.stdout.splitlines() if line.startswith("echo 'roster: ")]
    assert [line.split("roster: ")[1].split()[0] for line in said] == [sys.executable, "fetching", "starting"]
