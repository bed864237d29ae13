"""GET /minimal/rest/user/v1/space."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.user_space.fixtures import Fixtures, ask, data_of


def _names(api: Api, fixtures: Fixtures, who: str, **where: object) -> list[str]:
    return [space["name"] for space in data_of(ask(api, fixtures, "space", getattr(fixtures, who), **where))]


def test_a_space_has_seven_fields(api: Api, fixtures: Fixtures) -> None:
    assert list(data_of(ask(api, fixtures, "space", fixtures.member))[0].items()) == [
        ("space_id", fixtures.alpha.id),
        ("org_id", fixtures.acme.id),
        ("project_id", fixtures.web.id),
        ("owner_id", fixtures.boss.id),
        ("name", "alpha"),
        ("description", "d"),
        ("email", "s@acme.example"),
    ]


@pytest.mark.parametrize("admin", ["root", "boss"])
def test_both_kinds_of_admin_see_all_spaces_of_the_project_by_name(
    api: Api, fixtures: Fixtures, admin: str
) -> None:
    assert _names(api, fixtures, admin) == ["alpha", "mike", "zulu"]
    assert _names(api, fixtures, admin, project=fixtures.ops) == ["kilo"]


def test_anyone_else_sees_once_each_space_in_which_they_hold_any_role(api: Api, fixtures: Fixtures) -> None:
    assert _names(api, fixtures, "member") == ["alpha", "zulu"]


@pytest.mark.parametrize("role", ["developer", "manager", "auditor"])
def test_any_role_makes_a_space_available(
    api: Api, directory: Directory, fixtures: Fixtures, role: str
) -> None:
    directory.grant(fixtures.web, fixtures.outsider)
    assert _names(api, fixtures, "outsider") == []
    directory.grant(fixtures.mike, fixtures.outsider, role)
    assert _names(api, fixtures, "outsider") == ["mike"]


def test_a_project_without_spaces_is_an_empty_list(api: Api, fixtures: Fixtures) -> None:
    assert _names(api, fixtures, "rival", org=fixtures.globex, project=fixtures.games) == []


def test_spaces_without_a_name_come_first_and_in_order_of_id(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    for space_id in ("twin-b", "twin-a"):
        directory.space(fixtures.acme, "", fixtures.web, id=space_id)  # as an import may leave them
    found = [space["space_id"] for space in data_of(ask(api, fixtures, "space", fixtures.boss))]
    assert found == ["twin-a", "twin-b", fixtures.alpha.id, fixtures.mike.id, fixtures.zulu.id]


def test_a_role_of_a_membership_that_ended_does_not_come_back_with_another(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    new = directory.project(fixtures.acme, "new")
    old = directory.space(fixtures.acme, "old", new)
    directory.grant(old, fixtures.member)
    directory.leave(fixtures.acme, fixtures.member)
    directory.member(fixtures.acme, fixtures.member)
    directory.grant(new, fixtures.member)
    assert _names(api, fixtures, "member", project=new) == []
