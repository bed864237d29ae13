"""GET /api/auth/tokens."""

import json
from typing import Any

import pytest

from roster.auth import api_tokens
from roster.db import keys
from roster.db.store import Update
from roster.domain import User
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import assert_invalid, assert_listed, assert_meta, assert_refused
from tests.workspaces.rows import BAD_NUMBERS

PATH = "/api/auth/tokens"
SHOWN = ("id", "name", "workspaceId", "createdAt", "expiresAt")


@pytest.fixture
def ada(api: Api, directory: Directory) -> User:
    user = directory.user("ada")
    api.cookie(user)
    return user


def _create(api: Api, who: User, name: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = api.post(PATH, {"name": name, **more}, as_=who).data
    return made


def _names(api: Api, who: User, query: str = "") -> list[str]:
    return [token["name"] for token in api.get(PATH + query, as_=who).data]


def test_without_tokens_the_list_is_empty(api: Api, ada: User) -> None:
    answer = api.get(PATH, as_=ada)
    assert answer.status == 200
    assert list(answer.json) == ["code", "data", "timestamp"]
    assert answer.data == []


def test_a_list_shows_what_was_made_but_never_the_secret(api: Api, ada: User) -> None:
    made = _create(api, ada, "ci", expiresAt="2030-01-01T00:00:00Z")
    answer = api.get(PATH, as_=ada)
    assert_listed(answer, *SHOWN)
    assert answer.data == [{name: made[name] for name in SHOWN}]
    assert made["token"].rpartition(".")[2] not in answer.text
    assert "digest" not in json.dumps(answer.json)


def test_a_list_goes_by_creation(api: Api, ada: User) -> None:
    names = [f"token {n}" for n in range(8)]  # so many that their random ids are not in this order by luck
    for name in names:
        _create(api, ada, name)
        api.clock.advance(seconds=1)
    assert _names(api, ada) == names


def test_fb_12_tokens_of_one_second_go_by_the_order_of_making(api: Api, ada: User) -> None:
    names = [f"token {place}" for place in range(12)]
    for name in names:
        _create(api, ada, name)
    assert _names(api, ada) == names
    assert _names(api, ada, "?page=2&size=5") == names[5:10]


def test_everybody_sees_their_own(api: Api, directory: Directory, ada: User) -> None:
    """Also an administrator."""
    root = directory.admin()
    _create(api, ada, "hers")
    _create(api, root, "theirs")
    assert _names(api, ada) == ["hers"]
    assert _names(api, root) == ["theirs"]


def test_what_has_expired_leaves_the_list_at_that_moment(api: Api, ada: User) -> None:
    """The table still has it: expiry is not the tidying."""
    mortal = _create(api, ada, "mortal", expiresAt="2026-04-13T01:10:00Z")
    _create(api, ada, "immortal")
    api.clock.advance(minutes=9, seconds=59)
    assert sorted(_names(api, ada)) == ["immortal", "mortal"]
    api.clock.advance(seconds=1)
    assert _names(api, ada) == ["immortal"]
    assert api.store.get(keys.token(ada.id, mortal["id"])) is not None


def test_a_token_of_a_later_version_is_shown_as_far_as_it_is_known(api: Api, ada: User) -> None:
    made = _create(api, ada, "ci")
    api.store.write(Update(keys.token(ada.id, made["id"]), set={"v": 2, "color": "red"}))
    assert_listed(api.get(PATH, as_=ada), *SHOWN)


def test_a_page_says_which_it_is(api: Api, ada: User) -> None:
    for name in ("one", "two", "three"):
        _create(api, ada, name)
        api.clock.advance(seconds=1)
    for page, shown in ((1, ["one", "two"]), (2, ["three"]), (3, [])):
        assert _names(api, ada, f"?page={page}&size=2") == shown
        assert_meta(api.get(f"{PATH}?page={page}&size=2", as_=ada), page, 2, 3, 2)


def test_a_list_says_what_it_leaves_out(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roster.dialects.workspaces.schemas.WHOLE", 3)
    for number in range(4):
        assert "meta" not in api.get(PATH, as_=ada).json
        api_tokens.create(api.store, ada, str(number), None, None, by=directory.by)
    assert_meta(api.get(PATH, as_=ada), 1, 3, 4, 2)


@pytest.mark.parametrize("name", ["page", "size"])
@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_number_is_refused(api: Api, ada: User, name: str, text: str) -> None:
    assert_invalid(api.get(f"{PATH}?{name}={text}", as_=ada), name)


def test_without_a_live_session_it_is_refused(api: Api, ada: User) -> None:
    for cookie in (None, "garbage", f"session_{ada.id}.{'A' * 43}"):
        assert_refused(api.get(PATH, as_=cookie), 401)
