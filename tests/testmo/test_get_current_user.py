"""GET /api/v1/user."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.testmo.fixtures import Fixtures, assert_dressed, assert_refused


def test_the_tokens_user_bare(api: Api, fixtures: Fixtures) -> None:
    answer = api.get("/api/v1/user", bearer=fixtures.root)
    assert answer.status == 200
    assert_dressed(answer)
    assert list(answer.json.items()) == [
        ("id", 1),
        ("name", "User 1"),
        ("timezone", None),
        ("date_format", None),
        ("time_format", None),
    ]


def test_what_the_user_has_set_is_shown(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.change(fixtures.stranger, timezone="Europe/Bern", date_format="Y-m-d", time_format="H:i")
    assert api.get("/api/v1/user", bearer=fixtures.stranger).json == {
        "id": 5,
        "name": "Stranger",
        "timezone": "Europe/Bern",
        "date_format": "Y-m-d",
        "time_format": "H:i",
    }


@pytest.mark.parametrize("who", ["root", "member", "boss", "robot", "stranger"])
@pytest.mark.row("Z-19")
def test_any_token_will_do(api: Api, fixtures: Fixtures, who: str) -> None:
    user = getattr(fixtures, who)
    assert api.get("/api/v1/user", bearer=user).json["id"] == user.number


def test_a_token_for_one_workspace_will_do(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    token = directory.token(fixtures.member, fixtures.acme)
    assert api.get("/api/v1/user", bearer=token).json["id"] == 2


def test_a_suspended_user_comes_back_with_the_same_token(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.suspend(fixtures.member)
    assert_refused(api.get("/api/v1/user", bearer=fixtures.member), 401)
    directory.change(fixtures.member, active=True)
    assert api.get("/api/v1/user", bearer=fixtures.member).status == 200
