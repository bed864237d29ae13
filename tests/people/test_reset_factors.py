"""DELETE /api/admin/users/{userId}/factors: what an administrator does for who has lost the device."""

from collections.abc import Callable
from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Key
from roster.domain import User
from tests.support.api import Api
from tests.support.codes import code_of
from tests.support.directory import PASSWORD, Directory
from tests.support.race import before_the_commit
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures, assert_granted, assert_invalid, assert_refused

LOGIN, SECOND = "/api/auth/login", "/api/auth/login/second"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=PASSWORD)


def _path(user: User) -> str:
    return f"/api/admin/users/{user.id}/factors"


def _log_in(api: Api) -> Any:
    return api.post(LOGIN, {"email": "ada@example.com", "password": PASSWORD})


def _tfa(api: Api, fixtures: Fixtures, user: User) -> list[bool]:
    """What the Testmo API says in its answer for one user, and in its list."""
    one = api.get(f"/api/v1/users/{user.number}", bearer=fixtures.root).json["result"]
    [listed] = [
        each
        for each in api.get("/api/v1/users", bearer=fixtures.root).json["result"]
        if each["id"] == user.number
    ]
    return [one["tfa_enabled"], listed["tfa_enabled"]]


@pytest.mark.row("SF-33")
def test_all_end_at_once_and_the_password_alone_logs_in(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User
) -> None:
    session, token = api.cookie(ada), api.token(ada)
    assert _tfa(api, fixtures, ada) == [False, False]
    _, secret = directory.authenticator(ada)
    directory.authenticator(ada, "Tablet")
    directory.recovery_codes(ada)
    begun, _ = directory.enrolment(ada)
    asked = _log_in(api)
    assert (asked.status, asked.code) == (401, "SECOND_FACTOR_REQUIRED")
    assert _tfa(api, fixtures, ada) == [True, True]
    assert_granted(api.delete(_path(ada), as_=fixtures.root))
    assert _tfa(api, fixtures, ada) == [False, False]
    assert api.get("/api/auth/me", as_=session).status == 401
    assert api.get("/api/auth/me", bearer=token).status == 200
    mine = [str(item["SK"]) for item in everything(api.store) if item["PK"] == keys.user(ada.id).pk]
    assert [sk for sk in mine if sk.startswith((keys.FACTORS_AND_CODES, keys.enrolment(ada.id).sk))] == []
    challenge = {"challenge": asked.data["challenge"], "code": code_of(secret, api.clock())}
    browser = {"Cookie": asked.cookies[0].partition(";")[0]}
    with api.no_effect():
        assert_refused(api.post(SECOND, challenge, headers=browser), 401)
    assert _log_in(api).status == 200
    [audit] = [item for item in everything(api.store) if item.get("action") == "factors.reset"]
    assert (audit["actor"], audit["target"]) == (fixtures.root.id, ada.id)


@pytest.mark.row("SF-12")
def test_a_remembered_browser_is_forgotten(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User
) -> None:
    _, secret = directory.authenticator(ada)
    asked = _log_in(api)
    body = {"challenge": asked.data["challenge"], "code": code_of(secret, api.clock()), "remember": True}
    proved = api.post(SECOND, body, headers={"Cookie": asked.cookies[0].partition(";")[0]})
    [kept] = [line.partition(";")[0] for line in proved.cookies if line.startswith("__Host-remembered=")]
    login = {"email": "ada@example.com", "password": PASSWORD}
    assert api.post(LOGIN, login, headers={"Cookie": kept}).status == 200
    assert_granted(api.delete(_path(ada), as_=fixtures.root))
    directory.authenticator(ada)
    assert api.post(LOGIN, login, headers={"Cookie": kept}).code == "SECOND_FACTOR_REQUIRED"


@pytest.mark.row("SF-18")
def test_where_one_is_demanded_the_next_login_asks_to_enrol(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User, deployed: Callable[..., None]
) -> None:
    directory.authenticator(ada)
    directory.authenticator(fixtures.root)
    deployed(SECOND_FACTOR="all")
    root = str(directory.session(fixtures.root))
    assert_granted(api.delete(_path(ada), as_=root))
    session = _log_in(api).cookies[0].partition(";")[0]
    refused = api.get("/api/workspaces", headers={"Cookie": session})
    assert (refused.status, refused.code) == (403, "ENROLMENT_REQUIRED")
    assert api.get("/api/auth/factors", headers={"Cookie": session}).status == 200


@pytest.mark.row("SF-32")
def test_ones_own_are_not_reset_nor_those_of_a_revision(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User
) -> None:
    directory.authenticator(fixtures.root)
    directory.authenticator(ada)
    root = str(directory.session(fixtures.root))
    with api.no_effect():
        assert_invalid(api.delete(_path(fixtures.root), as_=root), "userId")
        assert_refused(api.delete(_path(ada), as_=root, headers={"If-Match": '"1"'}), 412)
        assert_refused(api.delete(_path(ada), as_=fixtures.boss), 403)


def test_who_has_none_is_reset_all_the_same(api: Api, fixtures: Fixtures, ada: User) -> None:
    assert_granted(api.delete(_path(ada), as_=fixtures.root))


def test_a_factor_that_is_enrolled_meanwhile_ends_too(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: directory.authenticator(ada))
    assert_granted(api.delete(_path(ada), as_=fixtures.root))
    assert _log_in(api).status == 200


@pytest.mark.parametrize("mails", [False, True])
def test_the_user_is_told_by_mail_where_there_is_mail(
    api: Api, fixtures: Fixtures, ada: User, deployed: Callable[..., None], mails: bool
) -> None:
    deployed(MAIL_FROM="roster@example.com" if mails else "")
    assert_granted(api.delete(_path(ada), as_=fixtures.root))
    ordered = [Key.of(item) for item in everything(api.store) if item["PK"] == keys.MAIL]
    assert ordered == ([keys.mail_of_factors(ada.id)] if mails else [])
