"""GET /api/v1/projects/{project_id}/users, and /api/v1/project/{project_id}/users as its examples have it."""

from typing import Any

import pytest

from roster.directory import users
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.testmo.fixtures import (
    BAD_NUMBERS,
    Fixtures,
    assert_invalid,
    assert_page,
    assert_refused,
    bulk_users,
)

pytestmark = pytest.mark.any_engine

PATHS = ("/api/v1/projects", "/api/v1/project")
MEMBER, ROBOT = {"id": 2, "name": "User 2"}, {"id": 4, "name": "Robot"}

both_paths = pytest.mark.parametrize("path", PATHS)


def _ids(rows: list[Any]) -> list[int]:
    return [row["id"] for row in rows]


@both_paths
@pytest.mark.parametrize("who", ["member", "robot", "boss", "root"])
def test_whoever_sees_the_project_sees_its_users_by_integer_id(
    api: Api, fixtures: Fixtures, path: str, who: str
) -> None:
    """The robot came to the project first."""
    answer = api.get(f"{path}/1/users", bearer=getattr(fixtures, who))
    rows = assert_page(answer, 1, None, None, 1, 100, 2)
    assert rows == [MEMBER, ROBOT]
    assert [list(row) for row in rows] == [["id", "name"]] * 2


@both_paths
@pytest.mark.row("P-10")
def test_the_documented_pages_of_150(api: Api, directory: Directory, fixtures: Fixtures, path: str) -> None:
    ids = [2, 4, *(user.number for user in bulk_users(directory, 148, fixtures.web))]
    for query, numbers, part in (
        ("", (1, None, 2, 2, 100, 150), ids[:100]),
        ("?page=2", (2, 1, None, 2, 100, 150), ids[100:]),
        ("?per_page=15", (1, None, 2, 10, 15, 150), ids[:15]),
        ("?page=9&per_page=15", (9, 8, 10, 10, 15, 150), ids[120:135]),
        ("?page=3&per_page=50", (3, 2, None, 3, 50, 150), ids[100:]),
        ("?page=6&per_page=25", (6, 5, None, 6, 25, 150), ids[125:]),
        ("?page=7&per_page=25", (7, 6, None, 6, 25, 150), []),
        ("?page=999999999", (999_999_999, 2, None, 2, 100, 150), []),
    ):
        rows = assert_page(api.get(f"{path}/1/users{query}", bearer=fixtures.member), *numbers)
        assert _ids(rows) == part, query


@both_paths
def test_a_project_without_users_has_no_pages(api: Api, fixtures: Fixtures, path: str) -> None:
    for query, size in (("", 100), ("?page=7&per_page=15", 15)):
        answer = api.get(f"{path}/2/users{query}", bearer=fixtures.root)
        assert assert_page(answer, None, None, None, None, size, 0) == []


@both_paths
@pytest.mark.parametrize("who", ["member", "robot", "boss", "stranger"])
@pytest.mark.row("Z-20")
def test_a_project_they_may_not_see_is_as_unknown_as_one_that_is_not_there(
    api: Api, directory: Directory, fixtures: Fixtures, path: str, who: str
) -> None:
    user = getattr(fixtures, who)
    unknown = api.get(f"{path}/999/users", bearer=user)
    assert_refused(unknown, 404)
    for number in ("2", "0", "-1", "1.0", "01", "%201", "x", "1000000000", fixtures.web.id):
        assert bare(api.get(f"{path}/{number}/users", bearer=user)) == bare(unknown), number


def test_a_member_of_the_workspace_alone_does_not_see_its_projects(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.member(fixtures.acme, fixtures.stranger)
    assert_refused(api.get("/api/v1/projects/1/users", bearer=fixtures.stranger), 404)
    directory.grant(fixtures.web, fixtures.stranger)
    answer = api.get("/api/v1/projects/1/users", bearer=fixtures.stranger)
    assert _ids(assert_page(answer, 1, None, None, 1, 100, 3)) == [2, 4, 5]


def test_a_suspended_user_is_listed(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.suspend(fixtures.robot)
    answer = api.get("/api/v1/projects/1/users", bearer=fixtures.member)
    assert assert_page(answer, 1, None, None, 1, 100, 2) == [MEMBER, ROBOT]


def test_a_deleted_user_is_never_shown(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    users.delete(api.store, fixtures.robot, by=directory.by)
    assert api.get("/api/v1/projects/1/users", bearer=fixtures.member).json["result"] == [MEMBER]


def test_a_users_new_name_is_shown_at_once(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.change(fixtures.robot, full_name="R2")
    rows = api.get("/api/v1/projects/1/users", bearer=fixtures.member).json["result"]
    assert rows[1] == {"id": 4, "name": "R2"}


def test_who_left_the_workspace_is_gone_at_once_and_sees_nothing(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.leave(fixtures.acme, fixtures.robot)
    assert api.get("/api/v1/projects/1/users", bearer=fixtures.member).json["result"] == [MEMBER]
    assert_refused(api.get("/api/v1/projects/1/users", bearer=fixtures.robot), 404)
    directory.member(fixtures.acme, fixtures.robot)
    assert api.get("/api/v1/projects/1/users", bearer=fixtures.member).json["result"] == [MEMBER]
    assert_refused(api.get("/api/v1/projects/1/users", bearer=fixtures.robot), 404)


def test_an_admin_of_the_workspace_no_more_sees_it_no_more(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.leave(fixtures.acme, fixtures.boss)
    directory.member(fixtures.acme, fixtures.boss)
    assert_refused(api.get("/api/v1/projects/1/users", bearer=fixtures.boss), 404)


@both_paths
@pytest.mark.parametrize("value", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
@pytest.mark.row("P-08", "P-09")
def test_what_is_no_page_or_size_is_refused(api: Api, fixtures: Fixtures, path: str, value: str) -> None:
    for name in ("page", "per_page"):
        assert_invalid(api.get(f"{path}/1/users?{name}={value}", bearer=fixtures.member), name)


def test_expands_mean_nothing_here(api: Api, fixtures: Fixtures) -> None:
    plain = api.get("/api/v1/projects/1/users", bearer=fixtures.member)
    assert bare(api.get("/api/v1/projects/1/users?expands=admin", bearer=fixtures.member)) == bare(plain)
