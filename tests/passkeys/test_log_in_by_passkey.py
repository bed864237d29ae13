"""POST /api/auth/login/passkey/options and POST /api/auth/login/passkey."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from roster import bounds
from roster.auth import challenges, source_failures
from roster.auth.credentials import Credential
from roster.db import keys
from roster.db.codec import entity
from roster.directory import factors, users
from roster.domain import ChallengePurpose, Session, User
from tests.support.api import OF_A_SOURCE, Answer, Api, device_in, session_in
from tests.support.authenticator import Authenticator, asked_for, passkey_of, proved, raw, text
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.race import at_once, many_at_a_time
from tests.support.snapshots import everything

PATH = "/api/auth/login/passkey"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada")


@pytest.fixture
def phone(directory: Directory, ada: User) -> Authenticator:
    """Ada's, with a passkey."""
    return passkey_of(directory, ada)


def asked(api: Api) -> tuple[dict[str, Any], str]:
    """What a browser is asked for a passkey by, and its challenge cookie."""
    answer = api.post(f"{PATH}/options")
    assert answer.status == 200, answer.text
    [line] = answer.cookies
    return answer.data, line.partition(";")[0]


def log_in(api: Api, assertion: dict[str, Any], cookie: str, **more: Any) -> Answer:
    return api.post(PATH, {"assertion": assertion}, headers={"Cookie": cookie}, **more)


def refused(answer: Answer) -> None:
    """As whatever is wrong with a login is."""
    assert (answer.status, answer.code, answer.cookies) == (401, "UNAUTHORIZED", []), answer.text


def test_a_passkey_alone_opens_a_session(api: Api, ada: User, phone: Authenticator) -> None:
    options, cookie = asked(api)
    assert (options["rpId"], options["allowCredentials"]) == ("roster.example", [])
    assert options["userVerification"] == "required"
    api.clock.advance(minutes=1)
    answer = log_in(api, phone.sign(options), cookie)
    assert answer.status == 200, answer.text
    assert answer.data["id"] == ada.id
    session = session_in(answer)
    assert api.get("/api/auth/me", as_=str(session)).data["id"] == ada.id
    assert device_in(answer)
    assert "__Host-challenge=" in "".join(answer.cookies)
    kept = entity(Session, api.store.get(keys.session(ada.id, session.id)) or {})
    assert (kept.factor, kept.last_proof) == (True, "2026-04-13T01:01:00Z")
    [factor] = factors.of_user(api.store, ada.id).factors
    assert (factor.sign_count, factor.last_used_at) == (phone.counter, "2026-04-13T01:01:00Z")
    assert users.alive(api.store, ada.id).last_sign_in_at == "2026-04-13T01:00:00Z"


def test_two_devices_of_a_user_sign_in_and_a_removed_one_does_not(
    api: Api, directory: Directory, ada: User, phone: Authenticator
) -> None:
    key = passkey_of(directory, ada, "Key")
    for device in (phone, key, phone):
        options, cookie = asked(api)
        assert log_in(api, device.sign(options), cookie).status == 200
    proved(api, ada)
    [gone] = [each for each in api.get("/api/auth/factors", as_=ada).data if each["name"] == "Phone"]
    assert api.delete(f"/api/auth/factors/{gone['id']}", as_=ada).status == 200
    options, cookie = asked(api)
    with api.no_effect(apart=OF_A_SOURCE):
        refused(log_in(api, phone.sign(options), cookie))  # SF-24
    assert log_in(api, key.sign(options), cookie).status == 200


WRONG: dict[str, dict[str, Any]] = {
    "SF-19-verified": {"verifies": False},
    "SF-20-origin": {"origin": "https://roster.example.evil.example"},
    "SF-20-page": {"origin": "https://other.roster.example"},
    "SF-21-party": {"party": "evil.example"},
    "SF-23-handle": {"handle": text(b"1")},
    "frame": {"client": {"crossOrigin": True}},
    "unknown": {"credential_id": b"unknown"},
    "nobody": {"handle": text(b"999")},
    "no handle": {"handle": ""},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_does_not_prove_its_user_is_refused(
    api: Api, directory: Directory, ada: User, wrong: dict[str, Any]
) -> None:
    passkey_of(directory, ada)
    phone = passkey_of(directory, directory.user("eve"))
    options, cookie = asked(api)
    with api.no_effect(apart=OF_A_SOURCE):
        answer = log_in(api, replace(phone, **wrong).sign(options), cookie)
    if wrong == {"handle": ""}:
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    else:
        refused(answer)


def test_the_calls_do_not_tell_which_users_there_are(api: Api, meter: Meter, phone: Authenticator) -> None:
    options, cookie = asked(api)
    unknown = replace(phone, credential_id=b"unknown")
    calls = []
    for one in (unknown, replace(unknown, handle=text(b"999"))):
        with meter.measure() as reading:
            refused(log_in(api, one.sign(options), cookie))
        calls.append(reading.calls)
    assert calls[0] == calls[1]


@pytest.mark.row("SF-23")
def test_nobody_signs_in_by_anothers_passkey(api: Api, directory: Directory, phone: Authenticator) -> None:
    """Eve has a passkey of her own, and says in her answer that it is Ada's, by its id and the user's."""
    eve = passkey_of(directory, directory.user("eve"))
    forged = replace(eve, credential_id=phone.credential_id, handle=phone.handle)
    options, cookie = asked(api)
    with api.no_effect(apart=OF_A_SOURCE):
        refused(log_in(api, forged.sign(options), cookie))


@pytest.mark.row("SF-04")
def test_a_challenge_is_good_once_for_its_browser_and_five_minutes(api: Api, phone: Authenticator) -> None:
    options, cookie = asked(api)
    _, other = asked(api)
    assertion = phone.sign(options)
    with api.no_effect(apart=OF_A_SOURCE):
        for its in ("", other, f"{cookie}; {other}"):
            refused(log_in(api, assertion, its))
    assert log_in(api, assertion, cookie).status == 200
    with api.no_effect(apart=OF_A_SOURCE):
        refused(log_in(api, assertion, cookie))
        refused(log_in(api, phone.sign(options), cookie))
    options, cookie = asked(api)
    api.clock.advance(seconds=bounds.CHALLENGE_SECONDS)
    with api.no_effect(apart=OF_A_SOURCE):
        refused(log_in(api, phone.sign(options), cookie))


@pytest.mark.row("SF-25")
@pytest.mark.parametrize("purpose", [ChallengePurpose.LOGIN, ChallengePurpose.REGISTER])
def test_a_challenge_of_another_purpose_opens_no_session(
    api: Api, directory: Directory, ada: User, phone: Authenticator, purpose: ChallengePurpose
) -> None:
    options, _ = asked(api)
    wrong = asked_for(directory, purpose, users.alive(api.store, ada.id))
    nobody = challenges.new(purpose, None, api.clock())
    api.store.write(nobody.write)
    for each in (wrong, nobody):
        with api.no_effect(apart=OF_A_SOURCE):
            assertion = phone.sign(options, challenge=each.secret)
            refused(log_in(api, assertion, f"__Host-challenge={each.browser}"))


@pytest.mark.row("SF-22")
@pytest.mark.parametrize("counter", [0, 1, 2])
def test_a_copied_passkey_is_refused_and_the_audit_tells_of_it(
    api: Api, directory: Directory, ada: User, phone: Authenticator, counter: int
) -> None:
    options, cookie = asked(api)
    assert log_in(api, phone.sign(options), cookie).status == 200  # with the counter 2
    options, cookie = asked(api)
    copy = replace(phone, counter=counter, counts=False)
    with api.no_effect(apart=(*OF_A_SOURCE, "2026-")):
        refused(log_in(api, copy.sign(options), cookie))
    told = [item for item in everything(api.store) if item.get("action") == "factor.refused"]
    [factor] = factors.of_user(api.store, ada.id).factors
    assert [item["details"] for item in told] == [{"factor_id": factor.id, "kind": "passkey"}]
    assert log_in(api, phone.sign(options), cookie).status == 200


def test_an_authenticator_without_a_counter_signs_in_again_and_again(
    api: Api, directory: Directory, ada: User, phone: Authenticator
) -> None:
    [factor] = factors.of_user(api.store, ada.id).factors
    api.store.write(factors.passkey_used(factor, 0, False, api.clock()))
    for _ in range(2):
        options, cookie = asked(api)
        assert log_in(api, replace(phone, counter=0, counts=False).sign(options), cookie).status == 200


@pytest.mark.row("SF-06")
def test_of_16_submissions_of_one_answer_one_opens_a_session(
    api: Api, ada: User, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, cookie = asked(api)
    assertion, many = phone.sign(options), many_at_a_time(api, monkeypatch, public=True)
    answers = at_once([lambda: log_in(many, assertion, cookie)] * 16)
    assert sorted(answer.status for answer in answers) == [200] + [401] * 15
    opened = api.store.query(keys.user(ada.id).pk, begins=keys.SESSIONS).items
    assert len(opened) == 1


def test_who_is_suspended_or_deleted_is_refused(
    api: Api, directory: Directory, ada: User, phone: Authenticator
) -> None:
    options, cookie = asked(api)
    directory.suspend(users.alive(api.store, ada.id))
    with api.no_effect(apart=OF_A_SOURCE):
        refused(log_in(api, phone.sign(options), cookie))
    users.delete(api.store, users.alive(api.store, ada.id), by=directory.by)
    with api.no_effect(apart=OF_A_SOURCE):
        refused(log_in(api, phone.sign(options), cookie))


def test_failures_of_a_source_count_and_those_of_others_keep_nobody_out(
    api: Api, phone: Authenticator
) -> None:
    options, cookie = asked(api)
    wrong = replace(phone, verifies=False)
    for _ in range(source_failures.LIMIT):
        refused(log_in(api, wrong.sign(options), cookie, source="203.0.113.9"))
    phone.counter = 500
    assertion = phone.sign(options)
    refused(log_in(api, assertion, cookie, source="203.0.113.9"))
    assert log_in(api, assertion, cookie, source="198.51.100.7").status == 200


def test_what_cannot_be_read_is_not_valid(api: Api, phone: Authenticator) -> None:
    options, cookie = asked(api)
    whole = phone.sign(options)
    response = whole["response"]
    for wrong in (
        {**whole, "type": "password"},
        {**whole, "rawId": "%"},
        {**whole, "rawId": "A" * 1_400},
        {**whole, "response": {**response, "signature": ""}},
        {**whole, "response": {**response, "clientDataJSON": None}},
        {**whole, "response": {**response, "userHandle": "A" * 90}},
        {},
    ):
        assert log_in(api, wrong, cookie).status == 400
    for noise in ("AA", text(raw(response["clientDataJSON"])[:-1]), text(b"[" * 2_000)):
        refused(log_in(api, {**whole, "response": {**response, "clientDataJSON": noise}}, cookie))


def test_no_passkey_is_for_an_ip_address(
    api: Api, phone: Authenticator, deployed: Callable[..., None]
) -> None:
    options, cookie = asked(api)
    deployed(PUBLIC_URL="http://[::1]:3000")
    for answer in (api.post(f"{PATH}/options"), log_in(api, phone.sign(options), cookie)):
        assert (answer.status, answer.code) == (409, "NO_RELYING_PARTY")


def test_who_must_change_the_password_must_still(api: Api, directory: Directory, ada: User) -> None:
    phone = passkey_of(directory, ada)
    users.change(
        api.store,
        users.alive(api.store, ada.id),
        lambda user: replace(user, must_change_password=True),
        by=directory.by,
    )
    options, cookie = asked(api)
    session: Credential = session_in(log_in(api, phone.sign(options), cookie))
    assert api.get("/api/auth/me", as_=str(session)).code == "PASSWORD_CHANGE_REQUIRED"
