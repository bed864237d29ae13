"""`python -m tools.new_endpoint` makes a formatted skeleton that fails until it is filled."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from local.gateway import Routes, read_template
from tools import new_endpoint
from tools.new_endpoint import BUDGETS, MATRIX, ROOT, STATUSES, TEMPLATE, NewEndpoint

APPS = NewEndpoint("GET /api/workspaces/{workspaceId}/apps", "workspaces", "list_apps_of_workspace")
EXAMPLES = (
    APPS,
    NewEndpoint("POST /api/workspaces/{workspaceId}/apps", "workspaces", "register_app"),
    NewEndpoint("PATCH /api/auth/me", "session", "change_me"),
    NewEndpoint("GET /minimal/rest/user/v1/app", "user_space", "list_own_apps"),
    NewEndpoint("GET /v2/apps", "cloud_foundry", "list_apps"),
    NewEndpoint("GET /api/v1/runs/{run_id}", "testmo", "get_run"),
    NewEndpoint("GET /api/workspace/auth/keys", "workspace_profile", "list_keys"),
    NewEndpoint("POST /oauth/introspect", "oauth", "introspect_token"),
    NewEndpoint("GET /robots.txt", "site", "get_robots"),
)


def copied(folder: Path) -> Path:
    """A copy of what the tool reads and writes."""
    for path in (TEMPLATE, MATRIX, BUDGETS, STATUSES, Path("pyproject.toml")):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    shutil.copytree(ROOT / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copied(tmp_path)


def contents(tree: Path) -> dict[Path, bytes]:
    return {path.relative_to(tree): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def make(tree: Path, asked: NewEndpoint) -> int:
    options = [f"--{name}={value}" for name in ("id", "role", "statuses") if (value := getattr(asked, name))]
    return new_endpoint.main(
        [asked.route, "--dialect", asked.dialect, "--name", asked.name, *options], root=tree
    )


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with a skeleton of every dialect."""
    tree = copied(tmp_path_factory.mktemp("grown"))
    for asked in EXAMPLES:
        assert make(tree, asked) == 0
    return tree


def test_a_skeleton_is_an_endpoint_of_every_table(grown: Path) -> None:
    before, after = (Routes.from_template(root / TEMPLATE).routes for root in (ROOT, grown))
    new = {route.key: route for route in after if route not in before}
    assert new.keys() == {asked.route for asked in EXAMPLES}
    matrix = tomllib.loads((grown / MATRIX).read_text())
    for asked in EXAMPLES:
        assert new[asked.route].function.module == f"functions.{asked.dialect}.{asked.name}"
        source = ast.parse((grown / "functions" / asked.dialect / f"{asked.name}.py").read_text())
        assert (ast.get_docstring(source) or "").partition(":")[0] == asked.route
        assert {status for row in matrix[asked.route].values() for status in row} == {"?"}
        assert {len(row) for row in matrix[asked.route].values()} == {len(matrix["roles"])}
        assert f'"{asked.route}"' in (grown / BUDGETS).read_text()
        assert f'"{asked.route}": ' in (grown / STATUSES).read_text()
        assert (grown / "tests" / asked.dialect / f"test_{asked.name}.py").exists()


@pytest.mark.parametrize("command", ["format --check", "check"])
def test_a_skeleton_is_formatted(grown: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command.split(), "--no-cache", "."],
        cwd=grown,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_the_nearest_endpoint_gives_role_statuses_and_access(tree: Path) -> None:
    assert make(tree, APPS) == 0
    resources = read_template(tree / TEMPLATE)["Resources"]
    assert (
        resources["ListAppsOfWorkspace"]["Properties"]["Role"]
        == resources["ListMembers"]["Properties"]["Role"]
    )
    lines = (tree / STATUSES).read_text().splitlines()
    (place,) = (number for number, line in enumerate(lines) if f'"{APPS.route}"' in line)
    assert lines[place].partition(": ")[2] == lines[place - 1].partition(": ")[2]
    source = (tree / "functions/workspaces/list_apps_of_workspace.py").read_text()
    assert "app, handler = endpoint(Access.MEMBER)" in source
    assert "def list_apps_of_workspace(workspaceId: str) -> None:" in source


def test_role_statuses_and_id_may_be_given(tree: Path) -> None:
    asked = NewEndpoint(
        APPS.route, "workspaces", "list_apps_of_workspace", "AllApps", "ReadAuditRole", "400 409"
    )
    assert make(tree, asked) == 0
    function = read_template(tree / TEMPLATE)["Resources"]["AllApps"]["Properties"]
    assert "ReadAuditRole" in str(function["Role"])
    assert f'"{APPS.route}": f"{{_ANY}} 400 409",' in (tree / STATUSES).read_text()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (NewEndpoint("GET api/things", "workspaces", "list_things"), "is not like"),
        (NewEndpoint("FETCH /api/things", "workspaces", "list_things"), "is not like"),
        (NewEndpoint("GET /api/{thing", "workspaces", "list_things"), "is not like"),
        (NewEndpoint("GET /api/things/", "workspaces", "list_things"), "is not like"),
        (NewEndpoint("GET /api/things", "workspaces", "ListThings"), "is not like list_things"),
        (NewEndpoint("GET /api/things", "workspaces", "../things"), "is not like list_things"),
        (NewEndpoint("GET /api/things", "nowhere", "list_things"), "there is no dialect 'nowhere'"),
        (NewEndpoint("GET /api/things", "maintenance", "list_things"), "there is no dialect 'maintenance'"),
        (
            NewEndpoint("GET /api/workspaces", "workspaces", "list_things"),
            "has the route GET /api/workspaces",
        ),
        (NewEndpoint("GET /api/workspaces/{id}", "workspaces", "get_thing"), "has the route"),
        (NewEndpoint("GET /api/things", "workspaces", "list_members"), "has a ListMembers already"),
        (NewEndpoint("GET /api/things", "workspaces", "list_members", "Things"), "list_members.py is there"),
        (
            NewEndpoint("GET /api/things", "workspaces", "list_things", "things"),
            "the id 'things' is not like",
        ),
        (NewEndpoint("GET /api/things", "workspaces", "list_things", role="Table"), "no role 'Table'"),
        (NewEndpoint("GET /api/things", "workspaces", "list_things", statuses="4xx"), "statuses '4xx'"),
    ],
)
def test_bad_input_gets_one_line_and_writes_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str], asked: NewEndpoint, why: str
) -> None:
    before = contents(tree)
    assert make(tree, asked) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("new_endpoint: ")
    assert told.err.count("\n") == 1
    assert why in told.err
    assert contents(tree) == before


@pytest.mark.parametrize("path", [MATRIX, BUDGETS, STATUSES, TEMPLATE])
def test_a_file_that_is_written_otherwise_is_named_and_nothing_is_written(
    tree: Path, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    other = "Resources: {}\n" if path == TEMPLATE else 'roles = ["one"]\n'
    (tree / path).write_text(other)
    before = contents(tree)
    assert make(tree, APPS) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert contents(tree) == before


def test_a_write_that_fails_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("before")
    (tmp_path / "folder").mkdir()
    texts = {Path("kept"): "after", Path("new"): "text", Path("folder"): "cannot be a file"}
    with pytest.raises(OSError, match="folder"):
        new_endpoint.write(tmp_path, texts)
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "folder"}
    assert (tmp_path / "kept").read_text() == "before"
