"""GET /api/v1/groups, /roles and /projects, and one of each."""

from typing import Any

import pytest

from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.testmo.fixtures import (
    BAD_NUMBERS,
    Fixtures,
    assert_dressed,
    assert_invalid,
    assert_page,
    assert_refused,
)

pytestmark = pytest.mark.any_engine

GROUPS = [{"id": 1, "name": "QA"}, {"id": 2, "name": "Development"}, {"id": 3, "name": "Sales"}]
ROLES = [{"id": 2, "name": "Tester"}, {"id": 4, "name": "Site admin"}]
PROJECTS = [{"id": 1, "name": "web"}, {"id": 2, "name": "games"}]
KINDS = ("groups", "roles", "projects")
EXPANDS = ("expands",)

every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize(("kind", "rows"), [("groups", GROUPS), ("roles", ROLES), ("projects", PROJECTS)])
def test_a_site_admin_sees_all_by_integer_id(
    api: Api, fixtures: Fixtures, kind: str, rows: list[dict[str, Any]]
) -> None:
    answer = api.get(f"/api/v1/{kind}", bearer=fixtures.root)
    assert assert_page(answer, 1, None, None, 1, 100, len(rows), more=EXPANDS) == rows
    assert answer.json["expands"] == {}
    for row in rows:
        one = api.get(f"/api/v1/{kind}/{row['id']}", bearer=fixtures.root)
        assert one.status == 200
        assert_dressed(one)
        assert list(one.json.items()) == [("result", row), ("expands", {})]


@pytest.mark.parametrize(
    ("who", "rows"), [("member", PROJECTS[:1]), ("robot", PROJECTS[:1]), ("stranger", [])]
)
def test_anyone_else_sees_their_own_projects(
    api: Api, fixtures: Fixtures, who: str, rows: list[dict[str, Any]]
) -> None:
    answer = api.get("/api/v1/projects", bearer=getattr(fixtures, who))
    numbers = (1, None, None, 1) if rows else (None,) * 4
    assert assert_page(answer, *numbers, 100, len(rows), more=EXPANDS) == rows


def test_a_page_of_projects_is_the_same_to_an_admin_and_to_one_who_has_them_all(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.member(fixtures.globex, fixtures.member)
    for number in range(3, 20):
        directory.grant(directory.project(fixtures.acme, f"p{number}"), fixtures.member)
    directory.grant(fixtures.games, fixtures.member)
    for page, numbers in ((1, (1, None, 2)), (2, (2, 1, None)), (3, (3, 2, None))):
        for user in (fixtures.root, fixtures.member):
            answer = api.get(f"/api/v1/projects?page={page}&per_page=15", bearer=user)
            rows = assert_page(answer, *numbers, 2, 15, 19, more=EXPANDS)
            assert [row["id"] for row in rows] == list(range(1, 20))[(page - 1) * 15 : page * 15]


@pytest.mark.parametrize("kind", ["groups", "roles"])
@pytest.mark.parametrize("who", ["member", "boss", "robot", "stranger"])
def test_groups_and_roles_are_for_site_admins(api: Api, fixtures: Fixtures, kind: str, who: str) -> None:
    for path in (kind, f"{kind}/2", f"{kind}/999"):
        assert_refused(api.get(f"/api/v1/{path}", bearer=getattr(fixtures, who)), 403)


@every_kind
def test_one_that_is_not_there_is_404(api: Api, fixtures: Fixtures, kind: str) -> None:
    unknown = api.get(f"/api/v1/{kind}/999", bearer=fixtures.root)
    assert_refused(unknown, 404)
    for number in ("0", "-1", "01", "x", "1.0", "1000000000"):
        assert bare(api.get(f"/api/v1/{kind}/{number}", bearer=fixtures.root)) == bare(unknown)


def test_a_foreign_project_is_as_unknown_as_one_that_is_not_there(api: Api, fixtures: Fixtures) -> None:
    for user in (fixtures.member, fixtures.boss, fixtures.stranger):
        unknown = api.get("/api/v1/projects/999", bearer=user)
        assert_refused(unknown, 404)
        assert bare(api.get("/api/v1/projects/2", bearer=user)) == bare(unknown)
    for user in (fixtures.member, fixtures.boss, fixtures.root):
        assert api.get("/api/v1/projects/1", bearer=user).json["result"] == PROJECTS[0]


def test_who_left_the_workspace_has_no_project_there(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.leave(fixtures.acme, fixtures.member)
    assert api.get("/api/v1/projects", bearer=fixtures.member).json["result"] == []
    assert_refused(api.get("/api/v1/projects/1", bearer=fixtures.member), 404)


@every_kind
@pytest.mark.parametrize("value", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_what_is_no_page_or_size_is_refused(api: Api, fixtures: Fixtures, kind: str, value: str) -> None:
    for name in ("page", "per_page"):
        assert_invalid(api.get(f"/api/v1/{kind}?{name}={value}", bearer=fixtures.root), name)


@every_kind
def test_only_users_can_be_expanded(api: Api, fixtures: Fixtures, kind: str) -> None:
    assert api.get(f"/api/v1/{kind}?expands=users", bearer=fixtures.root).json["expands"] == {"users": []}
    assert api.get(f"/api/v1/{kind}/2?expands=users", bearer=fixtures.root).json["expands"] == {"users": []}
    assert_invalid(api.get(f"/api/v1/{kind}?expands=groups", bearer=fixtures.root), "expands")
    assert_invalid(api.get(f"/api/v1/{kind}/2?expands=groups", bearer=fixtures.root), "expands")
