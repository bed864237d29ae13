"""POST /oauth/revoke (RFC 7009)."""

import pytest

from tests.oauth.fixtures import SECRET, Fixtures, assert_error, basic
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.snapshots import everything


def _revoke(api: Api, token: str, client: str = "cf", secret: str = "", **form: str) -> Answer:
    headers = {"authorization": basic(client, secret)}
    return api.post("/oauth/revoke", form={"token": token, **form}, headers=headers)


def _assert_done(answer: Answer) -> None:
    assert (answer.status, answer.json) == (200, {})
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


@pytest.mark.parametrize("hint", ["", "refresh_token", "access_token", "nonsense"])
def test_a_refresh_token_ends_the_whole_grant(api: Api, fixtures: Fixtures, hint: str) -> None:
    tokens = fixtures.log_in("robot", SECRET)
    _assert_done(_revoke(api, tokens["refresh_token"], "robot", SECRET, token_type_hint=hint))
    assert not fixtures.lives(tokens["access_token"])
    assert_error(fixtures.renew(tokens["refresh_token"], "robot", SECRET), "invalid_grant")
    ended = [item["details"] for item in everything(api.store) if item.get("action") == "family.ended"]
    assert [each["reason"] for each in ended] == ["its client gave it back"]  # type: ignore[index,call-overload]


def test_one_that_was_used_before_ends_it_too(api: Api, fixtures: Fixtures) -> None:
    first = fixtures.log_in()
    second = fixtures.renew(first["refresh_token"]).json
    _assert_done(_revoke(api, first["refresh_token"]))
    assert not fixtures.lives(second["access_token"])


def test_an_access_token_ends_alone(api: Api, fixtures: Fixtures) -> None:
    tokens = fixtures.log_in()
    _assert_done(_revoke(api, tokens["access_token"]))
    assert not fixtures.lives(tokens["access_token"])
    renewed = fixtures.renew(tokens["refresh_token"]).json
    assert fixtures.lives(renewed["access_token"])
    assert [item["target"] for item in everything(api.store) if item.get("action") == "access.ended"] == [
        fixtures.ada.id
    ]


def test_the_only_token_of_a_grant_ends_it(api: Api, fixtures: Fixtures) -> None:
    access = fixtures.log_in("plain", SECRET)["access_token"]
    _assert_done(_revoke(api, access, "plain", SECRET))
    assert not fixtures.lives(access)
    assert [item for item in everything(api.store) if item.get("action") == "family.ended"]


@pytest.mark.row("AC-14")
def test_what_is_no_live_token_of_the_endpoint_is_no_error(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    tokens = fixtures.log_in()
    _revoke(api, tokens["refresh_token"])
    other = fixtures.log_in()
    forged = other["access_token"][:-43] + "A" * 43
    mixed = f"refresh_{fixtures.ada.id}.{'B' * 43}.{other['refresh_token'].rpartition('.')[2]}"
    api_token = directory.token(fixtures.ada)
    for text in (tokens["refresh_token"], "nonsense", api_token, forged, mixed):
        with api.no_effect():
            _assert_done(_revoke(api, text))
    assert fixtures.lives(other["access_token"])
    assert fixtures.lives(api_token)


@pytest.mark.row("AC-15")
def test_nobody_gives_back_the_token_of_another_client(api: Api, fixtures: Fixtures) -> None:
    tokens = fixtures.log_in()
    for token in (tokens["refresh_token"], tokens["access_token"]):
        with api.no_effect():
            assert_error(_revoke(api, token, "robot", SECRET), "invalid_grant")
    assert fixtures.lives(tokens["access_token"])


def test_the_client_must_prove_itself_and_name_a_token(api: Api, fixtures: Fixtures) -> None:
    tokens = fixtures.log_in("robot", SECRET)
    assert_error(_revoke(api, tokens["refresh_token"], "robot", "wrong"), "invalid_client", 401)
    assert fixtures.lives(tokens["access_token"])
    assert_error(_revoke(api, "", "robot", SECRET), "invalid_request")
    _assert_done(_revoke(api, tokens["refresh_token"], "robot", SECRET))  # the first success forgets
