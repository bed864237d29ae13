"""What `make build` does beside SAM: the functions' own Python is found, bytecode names Lambda's files."""

import marshal
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from tools import build, runtime_python
from tools.bytecode import compile_build

ROOT = Path(__file__).parents[2]


def interpreter(path: Path, answers: str) -> Path:
    """A program that answers like a Python of that version; like a shim of none where there is no version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n[ -n '{answers}' ] && echo '{answers}'\n")
    path.chmod(0o755)
    return path


def test_the_python_of_the_path_is_found(tmp_path: Path) -> None:
    there = interpreter(tmp_path / "bin/python3.13", "3.13")
    assert runtime_python.find("3.13", {"PATH": f"/nowhere:{there.parent}"}) == there


def test_a_shim_that_stands_for_nothing_is_passed_over(tmp_path: Path) -> None:
    shim = interpreter(tmp_path / "shims/python3.13", "")
    there = interpreter(tmp_path / "versions/3.13.7/bin/python3.13", "3.13")
    environ = {"PATH": str(shim.parent), "PYENV_ROOT": str(tmp_path)}
    assert runtime_python.find("3.13", environ) == there


def test_fn_01_the_shims_of_the_path_are_enough_to_find_it(tmp_path: Path) -> None:
    shim = interpreter(tmp_path / "shims/python3.13", "")
    there = interpreter(tmp_path / "versions/3.13.7/bin/python3.13", "3.13")
    assert runtime_python.find("3.13", {"PATH": f"/nowhere:{shim.parent}", "HOME": "/nowhere"}) == there


def test_a_python_of_another_version_is_none(tmp_path: Path) -> None:
    other = interpreter(tmp_path / "python3.13", "3.12")
    assert runtime_python.find("3.13", {"PATH": str(other.parent), "PYENV_ROOT": str(tmp_path)}) is None


def test_the_version_is_the_one_that_the_dependencies_are_locked_for() -> None:
    makefile = (ROOT / "layers/dependencies/Makefile").read_text()
    assert f"--python-version {runtime_python.version()} " in makefile
    assert f"--python-version {runtime_python.version()} " in (ROOT / "Makefile").read_text()


def test_the_template_of_another_architecture_names_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "WORK", tmp_path / "work")
    text = build.template("x86_64").read_text()
    assert "Architectures: [x86_64]" in text
    assert text.count("x86_64") == runtime_python.TEMPLATE.read_text().count("arm64")
    assert build.template("arm64") == runtime_python.TEMPLATE


def test_bytecode_is_trusted_unchecked_and_names_the_files_where_lambda_has_them(tmp_path: Path) -> None:
    function, layer = tmp_path / "GetMe/get_me.py", tmp_path / "RosterLayer/python/roster/door.py"
    for source in (function, layer):
        source.parent.mkdir(parents=True)
        source.write_text("OPEN = True\n")
    assert compile_build(tmp_path)
    for source, place in ((function, "/var/task/get_me.py"), (layer, "/opt/python/roster/door.py")):
        content = Path(cache_from_source(str(source))).read_bytes()
        assert content[4:8] == b"\x01\0\0\0"
        assert marshal.loads(content[16:]).co_filename == place  # noqa: S302


def test_a_source_that_does_not_compile_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "GetMe").mkdir()
    (tmp_path / "GetMe/get_me.py").write_text("def\n")
    done = subprocess.run(
        [sys.executable, ROOT / "tools/bytecode.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "get_me.py" in done.stdout


def test_sizes_are_unzipped_bytes_of_layers_and_of_the_largest_function(tmp_path: Path) -> None:
    for name, length in (("A/a.py", 10), ("B/b.py", 30), ("Layer/python/x/y.py", 200)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(bytes(length))
    assert build.sizes(tmp_path) == ({"Layer": 200}, 30)
