"""`make build` on a copy with nothing prepared. It fetches SAM CLI and the layers: `make real` runs it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from local.gateway import Routes
from tools import sbom
from tools.build import CONSOLE, HERE, ROOT, folder, sizes
from tools.runtime_python import find, version

pytestmark = pytest.mark.real

COMMANDS = "bash cat chmod cp env find ln ls make mkdir mv rm sed sh touch uname"
ROUTES = Routes.from_template(ROOT / "template.yaml")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree as git would hand it to somebody."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    target = tmp_path_factory.mktemp("copy")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture(scope="module")
def poor(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment with make, a shell's usual commands, and of Python only the one that runs this."""
    programs = tmp_path_factory.mktemp("bin")
    for name in COMMANDS.split():
        (programs / name).symlink_to(shutil.which(name) or name)
    (programs / "python3").symlink_to(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
    return os.environ | {"PATH": str(programs), "PYENV_ROOT": str(programs)}


def build(copy: Path, environ: Mapping[str, str]) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder of the build for this machine, and what making it said."""
    done = subprocess.run(
        ["make", "build", f"ARCH={HERE}"],
        cwd=copy,
        env={name: value for name, value in environ.items() if name != "MAKEFLAGS"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / folder(HERE).relative_to(ROOT), done


def test_a_host_without_the_functions_python_builds_all_but_the_bytecode(
    copy: Path, poor: Mapping[str, str]
) -> None:
    built, done = build(copy, poor)
    assert f"WARNING: no Python {version()}" in done.stderr
    assert not list(built.rglob("*.pyc"))
    assert {path.name for path in built.iterdir() if path.is_dir()} > set(ROUTES.functions)
    assert {path.name for path in (built / CONSOLE).iterdir()} == {
        f"{name}{coding}"
        for name in ("app.js", "de.js", "index.html", "style.css")
        for coding in ("", ".br", ".gz")
    }


def test_a_host_with_it_builds_bytecode_that_is_trusted_and_layers_that_import(copy: Path) -> None:
    python = find(version())
    if python is None:
        pytest.skip(f"the functions run on Python {version()}, which is not on this machine")
    built, done = build(copy, os.environ)
    assert "WARNING" not in done.stderr
    layers, largest = sizes(built)
    assert set(layers) == {"DependenciesLayer", "RosterLayer"}
    assert sum(layers.values()) + largest < 90_000_000
    bill = json.loads((built / sbom.FILE).read_text("utf-8"))
    assert {each["name"]: each["version"] for each in bill["components"]} == sbom.locked(sbom.LOCK)
    assert all(each["licenses"] for each in bill["components"])
    compiled = cache_from_source("module.py").replace(
        f"3{sys.version_info.minor}", version().replace(".", "")
    )
    suffix = compiled.removeprefix("__pycache__/module")
    for source in built.rglob("*.py"):
        bytecode = source.parent / "__pycache__" / f"{source.stem}{suffix}"
        assert bytecode.read_bytes()[4:8] == b"\x01\0\0\0", f"{source}: by its hash, and unchecked"
    for function in ROUTES.functions.values():
        module = function.module.rpartition(".")[2]
        code = f"import {module} as m; m.{function.attribute}"
        assert complaint(python, built, function.id, code) == "", function.id
    for service in ("dynamodb", "secretsmanager", "sts"):
        code = f"import boto3; boto3.client('{service}', region_name='eu-west-1')"
        assert complaint(python, built, "GetMe", code) == "", service
    assert complaint(python, built, "GetConsole", ASKS_FOR_ALL_FILES) == ""


ASKS_FOR_ALL_FILES = f"""
import base64, re, get_console
event = {json.loads((ROOT / "events/GetConsole.json").read_text("utf-8"))!r}
page = get_console.handler(event, None)
assert page["statusCode"] == 200, page
paths = re.findall('"/console/([^/"]+)/([^"]+)"', page["body"])
assert len(paths) == 2, paths
for digest, file in paths:
    event["pathParameters"] = dict(digest=digest, file=file)
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/console/" + digest + "/" + file
    event["routeKey"] = event["requestContext"]["routeKey"] = "GET /console/{{digest}}/{{file+}}"
    event["headers"]["accept-encoding"] = "gzip, deflate, br"
    answer = get_console.handler(event, None)
    assert answer["statusCode"] == 200 and answer["isBase64Encoded"], answer["statusCode"]
    assert answer["headers"]["Content-Encoding"] == "br", answer["headers"]
    assert answer["headers"]["Cache-Control"].endswith("immutable"), answer["headers"]
"""


def complaint(python: Path, built: Path, function: str, code: str) -> str:
    """What the functions' own Python says of code that runs as on Lambda: flat, over the two layers."""
    paths = [built / function, built / "DependenciesLayer/python", built / "RosterLayer/python"]
    code = f"import sys; sys.path[:0] = {list(map(str, paths))}; {code}"
    done = subprocess.run([python, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, check=False)
    return done.stderr
