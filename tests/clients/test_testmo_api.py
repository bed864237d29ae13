"""npm's @testmo/testmo-api, unmodified, against the demo."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import demo as people
from tests.clients.npm import installed
from tests.support.served import Served

FOLDER = Path(__file__).parent / "testmo"
PACKAGE = "@testmo/testmo-api"

pytestmark = pytest.mark.real


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder of the package and of what it needs; nobody may copy it."""
    return installed(FOLDER)


@pytest.fixture(scope="module")
def seen(demo: Served, modules: Path) -> Any:
    """What the program saw."""
    done = subprocess.run(
        ["node", FOLDER / "uses.js", demo.url, people.ADMIN_TOKEN, people.DEVELOPER_TOKEN],
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_current_user_is_the_tokens(seen: Any, report: Callable[[str], None]) -> None:
    assert seen["current"] == {
        "id": 1,
        "name": "Amara Okafor",
        "timezone": "America/Sao_Paulo",
        "date_format": "dd.MM.yyyy",
        "time_format": "HH:mm",
    }
    report(f"{PACKAGE} {seen['version']}: current user, users, a project's users, groups, roles, projects")


def test_the_users_come_page_by_page(seen: Any) -> None:
    first = seen["first"]
    assert seen["pages"] == [15, 15, 7]
    assert (first["page"], first["last_page"], first["total"], first["next_page"]) == (1, 3, 37, 2)
    assert [user["id"] for user in first["result"]] == list(range(1, 16))
    assert {user["created_at"][-5:] for user in first["result"]} == {".000Z"}  # read as dates


def test_what_is_asked_for_is_expanded(seen: Any) -> None:
    expanded = seen["first"]["expands"]
    assert [group["name"] for group in expanded["groups"]] == ["Quality", "Development", "Operations"]
    assert [role["id"] for role in expanded["roles"]] == [1, 2, 3, 4]
    assert expanded["users"] == [{"id": 1, "name": "Amara Okafor"}]


def test_one_user_is_found_by_number(seen: Any) -> None:
    assert (seen["user"]["result"]["id"], seen["user"]["result"]["name"]) == (2, "Mateo Silva")
    assert seen["user"]["expands"]["roles"] == [{"id": 3, "name": "Lead"}]


def test_a_projects_users_are_names_and_numbers(seen: Any) -> None:
    found = seen["projectUsers"]
    assert (found["total"], found["per_page"]) == (7, 25)
    assert found["result"][0] == {"id": 2, "name": "Mateo Silva"}


def test_groups_roles_and_projects_are_there_alone_and_in_pages(seen: Any) -> None:
    for many, one, name in (
        ("groups", "group", "Quality"),
        ("roles", "role", "Viewer"),
        ("projects", "project", "Customer portal"),
    ):
        assert seen[many]["result"][0]["name"] == seen[one]["result"]["name"] == name


def test_refusals_arrive_with_status_and_message(seen: Any) -> None:
    expected = {"unknownUser": 404, "badPage": 422, "badToken": 401, "noAdmin": 403}
    assert {name: seen[name]["status"] for name in expected} == expected
    assert all(seen[name]["body"]["message"] for name in expected)
    assert list(seen["badPage"]["body"]["errors"]) == ["per_page"]
