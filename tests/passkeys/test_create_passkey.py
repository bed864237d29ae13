"""POST /api/auth/factors/passkeys/options and POST /api/auth/factors/passkeys."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from roster import bounds
from roster.directory import factors, users
from roster.domain import ChallengePurpose, User
from tests.support.api import Answer, Api
from tests.support.authenticator import Authenticator, asked_for, passkey_of, proved
from tests.support.directory import Directory
from tests.support.race import at_once, many_at_a_time

PATH = "/api/auth/factors/passkeys"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada")


def options_for(api: Api, user: User, **more: Any) -> tuple[dict[str, Any], str]:
    """What a browser is asked to make a passkey by, and its challenge cookie."""
    answer = api.post(f"{PATH}/options", as_=user, **more)
    assert answer.status == 200, answer.text
    [line] = answer.cookies
    return answer.data, line.partition(";")[0]


def enrol(
    api: Api, user: User, attestation: dict[str, Any], cookie: str, headers: dict[str, str] | None = None
) -> Answer:
    session = f"__Host-session={api.cookie(user)}"
    cookies = {"Cookie": "; ".join(each for each in (session, cookie) if each)}
    return api.post(
        PATH, {"attestation": attestation, "name": "Phone"}, headers={**cookies, **(headers or {})}
    )


def test_a_passkey_becomes_a_factor_of_its_user(api: Api, directory: Directory, ada: User) -> None:
    options, cookie = options_for(api, ada)
    assert options["rp"] == {"id": "roster.example", "name": "roster.example"}
    assert options["user"]["name"] == ada.email
    authenticator = Authenticator()
    answer = enrol(api, ada, authenticator.make(options), cookie)
    assert answer.status == 200, answer.text
    assert (answer.data["kind"], answer.data["name"], answer.data["lastUsedAt"]) == ("passkey", "Phone", None)
    assert users.alive(api.store, ada.id).factors == 1
    assert [each["id"] for each in api.get("/api/auth/factors", as_=ada).data] == [answer.data["id"]]
    [kept] = factors.of_user(api.store, ada.id).factors
    assert (kept.sign_count, kept.transports) == (1, ("internal",))
    for secret in (kept.credential_id, kept.public_key):
        assert secret not in answer.text
    audit = json.dumps([item for item in api.store.scan().items if str(item["PK"]).startswith("AUDIT")])
    assert "factor.added" in audit
    assert kept.public_key not in audit


def test_the_cookie_of_a_challenge_is_for_this_host_and_five_minutes(api: Api, ada: User) -> None:
    [line] = api.post(f"{PATH}/options", as_=ada).cookies
    pair, *attributes = line.split("; ")
    assert pair.startswith("__Host-challenge=")
    assert sorted(attributes) == ["HttpOnly", "Max-Age=300", "Path=/", "SameSite=Strict", "Secure"]


def test_the_passkeys_there_are_not_asked_for_again(api: Api, directory: Directory, ada: User) -> None:
    held = passkey_of(directory, ada)
    options, cookie = options_for(api, proved(api, ada))
    [excluded] = options["excludeCredentials"]
    assert excluded["id"] == held.make(options)["id"]
    with api.no_effect():
        answer = enrol(api, ada, held.make(options), cookie, {"Idempotency-Key": "once"})
    refused_as(answer, 409, "CONFLICT")


def test_a_retry_under_a_key_is_given_the_first_answer(api: Api, ada: User) -> None:
    options, cookie = options_for(api, ada)
    made = Authenticator().make(options)
    first = enrol(api, ada, made, cookie, {"Idempotency-Key": "once"})
    with api.no_effect():
        assert enrol(api, ada, made, cookie, {"Idempotency-Key": "once"}).data == first.data


@pytest.mark.row("M-03")
def test_a_key_that_comes_with_another_passkey_is_refused(api: Api, ada: User) -> None:
    options, cookie = options_for(api, ada)
    assert enrol(api, ada, Authenticator().make(options), cookie, {"Idempotency-Key": "k"}).status == 200
    with api.no_effect():
        again = enrol(api, ada, Authenticator().make(options), cookie, {"Idempotency-Key": "k"})
    refused_as(again, 422, "IDEMPOTENCY_MISMATCH")


def refused_as(answer: Answer, status: int, code: str) -> None:
    """This status with this code, and no cookie."""
    assert (answer.status, answer.code, answer.cookies) == (status, code, []), answer.text


WRONG: dict[str, dict[str, Any]] = {
    "SF-19-verified": {"verifies": False},
    "SF-20-origin": {"origin": "https://roster.example.evil.example"},
    "SF-20-page": {"origin": "https://other.roster.example"},
    "SF-21-party": {"party": "evil.example"},
    "frame": {"client": {"crossOrigin": True}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_was_not_asked_for_is_refused(api: Api, ada: User, wrong: dict[str, Any]) -> None:
    options, cookie = options_for(api, ada)
    with api.no_effect():
        refused_as(enrol(api, ada, Authenticator(**wrong).make(options), cookie), 400, "VALIDATION_ERROR")


def test_a_challenge_is_good_once_and_for_its_browser_its_user_and_five_minutes(
    api: Api, directory: Directory, ada: User
) -> None:
    options, cookie = options_for(api, ada)
    made = Authenticator().make(options)
    eve = directory.user("eve")
    proved(api, ada)
    _, other = options_for(api, eve)
    with api.no_effect():
        for user, its in ((ada, ""), (ada, other), (ada, f"{cookie}; {other}"), (eve, cookie)):
            refused_as(enrol(api, user, made, its), 400, "VALIDATION_ERROR")
    assert enrol(api, ada, made, cookie).status == 200
    with api.no_effect():
        refused_as(enrol(api, ada, Authenticator().make(options), cookie), 400, "VALIDATION_ERROR")
    options, cookie = options_for(api, ada)
    api.clock.advance(seconds=bounds.CHALLENGE_SECONDS)
    with api.no_effect():
        refused_as(enrol(api, ada, Authenticator().make(options), cookie), 400, "VALIDATION_ERROR")


@pytest.mark.row("SF-25")
@pytest.mark.parametrize("purpose", [ChallengePurpose.LOGIN, ChallengePurpose.PASSKEY])
def test_a_challenge_of_a_login_enrols_nothing(
    api: Api, directory: Directory, ada: User, purpose: ChallengePurpose
) -> None:
    options, _ = options_for(api, ada)
    asked = asked_for(directory, purpose, ada if purpose is ChallengePurpose.LOGIN else None)
    made = Authenticator().make(options, challenge=asked.secret)
    with api.no_effect():
        answer = enrol(api, ada, made, f"__Host-challenge={asked.browser}")
    refused_as(answer, 400, "VALIDATION_ERROR")


def test_of_16_passkeys_for_one_challenge_one_is_enrolled(
    api: Api, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, cookie = options_for(api, ada)
    made = [Authenticator().make(options) for _ in range(16)]
    many = many_at_a_time(api, monkeypatch)
    answers = at_once([partial(enrol, many, ada, each, cookie) for each in made])
    assert [answer.status for answer in answers].count(200) == 1
    assert users.alive(api.store, ada.id).factors == 1
    assert len(factors.of_user(api.store, ada.id).factors) == 1


def test_there_are_as_many_as_there_may_be(api: Api, directory: Directory, ada: User) -> None:
    for _ in range(bounds.FACTORS - 1):
        passkey_of(directory, ada)
    options, cookie = options_for(api, proved(api, ada))
    passkey_of(directory, ada)
    with api.no_effect():
        refused_as(enrol(api, ada, Authenticator().make(options), cookie), 409, "LIMIT_REACHED")
        refused_as(api.post(f"{PATH}/options", as_=ada), 409, "LIMIT_REACHED")


def test_no_passkey_is_for_an_ip_address(api: Api, ada: User, deployed: Callable[..., None]) -> None:
    options, cookie = options_for(api, ada)
    deployed(PUBLIC_URL="http://127.0.0.1:3000")
    with api.no_effect():
        for answer in (
            api.post(f"{PATH}/options", as_=ada),
            enrol(api, ada, Authenticator().make(options), cookie),
        ):
            refused_as(answer, 409, "NO_RELYING_PARTY")


def test_the_relying_party_is_the_host_of_the_public_address(
    api: Api, ada: User, deployed: Callable[..., None]
) -> None:
    deployed(PUBLIC_URL="https://directory.example:8443")
    options, cookie = options_for(api, ada)
    assert options["rp"]["id"] == "directory.example"
    made = Authenticator(origin="https://directory.example:8443").make(options)
    assert enrol(api, ada, made, cookie).status == 200


def test_members_that_a_later_browser_adds_are_left_out(api: Api, ada: User) -> None:
    options, cookie = options_for(api, ada)
    made = {**Authenticator().make(options), "later": {"member": True}}
    made["response"]["later"] = ["member"]
    assert enrol(api, ada, made, cookie).status == 200
