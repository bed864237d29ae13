"""What other people's programs make of the OpenAPI document: linters find nothing, and clients work."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import demo as people
from tests.clients.conftest import ROOT
from tests.clients.npm import installed
from tests.support.served import Served, served

FOLDER = Path(__file__).parent / "generated"
DOCUMENT = ROOT / "functions/site/openapi.json"
PROGRAMS = ROOT / ".venv-clients/bin"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo of their own, for they make users, and the other suites count those."""
    with served(tmp_path_factory.mktemp("own_demo")) as app:
        yield app


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder of the linters and generators."""
    return installed(FOLDER)


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """What a program printed, which must end well."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **QUIET, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-4_000:]
    return done.stdout


def test_fn_14_redocly_finds_no_error_and_no_warning(modules: Path, tmp_path: Path) -> None:
    found = json.loads(run(modules / ".bin/redocly", "lint", DOCUMENT, "--format", "json", cwd=tmp_path))
    assert (found["totals"]["errors"], found["totals"]["warnings"]) == (0, 0), found["problems"]


def test_fn_14_spectral_finds_nothing(modules: Path, tmp_path: Path) -> None:
    rules = FOLDER / "spectral.yaml"
    command = ("lint", DOCUMENT, "--ruleset", rules, "--fail-severity", "hint")
    assert "No results" in run(modules / ".bin/spectral", *command, cwd=tmp_path)


def by_openapi_python_client(modules: Path, place: Path) -> list[str | Path]:
    """Make the client; the command that runs the day's work."""
    command = ("generate", "--path", DOCUMENT, "--output-path", place / "roster_client", "--meta", "none")
    path = f"{PROGRAMS}:{os.environ['PATH']}"  # where it finds the formatter that it runs
    run(PROGRAMS / "openapi-python-client", *command, "--fail-on-warning", cwd=place, PATH=path)
    shutil.copy(FOLDER / "python_client.py", place)
    return [PROGRAMS / "python", place / "python_client.py"]


def by_openapi_typescript(modules: Path, place: Path) -> list[str | Path]:
    """The same by openapi-typescript, whose types openapi-fetch calls with."""
    run(modules / ".bin/openapi-typescript", DOCUMENT, "--output", place / "schema.ts", cwd=place)
    return compiled(modules, place, "openapi_fetch")


def by_hey_api(modules: Path, place: Path) -> list[str | Path]:
    """The same by @hey-api/openapi-ts, which makes the functions too."""
    shutil.copy(FOLDER / "hey_api.config.mjs", place)
    command = ("--file", "hey_api.config.mjs", "--no-log-file")
    run(modules / ".bin/openapi-ts", *command, cwd=place, DOCUMENT=str(DOCUMENT))
    return compiled(modules, place, "hey_api")


def compiled(modules: Path, place: Path, name: str) -> list[str | Path]:
    """Compile the day's work strictly, so that the made types are held against what it does with them."""
    (place / "package.json").write_text('{"private": true, "type": "module"}')
    (place / "node_modules").symlink_to(modules)
    for file in (f"{name}.ts", "tsconfig.json"):
        shutil.copy(FOLDER / file, place)
    run(modules / ".bin/tsc", "--project", place, cwd=place)
    return ["node", place / f"made/{name}.js"]


@pytest.mark.parametrize("make", [by_openapi_python_client, by_openapi_typescript, by_hey_api])
def test_fn_14_a_generated_client_does_a_days_work(
    make: Callable[[Path, Path], list[str | Path]],
    own_demo: Served,
    modules: Path,
    tmp_path: Path,
    report: Callable[[str], None],
) -> None:
    mark = make.__name__.replace("_", "-")
    command = make(modules, tmp_path)
    seen: Any = json.loads(run(*command, own_demo.url, people.ADMIN, people.PASSWORD, mark, cwd=tmp_path))
    [count, different, made_is_there] = seen.pop("rows")
    assert count == different > 37
    assert made_is_there
    assert seen == {
        "caller": "Amara Okafor",
        "made": [f"{mark}@example.org", ["USER"]],
        "again": [409, "CONFLICT"],
        "short": ["password"],
        "absent": [404, "NOT_FOUND"],
        "org": "ws-northwind",
        "testmo": [2, 15],
        "spaces": 2,
    }
    report(f"a client {mark}: login, a token, a list in pages, a user, refusals, three dialects")
