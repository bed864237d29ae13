"""DELETE /api/auth/tokens/{tokenId}."""

import json
from typing import Any

import pytest

from roster.db import keys
from roster.domain import User
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.snapshots import everything
from tests.workspaces.fixtures import NOWHERE, assert_granted, assert_refused, bare

PATH = "/api/auth/tokens"


@pytest.fixture
def ada(api: Api, directory: Directory) -> User:
    user = directory.user("ada")
    api.cookie(user)
    return user


@pytest.fixture
def token_id(api: Api, ada: User) -> str:
    return str(api.post(PATH, {"name": "ci"}, as_=ada).data["id"])


def _revoke(api: Api, who: User | str | None, token_id: str, **more: Any) -> Answer:
    return api.delete(f"{PATH}/{token_id}", as_=who, **more)


def test_a_revoked_token_is_gone(api: Api, ada: User, token_id: str) -> None:
    other = api.post(PATH, {"name": "other"}, as_=ada).data["id"]
    assert_granted(_revoke(api, ada, token_id))
    assert [token["id"] for token in api.get(PATH, as_=ada).data] == [other]
    assert api.store.get(keys.token(ada.id, token_id)) is None


def test_a_token_is_revoked_once(api: Api, ada: User, token_id: str) -> None:
    _revoke(api, ada, token_id)
    with api.no_effect():
        assert_refused(_revoke(api, ada, token_id), 404)


@pytest.mark.row("Z-14", "item-13")
def test_the_token_of_another_is_as_little_there_as_an_unknown_one(
    api: Api, directory: Directory, ada: User, token_id: str
) -> None:
    """The same bytes, also for an administrator."""
    root, bob = directory.admin(), directory.user("bob")
    for who in (root, bob):
        api.cookie(who)
        with api.no_effect():
            unknown = _revoke(api, who, "0" * 32)
            assert_refused(unknown, 404)
            assert bare(_revoke(api, who, token_id)) == bare(unknown)
    assert len(api.get(PATH, as_=ada).data) == 1


def test_the_id_of_a_session_revokes_nothing(
    api: Api, directory: Directory, ada: User, token_id: str
) -> None:
    session = directory.session(ada)
    with api.no_effect():
        assert_refused(_revoke(api, ada, session.id), 404)


def test_an_expired_token_is_not_there(api: Api, ada: User) -> None:
    body = {"name": "ci", "expiresAt": "2026-04-13T01:09:00Z"}
    mortal = api.post(PATH, body, as_=ada).data["id"]
    api.clock.advance(minutes=9)
    with api.no_effect():
        assert_refused(_revoke(api, ada, mortal), 404)


@pytest.mark.parametrize(
    "token_id",
    [
        NOWHERE,
        ".",
        "x",
        "x" * 64,
        "x" * 65,
        "x" * 2_000,
        "a%23b",
        "%20",
        "%00",
        "%0A",
        "\u0661",
        "token_x",
        "%2e%2e",
    ],
    ids=lambda text: repr(text)[:12],
)
def test_what_is_no_token_of_the_caller_is_not_there(api: Api, ada: User, token_id: str) -> None:
    with api.no_effect():
        assert_refused(_revoke(api, ada, token_id), 404)


def test_without_a_live_session_it_is_refused(api: Api, ada: User, token_id: str) -> None:
    for cookie in (None, "garbage", f"session_{ada.id}.{'A' * 43}"):
        with api.no_effect():
            assert_refused(_revoke(api, cookie, token_id), 401)


@pytest.mark.row("S-09")
def test_a_foreign_page_cannot_ask_for_it(api: Api, ada: User, token_id: str) -> None:
    for origin in ("https://evil.example", "null"):
        with api.no_effect():
            assert_refused(_revoke(api, ada, token_id, headers={"origin": origin}), 403)


def test_a_token_has_no_tag_to_match(api: Api, ada: User, token_id: str) -> None:
    with api.no_effect():
        answer = _revoke(api, ada, token_id, headers={"If-Match": '"1"'})
    assert (answer.status, answer.code) == (412, "PRECONDITION_FAILED")
    assert_granted(_revoke(api, ada, token_id, headers={"If-Match": "*"}))


def test_the_audit_names_the_token_and_who_ended_it(api: Api, ada: User, token_id: str) -> None:
    _revoke(api, ada, token_id)
    audits = [item for item in everything(api.store) if item.get("action") == "token.revoked"]
    assert [(item["actor"], item["details"]) for item in audits] == [(ada.id, {"token_id": token_id})]
    assert "digest" not in json.dumps(audits)
