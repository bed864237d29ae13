"""POST /api/auth/login/second, where a passkey answers the challenge of a right password."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from roster.domain import User
from tests.support.api import OF_A_SOURCE, Answer, Api, session_in
from tests.support.authenticator import Authenticator, passkey_of, proved
from tests.support.directory import PASSWORD, Directory

FAILURES = (*OF_A_SOURCE, "ATTEMPTS")


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=PASSWORD)


@pytest.fixture
def phone(directory: Directory, ada: User) -> Authenticator:
    """Ada's, with a passkey."""
    return passkey_of(directory, ada)


def asked(api: Api, email: str = "ada@example.com") -> tuple[dict[str, Any], str]:
    """What the right password is answered with, and the challenge cookie."""
    answer = api.post("/api/auth/login", {"email": email, "password": PASSWORD})
    assert (answer.status, answer.code) == (401, "SECOND_FACTOR_REQUIRED"), answer.text
    [line] = answer.cookies
    return answer.json["data"], line.partition(";")[0]


def prove(api: Api, told: dict[str, Any], assertion: dict[str, Any], cookie: str, **more: Any) -> Answer:
    body = {"challenge": told["challenge"], "assertion": assertion, **more}
    return api.post("/api/auth/login/second", body, headers={"Cookie": cookie})


def test_a_passkey_is_the_second_factor(api: Api, ada: User, phone: Authenticator) -> None:
    told, cookie = asked(api)
    assert told["methods"] == ["passkey"]
    assert [each["id"] for each in told["options"]["allowCredentials"]] == [phone.sign(told["options"])["id"]]
    answer = prove(api, told, phone.sign(told["options"]), cookie)
    assert answer.status == 200, answer.text
    assert api.get("/api/auth/me", as_=str(session_in(answer))).data["id"] == ada.id
    with api.no_effect(apart=FAILURES):
        assert prove(api, told, phone.sign(told["options"]), cookie).status == 401


def test_a_remembered_browser_is_not_asked_until_the_passkey_is_removed(
    api: Api, directory: Directory, ada: User, phone: Authenticator
) -> None:
    told, cookie = asked(api)
    answer = prove(api, told, phone.sign(told["options"]), cookie, remember=True)
    [kept] = [each.partition(";")[0] for each in answer.cookies if each.startswith("__Host-remembered=")]
    body = {"email": ada.email, "password": PASSWORD}
    again = api.post("/api/auth/login", body, headers={"Cookie": kept})
    assert again.status == 200
    [factor] = api.get("/api/auth/factors", as_=proved(api, ada)).data
    assert api.delete(f"/api/auth/factors/{factor['id']}", as_=ada).status == 200
    passkey_of(directory, ada, "Key")
    again = api.post("/api/auth/login", body, headers={"Cookie": kept})
    assert again.code == "SECOND_FACTOR_REQUIRED"


WRONG: dict[str, dict[str, Any]] = {
    "SF-19-verified": {"verifies": False},
    "SF-20-origin": {"origin": "https://evil.example"},
    "SF-21-party": {"party": "evil.example"},
    "SF-22-copied": {"counter": 0, "counts": False},
    "unknown": {"credential_id": b"unknown"},
    "challenge": {"client": {"challenge": "A" * 43}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_does_not_prove_the_user_is_refused(
    api: Api, phone: Authenticator, wrong: dict[str, Any]
) -> None:
    told, cookie = asked(api)
    with api.no_effect(apart=(*FAILURES, "2026-")):
        answer = prove(api, told, replace(phone, **wrong).sign(told["options"]), cookie)
    assert (answer.status, answer.code, answer.cookies) == (401, "UNAUTHORIZED", [])


@pytest.mark.row("SF-23")
def test_anothers_passkey_proves_nothing(api: Api, directory: Directory, phone: Authenticator) -> None:
    eve = passkey_of(directory, directory.user("eve", password=PASSWORD))
    told, cookie = asked(api)
    with api.no_effect(apart=FAILURES):
        assert prove(api, told, eve.sign(told["options"]), cookie).status == 401
    theirs, its = asked(api, "eve@example.com")
    with api.no_effect(apart=FAILURES):
        assert prove(api, theirs, phone.sign(theirs["options"]), its).status == 401
        assert prove(api, theirs, eve.sign(told["options"]), its).status == 401


def test_a_challenge_is_answered_by_one_of_code_and_assertion(api: Api, phone: Authenticator) -> None:
    told, cookie = asked(api)
    both = prove(api, told, phone.sign(told["options"]), cookie, code="123456")
    headers = {"Cookie": cookie}
    neither = api.post("/api/auth/login/second", {"challenge": told["challenge"]}, headers=headers)
    for answer in (both, neither):
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_without_a_host_name_no_passkey_is_asked_for(
    api: Api, phone: Authenticator, deployed: Callable[..., None]
) -> None:
    deployed(PUBLIC_URL="http://127.0.0.1:3000")
    told, cookie = asked(api)
    assert (told["methods"], "options" in told) == ([], False)
    assertion = phone.sign({"challenge": "AA", "rpId": "127.0.0.1"})
    assert prove(api, told, assertion, cookie).code == "NO_RELYING_PARTY"
