"""What was refused for who asked is told to the log: by route, reason and id, never with what was sent."""

from typing import Any

import pytest

from roster.model import User
from tests.api import Api
from tests.directory import Directory
from tests.workspaces.scene import SENTINEL, Scene

LOGIN = "/api/auth/login"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


def told(caplog: pytest.LogCaptureFixture, message: str, *names: str) -> list[tuple[Any, ...]]:
    """Of the lines of a message these attributes."""
    lines = [vars(record) for record in caplog.records if record.getMessage() == message]
    return [tuple(line[name] for name in names) for line in lines]


@pytest.mark.row("item-43")
def test_a_denial_names_route_reason_request_and_who_was_proved(
    api: Api, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with api.no_effect():
        answer = api.get("/api/admin/users", as_=scene.member)
    request = answer.headers["x-request-id"]
    [line] = told(caplog, "denied", "route", "reason", "request", "user")
    assert line == ("GET /api/admin/users", "NotAllowed", request, scene.member.id)


@pytest.mark.row("item-43")
def test_who_proves_nobody_is_nobody_in_the_log(
    api: Api, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with api.no_effect():
        api.get("/api/v1/users", bearer="token_nobody.x")
    [line] = told(caplog, "denied", "route", "reason", "user")
    assert line == ("GET /api/v1/users", "NotKnown", None)


@pytest.mark.row("item-43")
def test_a_failed_login_names_whose_and_whether_it_waits(
    api: Api, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    for email in (*["ada@example.com"] * 6, "nobody@example.com"):
        assert api.post(LOGIN, {"email": email, "password": "wrong horse"}).status == 401
    assert told(caplog, "login failed", "user", "waits") == [
        *[(ada.id, False)] * 5,
        (ada.id, True),
        (None, False),
    ]


def test_a_login_that_is_let_in_is_no_failure(api: Api, ada: User, caplog: pytest.LogCaptureFixture) -> None:
    api.post(LOGIN, {"email": "ada@example.com", "password": SENTINEL})
    assert told(caplog, "login failed") == told(caplog, "denied") == []
