"""Failures by source address: over the limit nothing is looked at, at login and change of password."""

from typing import Any

import pytest

from roster.auth import passwords
from roster.auth.source_failures import LIMIT
from roster.domain import User
from tests.support.api import Answer, Api, bare, session_in
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.workspaces.fixtures import SENTINEL, USER, assert_granted, assert_invalid, assert_refused

WRONG = "wrong horse battery"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords for which a hash was computed."""
    seen: list[str] = []
    real = passwords.matches

    def counted(stored: str | None, password: str) -> bool:
        seen.append(password)
        return real(stored, password)

    monkeypatch.setattr(passwords, "matches", counted)
    return seen


def _log_in(api: Api, email: str = "ada@example.com", password: str = SENTINEL, source: str = HERE) -> Answer:
    return api.post("/api/auth/login", {"email": email, "password": password}, source=source)


def _assert_in(answer: Answer) -> None:
    assert_granted(answer, *USER)


def _fill(api: Api, times: int = LIMIT, source: str = HERE) -> None:
    """Fail with an address each, so that no address waits."""
    for number in range(times):
        assert _log_in(api, f"nobody-{number}@example.com", source=source).status == 401


def test_fs_19_a_source_over_its_limit_is_refused_before_a_hash_is_computed(
    api: Api, ada: User, hashed: list[str], meter: Meter
) -> None:
    """One read and no write, whoever is asked for: a flood costs little, and tells nothing."""
    wrong = bare(_log_in(api, password=WRONG))
    _fill(api, LIMIT - 2)
    _assert_in(_log_in(api))
    _fill(api, 1)
    hashed.clear()
    for email in ("ada@example.com", "nobody@example.com", "no address"):
        with api.no_effect(), meter.measure() as reading:
            refused = _log_in(api, email)
        assert bare(refused) == wrong
        assert reading.calls == {"BatchGetItem": 1}
    assert hashed == []


def test_fs_19_other_sources_go_on(api: Api, ada: User) -> None:
    _fill(api)
    assert_refused(_log_in(api), 401)
    _assert_in(_log_in(api, source=ELSEWHERE))


def test_fs_19_it_ends_with_the_quarter_of_an_hour_however_often_it_is_tried(api: Api, ada: User) -> None:
    _fill(api)
    api.clock.advance(minutes=14, seconds=59)
    for _ in range(5):
        assert_refused(_log_in(api), 401)
    api.clock.advance(seconds=1)
    _assert_in(_log_in(api))


def test_fs_19_successes_fill_nothing(api: Api, ada: User) -> None:
    """An office behind one address: everybody's ordinary mistakes, and many logins."""
    for _ in range(LIMIT + 10):
        _assert_in(_log_in(api))
    for _ in range(10):
        assert _log_in(api, password=WRONG).status == 401
        _assert_in(_log_in(api))


def test_fs_19_attempts_on_an_address_that_waits_count_too(api: Api, ada: User) -> None:
    """Each costs a hash, so that its time tells nothing."""
    for _ in range(LIMIT):
        assert _log_in(api, password=WRONG).status == 401
    api.clock.advance(minutes=1)
    assert_refused(_log_in(api), 401)
    _assert_in(_log_in(api, source=ELSEWHERE))


@pytest.mark.parametrize("forged", ["192.0.2.1", "192.0.2.1, 192.0.2.2"])
def test_fs_19_a_client_does_not_choose_its_source(api: Api, ada: User, forged: str) -> None:
    for number in range(LIMIT):
        body = {"email": f"nobody-{number}@example.com", "password": WRONG}
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        assert api.post("/api/auth/login", body, headers=headers, source=HERE).status == 401
    body = {"email": ada.email, "password": SENTINEL}
    assert_refused(api.post("/api/auth/login", body, headers={"X-Forwarded-For": forged}, source=HERE), 401)


def test_fs_19_behind_a_trusted_proxy_its_clients_count_each_for_itself(
    api: Api, ada: User, deployed: Any
) -> None:
    deployed(TRUSTED_PROXIES="1")

    def ask(client: str, email: str) -> int:
        headers = {"X-Forwarded-For": f"192.0.2.1, {client}"}
        body = {"email": email, "password": SENTINEL}
        return api.post("/api/auth/login", body, headers=headers, source="10.0.0.1").status

    for number in range(LIMIT):
        assert ask(HERE, f"nobody-{number}@example.com") == 401
    assert ask(HERE, ada.email) == 401
    assert ask(ELSEWHERE, ada.email) == 200


def test_fs_19_the_change_of_a_password_is_counted_and_refused_alike(
    api: Api, ada: User, hashed: list[str]
) -> None:
    session = str(session_in(_log_in(api)))

    def change(old: str) -> Answer:
        body = {"currentPassword": old, "newPassword": f"{SENTINEL} new"}
        return api.put("/api/auth/me/password", body, as_=session, source=HERE)

    _fill(api, LIMIT - 1)
    assert_invalid(change(WRONG), "currentPassword")
    hashed.clear()
    assert_refused(change(SENTINEL), 401)
    assert_refused(_log_in(api), 401)
    assert hashed == []


def test_fs_19_the_log_says_that_the_source_is_over_its_limit(
    api: Api, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    """By ids, beside the caller's address."""
    _fill(api)
    caplog.clear()
    _log_in(api)
    [line] = [vars(record) for record in caplog.records if record.getMessage() == "login failed"]
    assert (line["user"], line["waits"], line["source_over_limit"]) == (ada.id, False, True)
    assert line["source_ip"] == HERE
