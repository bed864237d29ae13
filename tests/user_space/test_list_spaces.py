"""GET /minimal/rest/user/v1/space."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.user_space.fixtures import Scene, ask, data_of


def _names(api: Api, scene: Scene, who: str, **where: object) -> list[str]:
    return [space["name"] for space in data_of(ask(api, scene, "space", getattr(scene, who), **where))]


def test_a_space_has_seven_fields(api: Api, scene: Scene) -> None:
    assert list(data_of(ask(api, scene, "space", scene.member))[0].items()) == [
        ("space_id", scene.alpha.id),
        ("org_id", scene.acme.id),
        ("project_id", scene.web.id),
        ("owner_id", scene.boss.id),
        ("name", "alpha"),
        ("description", "d"),
        ("email", "s@acme.example"),
    ]


@pytest.mark.parametrize("admin", ["root", "boss"])
def test_both_kinds_of_admin_see_all_spaces_of_the_project_by_name(
    api: Api, scene: Scene, admin: str
) -> None:
    assert _names(api, scene, admin) == ["alpha", "mike", "zulu"]
    assert _names(api, scene, admin, project=scene.ops) == ["kilo"]


def test_anyone_else_sees_once_each_space_in_which_they_hold_any_role(api: Api, scene: Scene) -> None:
    assert _names(api, scene, "member") == ["alpha", "zulu"]


@pytest.mark.parametrize("role", ["developer", "manager", "auditor"])
def test_any_role_makes_a_space_available(api: Api, directory: Directory, scene: Scene, role: str) -> None:
    directory.grant(scene.web, scene.outsider)
    assert _names(api, scene, "outsider") == []
    directory.grant(scene.mike, scene.outsider, role)
    assert _names(api, scene, "outsider") == ["mike"]


def test_a_project_without_spaces_is_an_empty_list(api: Api, scene: Scene) -> None:
    assert _names(api, scene, "rival", org=scene.globex, project=scene.games) == []


def test_spaces_of_one_name_come_in_order_of_id(api: Api, directory: Directory, scene: Scene) -> None:
    for space_id in ("twin-b", "twin-a"):
        directory.space(scene.acme, "beta", scene.web, id=space_id)
    found = [space["space_id"] for space in data_of(ask(api, scene, "space", scene.boss))]
    assert found == [scene.alpha.id, "twin-a", "twin-b", scene.mike.id, scene.zulu.id]


def test_a_role_of_a_membership_that_ended_does_not_come_back_with_another(
    api: Api, directory: Directory, scene: Scene
) -> None:
    new = directory.project(scene.acme, "new")
    old = directory.space(scene.acme, "old", new)
    directory.grant(old, scene.member)
    directory.leave(scene.acme, scene.member)
    directory.member(scene.acme, scene.member)
    directory.grant(new, scene.member)
    assert _names(api, scene, "member", project=new) == []
