"""POST /api/admin/users."""

import json
from typing import Any

import pytest

from roster.domain import User
from roster.errors import Conflict
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.race import before_the_commit
from tests.support.snapshots import everything
from tests.workspaces.fixtures import (
    NO_PROFILE,
    SENTINEL,
    USER,
    assert_granted,
    assert_invalid,
    assert_refused,
)
from tests.workspaces.rows import (
    BAD_EMAILS,
    BAD_LINES,
    BAD_PASSWORDS,
    BAD_ROLES,
    GOOD_LINES,
    NOT_FOR_USERS,
    ROLES,
)

pytestmark = pytest.mark.any_engine

PATH = "/api/admin/users"
ADA = {"email": "ada@example.com", "fullName": "Ada Lovelace", "password": SENTINEL, "roles": ["USER"]}
LONG = "zq7x wf9p tmjr bk2c vhgd nysu " * 9


@pytest.fixture
def root(api: Api, directory: Directory) -> User:
    admin = directory.admin()
    api.cookie(admin)
    return admin


def _log_in(api: Api, email: str, password: str) -> int:
    return api.post("/api/auth/login", {"email": email, "password": password}).status


def test_a_user_is_made_as_documented_and_can_log_in(api: Api, root: User) -> None:
    answer = api.post(PATH, ADA, as_=root)
    assert_granted(answer, *USER)
    assert {**answer.data, "id": ""} == {
        "id": "",
        "email": "ada@example.com",
        "fullName": "Ada Lovelace",
        "roles": ["USER"],
        "active": True,
        "createdAt": "2026-04-13T01:00:00Z",
        **NO_PROFILE,
    }
    assert api.get(f"{PATH}/{answer.data['id']}", as_=root).data == answer.data
    assert _log_in(api, "ada@example.com", SENTINEL) == 200


def test_the_table_never_holds_the_password(api: Api, root: User) -> None:
    api.post(PATH, ADA, as_=root)
    assert SENTINEL not in json.dumps(everything(api.store))


@pytest.mark.parametrize("name", GOOD_LINES)
def test_a_full_name_is_kept_as_given(api: Api, root: User, name: str) -> None:
    assert api.post(PATH, {**ADA, "fullName": name}, as_=root).data["fullName"] == name
    assert [row["fullName"] for row in api.get(PATH, as_=root).data] == ["Root", name]


@pytest.mark.parametrize(("sent", "kept"), ROLES)
def test_roles_are_a_set_in_the_order_sent(api: Api, root: User, sent: list[str], kept: list[str]) -> None:
    assert api.post(PATH, {**ADA, "roles": sent}, as_=root).data["roles"] == kept


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("zq7x-abc", id="P-26-eight"),
        pytest.param(LONG[:64], id="P-26-64"),
        pytest.param(LONG[:73], id="P-26-73"),
        pytest.param(LONG[:256], id="P-26-256"),
        pytest.param(
            "\U0001f600\U0001f4a9\U0001f680\U0001f433\U0001f335\U0001f369\U0001f525\U0001f511",
            id="P-26-only-emoji",
        ),
        pytest.param("  zq7x-ab ", id="P-26-spaces-around"),
        pytest.param("zq7x\tab\nc", id="control-characters"),
    ],
)
@pytest.mark.row("item-32")
def test_a_password_is_neither_cut_nor_trimmed(api: Api, root: User, password: str) -> None:
    assert api.post(PATH, {**ADA, "password": password}, as_=root).status == 200
    assert _log_in(api, "ada@example.com", password) == 200
    assert _log_in(api, "ada@example.com", password[:-1]) == 401
    assert _log_in(api, "ada@example.com", password[1:]) == 401
    assert _log_in(api, "ada@example.com", password + " ") == 401


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param("ada@example.com", "ada@example.com", id="same"),
        pytest.param("ada@example.com", "Ada@Example.COM", id="E-01-case"),
        pytest.param("Ada@Example.COM", "ada@example.com", id="E-01-case-first"),
        pytest.param("ada@b\u00fccher.example", "ada@xn--bcher-kva.example", id="E-03-idn"),
        pytest.param("ada@xn--bcher-kva.example", "ADA@B\u00dcCHER.example", id="E-03-idn-first"),
        pytest.param("a#b@example.com", "A#B@example.com", id="E-04-delimiter"),
    ],
)
@pytest.mark.row("item-24")
def test_an_address_in_use_is_refused(api: Api, root: User, first: str, again: str) -> None:
    assert api.post(PATH, {**ADA, "email": first}, as_=root).data["email"] == first
    with api.no_effect():
        assert_refused(api.post(PATH, {**ADA, "email": again}, as_=root), 409)


@pytest.mark.parametrize(
    "email", ["ada@example.test", "a+b@example.com", "a%b@example.com", "x" * 64 + "@example.com"]
)
def test_an_unusual_address_is_an_address(api: Api, root: User, email: str) -> None:
    assert api.post(PATH, {**ADA, "email": email}, as_=root).data["email"] == email
    assert _log_in(api, email.upper(), SENTINEL) == 200


@pytest.mark.row("E-07")
def test_an_address_that_another_took_meanwhile_is_refused(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: directory.user("ada"))
    with pytest.raises(Conflict):
        directory.user("ada")


@pytest.mark.parametrize("email", BAD_EMAILS)
@pytest.mark.row("item-24")
def test_what_is_no_address_is_refused(api: Api, root: User, email: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {**ADA, "email": email}, as_=root), "email")


@pytest.mark.parametrize("name", BAD_LINES)
def test_what_is_no_name_is_refused(api: Api, root: User, name: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {**ADA, "fullName": name}, as_=root), "fullName")


@pytest.mark.parametrize("password", BAD_PASSWORDS)
@pytest.mark.row("item-32")
def test_what_is_no_password_is_refused(api: Api, root: User, password: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {**ADA, "password": password}, as_=root), "password")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Lovelace", "must not be made of the person's own address or name"),
        ("Company123", "is too easy to guess; make it longer, or join words that do not belong together"),
        (" \u2003" * 4, "must not be blanks alone"),
    ],
)
def test_fs_18_a_weak_password_is_refused_in_plain_words(
    api: Api, root: User, password: str, reason: str
) -> None:
    with api.no_effect():
        answer = api.post(PATH, {**ADA, "password": password}, as_=root)
    assert_invalid(answer, "password")
    assert answer.data == [{"field": "password", "message": reason}]


@pytest.mark.parametrize("password", ["zq7x-ab", SENTINEL * 20], ids=["too-short", "too-long"])
@pytest.mark.row("S-17")
def test_a_refused_password_is_never_repeated(api: Api, root: User, password: str) -> None:
    assert password[:22] not in api.post(PATH, {**ADA, "password": password}, as_=root).text
    assert password[:22] not in api.post(PATH, {**ADA, "password": [password]}, as_=root).text
    assert password[:22] not in api.post(PATH, {**ADA, "email": password, "x": password}, as_=root).text


@pytest.mark.row("P-26")
def test_a_password_with_nul_is_refused(api: Api, root: User) -> None:
    """JSON with NUL is refused before any field is looked at."""
    with api.no_effect():
        answer = api.post(PATH, {**ADA, "password": SENTINEL + "\0"}, as_=root)
    assert_invalid(answer, "")


@pytest.mark.parametrize("roles", BAD_ROLES)
def test_what_is_no_set_of_roles_is_refused(api: Api, root: User, roles: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {**ADA, "roles": roles}, as_=root), "roles")


@pytest.mark.parametrize("field", [name for name in ADA if name != "password"])
def test_a_missing_field_is_named(api: Api, root: User, field: str) -> None:
    body = {name: value for name, value in ADA.items() if name != field}
    with api.no_effect():
        answer = api.post(PATH, body, as_=root)
    assert_invalid(answer, field)
    assert answer.data == [{"field": field, "message": "is required"}]


@pytest.mark.parametrize(
    ("field", "value"), [*NOT_FOR_USERS, pytest.param("active", True, id="active-is-not-asked-yet")]
)
@pytest.mark.row("P-21", "item-14")
def test_an_unknown_field_is_named(api: Api, root: User, field: str, value: Any) -> None:
    with api.no_effect():
        assert_invalid(api.post(PATH, {**ADA, field: value}, as_=root), field)


def test_every_flaw_is_named_at_once(api: Api, root: User) -> None:
    with api.no_effect():
        answer = api.post(PATH, {"email": "x", "fullName": " ", "password": "short", "roles": []}, as_=root)
    assert_refused(answer, 400)
    assert [each["field"] for each in answer.data] == ["email", "fullName", "password", "roles"]


@pytest.mark.row("E-09")
def test_an_address_that_was_given_back_makes_another_user(api: Api, root: User) -> None:
    first = api.post(PATH, ADA, as_=root).data["id"]
    api.delete(f"{PATH}/{first}", as_=root)
    again = api.post(PATH, ADA, as_=root)
    assert_granted(again, *USER)
    assert again.data["id"] != first


def test_fb_17_spaces_around_an_address_are_dropped_and_those_of_a_password_are_not(
    api: Api, root: User
) -> None:
    padded = {**ADA, "email": "  Ada@example.com ", "password": f" {SENTINEL} "}
    assert api.post(PATH, padded, as_=root).data["email"] == "Ada@example.com"
    assert_refused(api.post(PATH, ADA, as_=root), 409)
    for email in ("ada@example.com", " ada@example.com", "ada@example.com "):
        for password, status in ((f" {SENTINEL} ", 200), (SENTINEL, 401)):
            body = {"email": email, "password": password}
            assert api.post("/api/auth/login", body).status == status
