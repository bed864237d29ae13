"""GET /api/v1/groups, /roles and /projects, and one of each."""

from typing import Any

import pytest

from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.testmo.fixtures import (
    BAD_NUMBERS,
    Scene,
    assert_dressed,
    assert_page,
    assert_refused,
    assert_unfit,
)

GROUPS = [{"id": 1, "name": "QA"}, {"id": 2, "name": "Development"}, {"id": 3, "name": "Sales"}]
ROLES = [{"id": 2, "name": "Tester"}, {"id": 4, "name": "Site admin"}]
PROJECTS = [{"id": 1, "name": "web"}, {"id": 2, "name": "games"}]
KINDS = ("groups", "roles", "projects")
EXPANDS = ("expands",)

every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize(("kind", "rows"), [("groups", GROUPS), ("roles", ROLES), ("projects", PROJECTS)])
def test_a_site_admin_sees_all_by_integer_id(
    api: Api, scene: Scene, kind: str, rows: list[dict[str, Any]]
) -> None:
    answer = api.get(f"/api/v1/{kind}", bearer=scene.root)
    assert assert_page(answer, 1, None, None, 1, 100, len(rows), more=EXPANDS) == rows
    assert answer.json["expands"] == {}
    for row in rows:
        one = api.get(f"/api/v1/{kind}/{row['id']}", bearer=scene.root)
        assert one.status == 200
        assert_dressed(one)
        assert list(one.json.items()) == [("result", row), ("expands", {})]


@pytest.mark.parametrize(
    ("who", "rows"), [("member", PROJECTS[:1]), ("robot", PROJECTS[:1]), ("stranger", [])]
)
def test_anyone_else_sees_their_own_projects(
    api: Api, scene: Scene, who: str, rows: list[dict[str, Any]]
) -> None:
    answer = api.get("/api/v1/projects", bearer=getattr(scene, who))
    numbers = (1, None, None, 1) if rows else (None,) * 4
    assert assert_page(answer, *numbers, 100, len(rows), more=EXPANDS) == rows


def test_a_page_of_projects_is_the_same_to_an_admin_and_to_one_who_has_them_all(
    api: Api, directory: Directory, scene: Scene
) -> None:
    directory.member(scene.globex, scene.member)
    for number in range(3, 20):
        directory.grant(directory.project(scene.acme, f"p{number}"), scene.member)
    directory.grant(scene.games, scene.member)
    for page, numbers in ((1, (1, None, 2)), (2, (2, 1, None)), (3, (3, 2, None))):
        for user in (scene.root, scene.member):
            answer = api.get(f"/api/v1/projects?page={page}&per_page=15", bearer=user)
            rows = assert_page(answer, *numbers, 2, 15, 19, more=EXPANDS)
            assert [row["id"] for row in rows] == list(range(1, 20))[(page - 1) * 15 : page * 15]


@pytest.mark.parametrize("kind", ["groups", "roles"])
@pytest.mark.parametrize("who", ["member", "boss", "robot", "stranger"])
def test_groups_and_roles_are_for_site_admins(api: Api, scene: Scene, kind: str, who: str) -> None:
    for path in (kind, f"{kind}/2", f"{kind}/999"):
        assert_refused(api.get(f"/api/v1/{path}", bearer=getattr(scene, who)), 403)


@every_kind
def test_one_that_is_not_there_is_404(api: Api, scene: Scene, kind: str) -> None:
    unknown = api.get(f"/api/v1/{kind}/999", bearer=scene.root)
    assert_refused(unknown, 404)
    for number in ("0", "-1", "01", "x", "1.0", "1000000000"):
        assert bare(api.get(f"/api/v1/{kind}/{number}", bearer=scene.root)) == bare(unknown)


def test_a_foreign_project_is_as_unknown_as_one_that_is_not_there(api: Api, scene: Scene) -> None:
    for user in (scene.member, scene.boss, scene.stranger):
        unknown = api.get("/api/v1/projects/999", bearer=user)
        assert_refused(unknown, 404)
        assert bare(api.get("/api/v1/projects/2", bearer=user)) == bare(unknown)
    for user in (scene.member, scene.boss, scene.root):
        assert api.get("/api/v1/projects/1", bearer=user).json["result"] == PROJECTS[0]


def test_who_left_the_workspace_has_no_project_there(api: Api, directory: Directory, scene: Scene) -> None:
    directory.leave(scene.acme, scene.member)
    assert api.get("/api/v1/projects", bearer=scene.member).json["result"] == []
    assert_refused(api.get("/api/v1/projects/1", bearer=scene.member), 404)


@every_kind
@pytest.mark.parametrize("value", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_what_is_no_page_or_size_is_refused(api: Api, scene: Scene, kind: str, value: str) -> None:
    for name in ("page", "per_page"):
        assert_unfit(api.get(f"/api/v1/{kind}?{name}={value}", bearer=scene.root), name)


@every_kind
def test_only_users_can_be_expanded(api: Api, scene: Scene, kind: str) -> None:
    assert api.get(f"/api/v1/{kind}?expands=users", bearer=scene.root).json["expands"] == {"users": []}
    assert api.get(f"/api/v1/{kind}/2?expands=users", bearer=scene.root).json["expands"] == {"users": []}
    assert_unfit(api.get(f"/api/v1/{kind}?expands=groups", bearer=scene.root), "expands")
    assert_unfit(api.get(f"/api/v1/{kind}/2?expands=groups", bearer=scene.root), "expands")
