"""POST /api/auth/reauthenticate, and what asks for a proof of the last ten minutes.

Which endpoints ask for it is in `tests/contract/test_touch.py`, by way of a session of two hours.
"""

from base64 import b32decode
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from roster import dependencies
from roster.auth import login_throttle, passkeys
from roster.auth.secrets import derived
from roster.db import keys
from roster.domain import User
from roster.errors import Unavailable
from tests.support.api import Answer, Api, make_dependencies, session_in
from tests.support.authenticator import Authenticator, text
from tests.support.codes import code_of, wrong_code
from tests.support.directory import PASSWORD, Directory
from tests.support.race import at_once
from tests.support.snapshots import everything
from tests.workspaces.fixtures import assert_granted, assert_invalid, assert_refused

PATH, TOKENS, FACTORS = "/api/auth/reauthenticate", "/api/auth/tokens", "/api/auth/factors"
PASSKEY_OPTIONS = "/api/auth/login/passkey/options"
TOKEN = {"name": "ci"}


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=PASSWORD)


@pytest.fixture
def secret(directory: Directory, ada: User) -> bytes:
    """That of Ada's authenticator."""
    return directory.authenticator(ada)[1]


def assert_asked(answer: Answer) -> None:
    """403 that asks for a proof, and gives no cookie."""
    assert (answer.status, answer.code, answer.cookies) == (403, "REAUTHENTICATION_REQUIRED", [])


def _proved(api: Api, body: dict[str, Any], session: User | str, **more: Any) -> str:
    """The session that takes the place of the one that was proved."""
    answer = api.post(PATH, body, as_=session, **more)
    assert_granted(answer, "provedUntil")
    return str(session_in(answer))


@pytest.mark.row("SF-26", "SF-29")
def test_a_proof_lasts_ten_minutes_and_the_session_gets_another_secret(api: Api, ada: User) -> None:
    copied = api.cookie(ada)
    api.clock.advance(minutes=9, seconds=59)
    assert api.post(TOKENS, TOKEN, as_=copied).status == 200
    api.clock.advance(seconds=1)
    with api.no_effect():
        assert_asked(api.post(TOKENS, TOKEN, as_=copied))
    answer = api.post(PATH, {"password": PASSWORD}, as_=copied)
    assert_granted(answer, "provedUntil")
    assert answer.data["provedUntil"] == "2026-04-13T01:20:00Z"
    own = str(session_in(answer))
    assert api.post(TOKENS, TOKEN, as_=own).status == 200
    with api.no_effect():  # whoever has copied the cookie does not share in the proof
        assert_refused(api.post(TOKENS, TOKEN, as_=copied), 401)
    [audit] = [item for item in everything(api.store) if item.get("action") == "session.renewed"]
    assert (audit["actor"], audit["target"]) == (ada.id, ada.id)


@pytest.mark.row("SF-28", "SF-01")
def test_who_has_a_factor_proves_that_and_once(api: Api, ada: User, secret: bytes) -> None:
    session = api.cookie(ada)
    api.clock.advance(minutes=10)
    with api.no_effect():
        assert_invalid(api.post(PATH, {"password": PASSWORD}, as_=session), "password")
    code = code_of(secret, api.clock())
    session = _proved(api, {"code": code}, session)
    assert api.post(TOKENS, TOKEN, as_=session).status == 200
    assert_invalid(api.post(PATH, {"code": code}, as_=session), "code")
    _proved(api, {"code": code_of(secret, api.clock(), 1)}, session)


@pytest.mark.row("SF-10")
def test_a_recovery_code_proves_once(api: Api, directory: Directory, ada: User, secret: bytes) -> None:
    code = directory.recovery_codes(ada)[3]
    session = _proved(api, {"code": code}, ada)
    assert_invalid(api.post(PATH, {"code": code}, as_=session), "code")
    [used] = [item for item in everything(api.store) if item.get("action") == "recovery_code.used"]
    assert used["details"] == {"left": 9}


@pytest.mark.parametrize("has_factor", [False, True])
@pytest.mark.row("SF-30")
def test_guesses_are_counted_as_failed_logins(
    api: Api, directory: Directory, ada: User, has_factor: bool
) -> None:
    session = api.cookie(ada)
    right, wrong = {"password": PASSWORD}, {"password": "quite another phrase"}
    if has_factor:
        secret = directory.authenticator(ada)[1]
        right = {"code": code_of(secret, api.clock())}
        wrong = {"code": wrong_code(secret, api.clock())}
    for _ in range(login_throttle.FREE):
        assert_invalid(api.post(PATH, wrong, as_=session), *wrong)
    assert api.post("/api/auth/login", {"email": ada.email, "password": PASSWORD}).status == 401
    with api.no_effect(apart=("LOGINS#",)):
        assert_refused(api.post(PATH, right, as_=session), 401)
    assert api.get("/api/auth/me", as_=session).status == 200
    api.clock.advance(minutes=1)
    if has_factor:
        right = {"code": code_of(secret, api.clock())}
    _proved(api, right, session)


@pytest.mark.row("SF-06")
def test_of_sixteen_at_once_with_one_code_one_is_taken(api: Api, ada: User, secret: bytes) -> None:
    session, body = api.cookie(ada), {"code": code_of(secret, api.clock())}
    answers = at_once([partial(api.post, PATH, body, as_=session)] * 16)
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 400, 401, 503}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"code": "123456", "password": PASSWORD}, ""),
        ({"code": None}, "code"),
        ({"code": ""}, "code"),
        ({"code": "1" * 65}, "code"),
        ({"code": "123456"}, "code"),  # of who has no factor
        ({"assertion": {}}, "assertion"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_what_is_no_single_proof_is_refused(api: Api, ada: User, body: dict[str, Any], field: str) -> None:
    api.cookie(ada)
    with api.no_effect():
        answer = api.post(PATH, body, as_=ada)
        assert_refused(answer, 400)
    assert field in {each["field"].partition(".")[0] for each in answer.data}


@pytest.mark.row("SF-14")
def test_the_password_alone_changes_no_credentials_of_who_has_a_factor(
    api: Api, directory: Directory, ada: User
) -> None:
    """As in a remembered browser, or a session from before the factor was enrolled."""
    weak = str(directory.session(ada, factor=False))
    assert api.post(TOKENS, TOKEN, as_=weak).status == 200
    factor, secret = directory.authenticator(ada)
    changes = [
        partial(api.post, TOKENS, TOKEN),
        partial(api.post, f"{FACTORS}/totp", {"name": "Thief's"}),
        partial(api.post, f"{FACTORS}/recovery-codes"),
        partial(api.post, f"{FACTORS}/passkeys/options"),
        partial(api.delete, f"{FACTORS}/{factor.id}"),
        partial(api.put, "/api/auth/me/password", {"currentPassword": PASSWORD, "newPassword": "x" * 20}),
    ]
    with api.no_effect():
        for change in changes:
            assert_asked(change(as_=weak))
    assert api.get("/api/auth/me", as_=weak).status == 200
    strong = _proved(api, {"code": code_of(secret, api.clock())}, weak)
    assert api.post(f"{FACTORS}/recovery-codes", as_=strong).status == 200


def test_a_first_factor_is_its_own_proof(api: Api, ada: User) -> None:
    """Who enrols one goes on to recovery codes in the same session."""
    session = api.cookie(ada)
    made = api.post(f"{FACTORS}/totp", {}, as_=session).data
    code = {"code": code_of(b32decode(made["secret"]), api.clock())}
    assert api.post(f"{FACTORS}/totp/{made['factorId']}/confirm", code, as_=session).status == 200
    assert api.post(f"{FACTORS}/recovery-codes", as_=session).status == 200


@pytest.mark.row("SF-18")
def test_who_must_change_or_enrol_may_prove_anew(
    api: Api, directory: Directory, ada: User, deployed: Callable[..., None]
) -> None:
    session = api.cookie(ada)
    deployed(SECOND_FACTOR="all")
    api.clock.advance(minutes=10)
    assert_asked(api.post(f"{FACTORS}/totp", {}, as_=session))
    session = _proved(api, {"password": PASSWORD}, session)
    assert api.post(f"{FACTORS}/totp", {}, as_=session).status == 200
    directory.change(ada, must_change_password=True)
    api.clock.advance(minutes=10)
    body = {"currentPassword": PASSWORD, "newPassword": "quite another phrase"}
    assert_asked(api.put("/api/auth/me/password", body, as_=session))
    session = _proved(api, {"password": PASSWORD}, session)
    assert_granted(api.put("/api/auth/me/password", body, as_=session))


@pytest.mark.row("SF-36")
def test_without_the_key_a_code_proves_nothing(api: Api, ada: User, secret: bytes) -> None:
    def out_of_reach(_: str) -> tuple[bytes, ...]:
        raise Unavailable

    session, code = api.cookie(ada), code_of(secret, api.clock())
    dependencies.use(make_dependencies(api.store, api.clock, deployment_keys=out_of_reach))
    with api.no_effect():
        answer = api.post(PATH, {"code": code}, as_=session)
    assert (answer.status, answer.cookies) == (503, [])


def _options(answer: Answer) -> Any:
    assert answer.status == 200, answer.text
    return answer.data


def _cookies(session: str, asked: Answer | None = None) -> dict[str, str]:
    """A browser's cookies: its session, and the challenge that it was given."""
    given = [line.partition(";")[0] for line in (asked.cookies if asked is not None else [])]
    return {"Cookie": "; ".join([f"__Host-session={session}", *given])}


def _passkey(api: Api, session: str) -> Authenticator:
    """A passkey that is enrolled in the session."""
    device = Authenticator()
    asked = api.post(f"{FACTORS}/passkeys/options", as_=session)
    body = {"attestation": device.make(_options(asked)), "name": "Laptop"}
    made = api.post(f"{FACTORS}/passkeys", body, headers=_cookies(session, asked))
    assert made.status == 200, made.text
    return device


def test_a_secret_of_the_former_key_is_sealed_anew_when_it_is_used(
    api: Api, directory: Directory, ada: User
) -> None:
    """So that the former line of a rotated key can be removed one day."""
    factor, secret = directory.authenticator(ada)
    session = api.cookie(ada)

    def proved_under(key: str) -> str:
        rotated = make_dependencies(api.store, api.clock, deployment_keys=partial(derived, key))
        dependencies.use(rotated)
        api.clock.advance(minutes=1)
        return _proved(api, {"code": code_of(secret, api.clock())}, session)

    kept = api.store.get(keys.factor(ada.id, factor.id))
    session = proved_under("another the")  # keys are words: the former is the first of `make_dependencies`
    assert api.store.get(keys.factor(ada.id, factor.id)) != kept
    proved_under("another")


@pytest.mark.row("SF-04", "SF-05")
def test_a_passkey_proves_once_and_in_its_own_browser(api: Api, ada: User) -> None:
    session = api.cookie(ada)
    device = _passkey(api, session)
    api.clock.advance(minutes=10)
    assert_asked(api.post(TOKENS, TOKEN, as_=session))
    asked, other = api.post(PASSKEY_OPTIONS), api.post(PASSKEY_OPTIONS)
    body = {"assertion": device.sign(_options(asked))}
    assert_invalid(api.post(PATH, body, headers=_cookies(session, other)), "assertion")
    answer = api.post(PATH, body, headers=_cookies(session, asked))
    assert_granted(answer, "provedUntil")
    session = str(session_in(answer))
    assert api.post(TOKENS, TOKEN, as_=session).status == 200
    assert_invalid(api.post(PATH, body, headers=_cookies(session, asked)), "assertion")


@pytest.mark.row("SF-23")
def test_another_users_passkey_proves_nothing(api: Api, directory: Directory, ada: User) -> None:
    device = _passkey(api, api.cookie(directory.user("thief")))
    session = api.cookie(ada)
    _passkey(api, session)
    asked = api.post(PASSKEY_OPTIONS)
    body = {"assertion": device.sign(_options(asked))}
    assert_invalid(api.post(PATH, body, headers=_cookies(session, asked)), "assertion")


@pytest.mark.row("SF-24")
def test_a_removed_passkey_proves_nothing(api: Api, ada: User) -> None:
    session = api.cookie(ada)
    kept, removed = _passkey(api, session), _passkey(api, session)
    factor_id = passkeys.factor_id(text(removed.credential_id))
    assert_granted(api.delete(f"{FACTORS}/{factor_id}", as_=session))
    for device, login, proof in ((removed, 401, 400), (kept, 200, 200)):
        asked = api.post(PASSKEY_OPTIONS)
        body = {"assertion": device.sign(_options(asked))}
        headers = {"Cookie": asked.cookies[0].partition(";")[0]}
        assert api.post("/api/auth/login/passkey", body, headers=headers).status == login
        again = api.post(PASSKEY_OPTIONS)
        body = {"assertion": device.sign(_options(again))}
        assert api.post(PATH, body, headers=_cookies(session, again)).status == proof


@pytest.mark.row("SF-26", "SF-27")
def test_the_password_of_another_asks_for_a_proof_and_their_name_does_not(
    api: Api, directory: Directory, ada: User
) -> None:
    root, path = directory.admin(), f"/api/admin/users/{ada.id}"
    named, body = {"fullName": "Ada King"}, {"password": "quite another phrase"}
    api.token(root)
    with api.no_effect():
        answer = api.put(path, body, bearer=root)
    assert (answer.status, answer.code) == (403, "SESSION_REQUIRED")
    assert api.put(path, named, bearer=root).status == 200
    api.cookie(root)
    api.clock.advance(minutes=10)
    with api.no_effect():
        assert_asked(api.put(path, body, as_=root))
    assert api.put(path, named, as_=root).status == 200
    session = str(directory.session(root))
    assert api.put(path, body, as_=session).status == 200
