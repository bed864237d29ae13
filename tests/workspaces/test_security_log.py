"""What was refused for who asked is told to the log: by route, reason and id, never with what was sent."""

from typing import Any

import pytest

from local.gateway import Function, Gateway
from roster import security_log
from roster.domain import User
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import SENTINEL, Fixtures

LOGIN = "/api/auth/login"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


def told(caplog: pytest.LogCaptureFixture, message: str, *names: str) -> list[tuple[Any, ...]]:
    """Of the lines of a message these attributes."""
    lines = [vars(record) for record in caplog.records if record.getMessage() == message]
    return [tuple(line[name] for name in names) for line in lines]


def at(api: Api, address: Any) -> Api:
    """The same API to a caller of whom the gateway says this address."""

    def invoke(function: Function, event: dict[str, Any]) -> Any:
        frame = event["requestContext"]
        http = {**frame["http"], "sourceIp": address}
        return api.gateway.invoke(function, {**event, "requestContext": {**frame, "http": http}})

    return Api(Gateway(api.gateway.routes, invoke), api.store, api.clock, api.cookies)


@pytest.mark.row("item-43")
def test_a_denial_names_route_reason_request_and_who_was_proved(
    api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    with api.no_effect():
        answer = api.get("/api/admin/users", as_=fixtures.member)
    request = answer.headers["x-request-id"]
    [line] = told(caplog, "denied", "route", "reason", "request", "user")
    assert line == ("GET /api/admin/users", "Forbidden", request, fixtures.member.id)


@pytest.mark.row("item-43")
def test_who_proves_nobody_is_nobody_in_the_log(
    api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    with api.no_effect():
        api.get("/api/v1/users", bearer="token_nobody.x")
    [line] = told(caplog, "denied", "route", "reason", "user")
    assert line == ("GET /api/v1/users", "Unauthenticated", None)


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


def test_fs_17_the_line_of_a_change_has_the_callers_address_and_the_request_of_its_audit_entry(
    api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/api/admin/users/{fixtures.member.id}"
    changed = at(api, "198.51.100.7").put(path, {"roles": ["ADMIN"]}, as_=fixtures.root)
    assert changed.status == 200
    [line] = told(caplog, "answered", "route", "status", "request", "source_ip")
    entry = next(item for item in everything(api.store) if item.get("action") == "user.changed")
    assert line == ("PUT /api/admin/users/{userId}", 200, entry["request"], "198.51.100.7")
    assert "198.51.100.7" not in str(everything(api.store))


@pytest.mark.parametrize("message", ["answered", "denied", "login failed"])
def test_fs_17_a_refusal_names_its_request_and_the_callers_address(
    api: Api, ada: User, caplog: pytest.LogCaptureFixture, message: str
) -> None:
    answer = at(api, "2001:db8::7").post(LOGIN, {"email": ada.email, "password": "wrong horse"})
    assert answer.status == 401
    request = answer.headers["x-request-id"]
    assert told(caplog, message, "request", "source_ip") == [(request, "2001:db8::7")]


@pytest.mark.parametrize("sent", [None, 7, "", "a\nb", ["198.51.100.7"], "1" * 129])
def test_fs_17_what_is_no_address_is_none_in_the_log(
    api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture, sent: Any
) -> None:
    at(api, sent).get("/api/auth/me", as_="garbage")
    assert told(caplog, "denied", "source_ip") == told(caplog, "answered", "source_ip") == [("-",)]


def test_fs_17_one_requests_address_is_not_in_anothers_lines(
    api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    at(api, "198.51.100.7").get("/api/auth/me", as_="garbage")
    security_log.corrupt_item("User.email")  # as a cleanup says it, which answers nobody
    [record] = [one for one in caplog.records if one.getMessage() == "corrupt item"]
    assert not {"source_ip", "request"} & set(vars(record))


def test_a_login_that_is_let_in_is_no_failure(api: Api, ada: User, caplog: pytest.LogCaptureFixture) -> None:
    api.post(LOGIN, {"email": "ada@example.com", "password": SENTINEL})
    assert told(caplog, "login failed") == told(caplog, "denied") == []
