"""POST /api/auth/login."""

import json
from typing import Any, Literal
from unicodedata import normalize

import argon2
import pytest

from roster.auth.credentials import digest
from roster.db import keys
from roster.db.store import Update
from roster.directory import users
from roster.domain import User
from tests.support.api import Answer, Api, session_in
from tests.support.directory import PASSWORD, Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import SENTINEL, USER, assert_granted, assert_invalid, assert_refused, bare

PATH = "/api/auth/login"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


def _log_in(api: Api, email: str = "ada@example.com", password: str = SENTINEL, **more: Any) -> Answer:
    return api.post(PATH, {"email": email, "password": password}, **more)


def test_a_login_answers_the_user_and_a_session(api: Api, ada: User) -> None:
    answer = _log_in(api)
    assert_granted(answer, *USER)
    assert answer.data["id"] == ada.id
    session = str(session_in(answer))
    assert api.get("/api/auth/me", as_=session).data == answer.data


@pytest.mark.row("S-05", "item-26")
def test_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(api: Api, ada: User) -> None:
    answer = _log_in(api)
    assert len(answer.cookies) == 2  # the other is the device's
    pair, *attributes = answer.cookies[0].split("; ")
    assert pair == f"__Host-session={session_in(answer)}"
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]


@pytest.mark.row("S-06", "item-10")
def test_the_table_holds_only_the_hash_of_the_secret(api: Api, ada: User) -> None:
    session = session_in(_log_in(api))
    text = json.dumps(everything(api.store))
    assert session.secret not in text
    assert SENTINEL not in text
    assert digest(session.secret) in text
    assert len(session.secret) == 43  # 256 bits in base64


@pytest.mark.row("S-04")
def test_every_login_opens_a_session_of_its_own(api: Api, ada: User) -> None:
    """A cookie that was there before, dead or alive, is neither taken up nor ended."""
    first = str(session_in(_log_in(api)))
    second = str(session_in(_log_in(api, as_=first)))
    third = str(session_in(_log_in(api, as_="planted")))
    assert len({first, second, third}) == 3
    for session in (first, second, third):
        assert api.get("/api/auth/me", as_=session).status == 200


@pytest.mark.parametrize("email", ["ADA@EXAMPLE.COM", "Ada@Example.com"])
def test_an_address_counts_in_any_case(api: Api, ada: User, email: str) -> None:
    assert_granted(_log_in(api, email), *USER)


@pytest.mark.parametrize(
    "password",
    [SENTINEL.upper(), SENTINEL[:-1], SENTINEL + " ", " " + SENTINEL, ""],
    ids=["case", "cut", "space-after", "space-before", "empty"],
)
def test_a_password_counts_exactly(api: Api, ada: User, password: str) -> None:
    assert_refused(_log_in(api, password=password), 401)


@pytest.mark.row("S-01", "item-30")
def test_a_refusal_never_says_why(api: Api, directory: Directory, ada: User) -> None:
    suspended = directory.suspend(directory.user("suspended", password=SENTINEL))
    deleted = directory.user("deleted", password=SENTINEL)
    users.delete(api.store, deleted, by=directory.by)
    without = directory.user("without")
    refused = {
        "wrong password": _log_in(api, password="wrong horse battery"),
        "unknown": _log_in(api, "nobody@example.com"),
        "suspended": _log_in(api, suspended.email),
        "deleted": _log_in(api, deleted.email),
        "no password": _log_in(api, without.email),
        "no address": _log_in(api, "ada"),
        "homoglyph": _log_in(api, "\u0430da@example.com"),
        "long": _log_in(api, "x" * 10_000 + "@example.com"),
        "long password": _log_in(api, password="x" * 60_000),
    }
    assert_refused(refused["unknown"], 401)
    for reason, answer in refused.items():
        assert bare(answer) == bare(refused["unknown"]), reason


@pytest.mark.row("S-01", "item-30")
def test_every_refusal_costs_one_hash(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed."""
    hashes: list[str] = []

    class Counting(argon2.PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            hashes.append("hash")
            return super().hash(password, salt=salt)

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            hashes.append("verify")
            return super().verify(hash, password)

    suspended = directory.suspend(directory.user("suspended", password=SENTINEL))
    without = directory.user("without")
    monkeypatch.setattr(argon2, "PasswordHasher", Counting)
    for email, password in (
        ("ada@example.com", SENTINEL),
        ("ada@example.com", "wrong horse battery"),
        ("nobody@example.com", SENTINEL),
        (suspended.email, SENTINEL),
        (without.email, SENTINEL),
        ("no address", SENTINEL),
    ):
        hashes.clear()
        _log_in(api, email, password)
        assert len(hashes) == 1, email


@pytest.mark.row("P-05")
def test_a_stored_hash_that_asks_too_much_is_not_computed(api: Api, ada: User) -> None:
    costly = "$argon2id$v=19$m=8388608,t=1000,p=1$c29tZXNhbHQ$" + "A" * 43
    api.store.write(Update(keys.password(ada.id), set={"hash": costly}))
    assert _log_in(api).status in (401, 503)


@pytest.mark.parametrize("stored", ["", "plain", "$2b$12$" + "x" * 53, "$argon2id$v=19$m=8,t=1,p=1$x$y"])
def test_a_stored_hash_that_is_none_matches_nothing(api: Api, ada: User, stored: str) -> None:
    api.store.write(Update(keys.password(ada.id), set={"hash": stored}))
    assert_refused(_log_in(api), 401)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("email", {"password": SENTINEL}),
        ("password", {"email": "ada@example.com"}),
        ("email", {"email": None, "password": SENTINEL}),
        ("email", {"email": ["ada@example.com"], "password": SENTINEL}),
        ("password", {"email": "ada@example.com", "password": None}),
        ("password", {"email": "ada@example.com", "password": [SENTINEL]}),
        ("password", {"email": "ada@example.com", "password": 12345678}),
        ("remember", {"email": "ada@example.com", "password": SENTINEL, "remember": True}),
    ],
    ids=str,
)
def test_a_crooked_field_is_named(api: Api, ada: User, field: str, body: dict[str, Any]) -> None:
    with api.no_effect():
        answer = api.post(PATH, body)
    assert_invalid(answer, field)


def test_a_string_that_never_ends_is_refused_like_any(api: Api) -> None:
    with api.no_effect():
        assert_refused(api.post(PATH, raw=b'{"email":"' + b'\\"' * 30_000), 400)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_says_it_is_not_json_is_refused(api: Api, ada: User, content_type: str) -> None:
    with api.no_effect():
        assert_refused(_log_in(api, headers={"content-type": content_type}), 415)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_login_from_a_foreign_page_is_refused(api: Api, ada: User, origin: str) -> None:
    with api.no_effect():
        assert_refused(_log_in(api, headers={"origin": origin}), 403)


def test_a_login_from_an_allowed_page_is_served(api: Api, ada: User) -> None:
    assert_granted(_log_in(api, headers={"origin": "https://app.example"}), *USER)


@pytest.mark.usefixtures("broken_on_purpose")
@pytest.mark.row("S-17")
def test_no_log_holds_a_password_or_a_secret(api: Api, ada: User, caplog: pytest.LogCaptureFixture) -> None:
    """Also not when an item is broken."""
    session = session_in(_log_in(api))
    _log_in(api, password=SENTINEL + "x")
    api.post(PATH, {"email": SENTINEL, "password": [SENTINEL]})
    api.post(PATH, raw=f'{{"password":"{SENTINEL}"'.encode())
    api.get("/api/auth/me", as_=str(session))
    api.store.write(Update(keys.password(ada.id), set={"hash": SENTINEL}))
    api.store.write(Update(keys.user(ada.id), set={"roles": SENTINEL}))
    assert _log_in(api).status == 500
    assert len(caplog.records) >= 6
    for record in caplog.records:
        assert SENTINEL not in repr(vars(record))
        assert session.secret not in repr(vars(record))


def test_fn_07_a_token_opens_no_session(api: Api, directory: Directory) -> None:
    ada = directory.user("ada", password=PASSWORD)
    body, token = {"email": "ada@example.com", "password": PASSWORD}, directory.token(ada)
    with api.no_effect():
        answer = api.post("/api/auth/login", body, bearer=token)
    assert (answer.status, answer.code, answer.cookies) == (403, "SESSION_REQUIRED", [])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_fb_07_a_password_is_the_same_however_a_keyboard_sends_its_letters(
    api: Api, directory: Directory, form: Literal["NFC", "NFD"]
) -> None:
    password = normalize(form, "\u00e9t\u00e9 \u00e0 \u00c5land")
    body = {"email": "ada@example.com", "fullName": "Ada", "password": password, "roles": ["USER"]}
    assert api.post("/api/admin/users", body, as_=directory.admin()).status == 200
    for typed in ("NFC", "NFD", "NFC"):
        assert _log_in(api, password=normalize(typed, password)).status == 200
    session = str(session_in(_log_in(api, password=password)))
    new = {"currentPassword": normalize("NFD", password), "newPassword": normalize("NFD", password) + "!"}
    assert api.put("/api/auth/me/password", new, as_=session).status == 200
    assert _log_in(api, password=normalize("NFC", password) + "!").status == 200
