"""A user who must change the password: what they may do, and how it ends. Every dialect's refusal is in
`tests/contract/test_withdrawal.py`.
"""

import pytest

from roster.domain import User
from tests.support.api import Api, session_in
from tests.support.directory import PASSWORD, Directory
from tests.workspaces.fixtures import ENDPOINTS, Fixtures, assert_granted, assert_invalid

THEIRS = ("POST /api/auth/login", "POST /api/auth/logout", "PUT /api/auth/me/password")
NEW = "quite another phrase"


@pytest.fixture
def ada(api: Api, directory: Directory, fixtures: Fixtures) -> User:
    """Somebody whom an administrator made, with a password that both know."""
    ada = directory.user("ada", password=PASSWORD, admin=True)
    answer = api.put(f"/api/admin/users/{ada.id}", {"mustChangePassword": True}, as_=fixtures.root)
    assert answer.data["mustChangePassword"] is True
    return ada


def _log_in(api: Api, password: str = PASSWORD) -> str:
    return str(session_in(api.post("/api/auth/login", {"email": "ada@example.com", "password": password})))


@pytest.mark.parametrize("by", ["as_", "bearer"])
@pytest.mark.row("AC-12")
def test_nothing_is_theirs_to_do(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User, by: str
) -> None:
    proof = _log_in(api) if by == "as_" else directory.token(ada)
    with api.no_effect():
        for endpoint in ENDPOINTS:
            if endpoint.route in THEIRS:
                continue
            answer = endpoint.send(api, fixtures, **{by: proof})
            codes = {"PASSWORD_CHANGE_REQUIRED"} | ({"SESSION_REQUIRED"} if by == "bearer" else set())
            assert answer.status == 403, endpoint.name
            assert answer.code in codes, endpoint.name


def test_they_may_log_out(api: Api, ada: User) -> None:
    session = _log_in(api)
    assert_granted(api.post("/api/auth/logout", as_=session))
    assert api.get("/api/auth/me", as_=session).status == 401


@pytest.mark.row("AC-13")
def test_another_password_ends_it_and_the_present_one_does_not(api: Api, ada: User) -> None:
    session = _log_in(api)
    body = {"currentPassword": PASSWORD, "newPassword": PASSWORD}
    assert_invalid(api.put("/api/auth/me/password", body, as_=session), "newPassword")
    assert api.get("/api/auth/me", as_=session).status == 403
    assert_granted(api.put("/api/auth/me/password", {**body, "newPassword": NEW}, as_=session))
    assert api.get("/api/auth/me", as_=session).data["mustChangePassword"] is False
    assert api.get("/api/auth/me", as_=_log_in(api, NEW)).status == 200


@pytest.mark.row("AC-12")
def test_the_token_endpoint_gives_them_nothing_and_counts_no_failure(
    api: Api, directory: Directory, fixtures: Fixtures, ada: User
) -> None:
    directory.client("cf", grants=("password", "refresh_token", "client_credentials"))
    directory.client("robot", "s" * 32, grants=("client_credentials",), user=ada)
    form = {"grant_type": "password", "client_id": "cf", "username": ada.email, "password": PASSWORD}
    path = f"/api/admin/users/{ada.id}"
    api.put(path, {"mustChangePassword": False}, as_=fixtures.root)
    refresh = api.post("/oauth/token", form=form).json["refresh_token"]
    api.put(path, {"mustChangePassword": True}, as_=fixtures.root)
    forms = [form] * 6
    forms += [{"grant_type": "refresh_token", "client_id": "cf", "refresh_token": refresh}]
    forms += [{"grant_type": "client_credentials", "client_id": "robot", "client_secret": "s" * 32}]
    for each in forms:
        with api.no_effect():
            answer = api.post("/oauth/token", form=each)
        assert (answer.status, answer.json["error"]) == (400, "invalid_grant"), each
    assert _log_in(api)
