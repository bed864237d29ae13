"""GET /api/v1/users/{user_id}."""

import pytest

from roster.directory import users
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.testmo.fixtures import Fixtures, acting, assert_dressed, assert_invalid, assert_refused

NOT_NUMBERS = ["0", "-1", "1.0", "01", "1e0", "+1", "1_0", "%201", "1%0A", "%D9%A1", "x", "1000000000"]


def test_one_user_as_the_list_shows_it(api: Api, fixtures: Fixtures) -> None:
    answer = api.get("/api/v1/users/2", bearer=fixtures.root)
    assert answer.status == 200
    assert_dressed(answer)
    assert list(answer.json) == ["result", "expands"]
    listed = api.get("/api/v1/users", bearer=fixtures.root).json["result"][1]
    assert list(answer.json["result"].items()) == list(listed.items())
    assert answer.json["expands"] == {}


def test_the_documented_example_expands_groups_and_roles(api: Api, fixtures: Fixtures) -> None:
    assert api.get("/api/v1/users/1?expands=groups,roles", bearer=fixtures.root).json["expands"] == {
        "groups": [{"id": 1, "name": "QA"}, {"id": 2, "name": "Development"}],
        "roles": [{"id": 4, "name": "Site admin"}],
    }


def test_users_are_who_made_and_who_changed_it(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    users.change(api.store, fixtures.member, lambda one: one, by=acting(directory, fixtures.boss))
    answer = api.get("/api/v1/users/2?expands=users,users", bearer=fixtures.root)
    assert (answer.json["result"]["created_by"], answer.json["result"]["updated_by"]) == (1, 3)
    assert answer.json["expands"] == {"users": [{"id": 1, "name": "User 1"}, {"id": 3, "name": "Boss"}]}


def test_a_suspended_user_is_shown_as_such(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.suspend(fixtures.member)
    assert api.get("/api/v1/users/2", bearer=fixtures.root).json["result"]["is_active"] is False


@pytest.mark.row("item-22")
def test_whoever_is_not_there_is_one_404(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    unknown = api.get("/api/v1/users/999999999", bearer=fixtures.root)
    assert_refused(unknown, 404)
    users.delete(api.store, fixtures.stranger, by=directory.by)
    for number in ("5", "6", fixtures.member.id, *NOT_NUMBERS):
        assert bare(api.get(f"/api/v1/users/{number}", bearer=fixtures.root)) == bare(unknown), number


@pytest.mark.parametrize("value", ["admin", "groups,x"])
def test_what_cannot_be_expanded_is_refused(api: Api, fixtures: Fixtures, value: str) -> None:
    assert_invalid(api.get(f"/api/v1/users/1?expands={value}", bearer=fixtures.root), "expands")


@pytest.mark.parametrize("who", ["member", "boss", "robot", "stranger"])
@pytest.mark.row("Z-19", "Z-24")
def test_only_a_site_admin_may_even_ask(api: Api, fixtures: Fixtures, who: str) -> None:
    user = getattr(fixtures, who)
    for number in (user.number, 999, "x"):
        assert_refused(api.get(f"/api/v1/users/{number}", bearer=user), 403)
