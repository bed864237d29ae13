"""POST /api/auth/tokens."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from roster.auth import api_tokens
from roster.auth.credentials import Credential, digest
from roster.db import keys
from roster.db.codec import attributes
from roster.db.store import Item
from roster.db.transactions import item
from roster.directory import users
from roster.domain import ApiToken, User
from roster.errors import LimitReached
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.race import at_once
from tests.support.snapshots import everything
from tests.workspaces.fixtures import (
    ENDPOINTS,
    NOWHERE,
    Endpoint,
    Fixtures,
    assert_granted,
    assert_invalid,
    assert_refused,
    bare,
    named,
)
from tests.workspaces.rows import BAD_LINES, GOOD_LINES

pytestmark = pytest.mark.any_engine

PATH = "/api/auth/tokens"
SHOWN = ("id", "name", "workspaceId", "createdAt", "expiresAt", "token")
NOW = "2026-04-13T01:00:00Z"  # where the clock of the tests stands


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)


def _create(api: Api, who: User | str | None, body: dict[str, Any] | None = None, **more: Any) -> Answer:
    return api.post(PATH, {"name": "ci", **(body or {})}, as_=who, **more)


def test_a_token_is_answered_with_its_secret(api: Api, fixtures: Fixtures) -> None:
    expires = "2026-04-13T01:00:01Z"
    answer = _create(api, fixtures.member, {"workspaceId": fixtures.acme.id, "expiresAt": expires})
    assert_granted(answer, *SHOWN)
    credential = Credential.read(answer.data["token"])
    assert credential is not None
    assert (credential.kind, credential.user_id) == ("token", fixtures.member.id)
    assert answer.data == {
        "id": credential.id,
        "name": "ci",
        "workspaceId": fixtures.acme.id,
        "createdAt": NOW,
        "expiresAt": expires,
        "token": str(credential),
    }


@pytest.mark.parametrize("body", [{}, {"workspaceId": None, "expiresAt": None}], ids=["absent", "null"])
def test_a_token_may_be_for_everything_and_for_ever(
    api: Api, fixtures: Fixtures, body: dict[str, Any]
) -> None:
    answer = _create(api, fixtures.stranger, body)
    assert_granted(answer, *SHOWN)
    assert (answer.data["workspaceId"], answer.data["expiresAt"]) == (None, None)


@pytest.mark.row("S-06", "item-10")
def test_the_table_holds_only_the_hash_of_the_secret(api: Api, fixtures: Fixtures) -> None:
    token = _create(api, fixtures.member).data["token"]
    secret = token.rpartition(".")[2]
    kept = json.dumps(everything(api.store))
    assert len(secret) == 43  # 256 bits in base64
    assert secret not in kept
    assert digest(secret) in kept


def test_the_table_tidies_a_token_no_sooner_than_it_expires(api: Api, fixtures: Fixtures) -> None:
    mortal = _create(api, fixtures.member, {"expiresAt": "2026-04-13T02:00:00Z"}).data["id"]
    immortal = _create(api, fixtures.member).data["id"]
    expires = int(api.clock.moment.timestamp()) + 3600
    assert (api.store.get(keys.token(fixtures.member.id, mortal)) or {})["ttl"] == expires
    assert "ttl" not in (api.store.get(keys.token(fixtures.member.id, immortal)) or {})


def test_tokens_of_one_name_are_two(api: Api, fixtures: Fixtures) -> None:
    one, other = _create(api, fixtures.member).data, _create(api, fixtures.member).data
    assert one["id"] != other["id"]
    assert one["token"] != other["token"]


@pytest.mark.parametrize("who", ["root", "boss", "member"])
def test_a_workspace_of_the_caller_may_be_named(api: Api, fixtures: Fixtures, who: str) -> None:
    """A platform ADMIN's are all."""
    answer = _create(api, getattr(fixtures, who), {"workspaceId": fixtures.acme.id})
    assert answer.data["workspaceId"] == fixtures.acme.id


@pytest.mark.row("Z-14")
def test_a_foreign_workspace_is_as_little_there_as_an_unknown_one(api: Api, fixtures: Fixtures) -> None:
    """The same bytes."""
    unknown = _create(api, fixtures.member, {"workspaceId": NOWHERE})
    assert_refused(unknown, 404)
    for workspace_id in (fixtures.globex.id, ".", "..", "x" * 64):
        with api.no_effect():
            assert bare(_create(api, fixtures.member, {"workspaceId": workspace_id})) == bare(unknown)
    with api.no_effect():
        assert bare(_create(api, fixtures.root, {"workspaceId": NOWHERE})) == bare(unknown)


def test_a_workspace_that_was_left_is_foreign(api: Api, fixtures: Fixtures) -> None:
    path = f"/api/workspaces/{fixtures.acme.id}/members/{fixtures.member.id}"
    assert api.delete(path, as_=fixtures.boss).status == 200
    assert_refused(_create(api, fixtures.member, {"workspaceId": fixtures.acme.id}), 404)


@pytest.mark.parametrize(
    "expires",
    [
        pytest.param(NOW, id="now"),
        pytest.param("2026-04-13T00:59:59Z", id="past"),
        pytest.param("0001-01-01T00:00:00Z", id="long-past"),
        pytest.param("", id="empty"),
        pytest.param("soon", id="word"),
        pytest.param(1_800_000_000, id="number"),
        pytest.param(True, id="true"),
        pytest.param(["2030-01-01T00:00:00Z"], id="list"),
        pytest.param("2030-01-01", id="date"),
        pytest.param("2030-01-01T00:00:00", id="no-zone"),
        pytest.param("2030-01-01T00:00:00+24:00", id="offset-of-a-day"),
        pytest.param("2030-01-01T00:00:00+0200", id="offset-without-colon"),
        pytest.param("2030-01-01T00:00Z", id="no-seconds"),
        pytest.param("2030-01-01T00:00:00." + "0" * 50 + "Z", id="fraction-without-end"),
        pytest.param("2030-01-01T00:00:00Z\n", id="newline"),
        pytest.param(" 2030-01-01T00:00:00Z", id="space-before"),
        pytest.param("2030-1-01T00:00:00Z", id="one-digit"),
        pytest.param("12030-01-01T00:00:00Z", id="five-digits"),
        pytest.param("2030-02-30T00:00:00Z", id="no-such-day"),
        pytest.param("2030-13-01T00:00:00Z", id="no-such-month"),
        pytest.param("2030-01-01T24:00:00Z", id="hour-24"),
        pytest.param("2030-12-31T22:59:60Z", id="no-leap-second"),
        pytest.param("2030-12-31T23:59:61Z", id="second-61"),
        pytest.param("0000-01-01T00:00:00Z", id="year-0"),
        pytest.param("\u0662\u0660\u0663\u0660-01-01T00:00:00Z", id="P-08-arabic"),
        pytest.param("\uff12\uff10\uff13\uff10-01-01T00:00:00Z", id="P-08-full-width"),
    ],
)
def test_what_is_no_moment_to_come_is_refused(api: Api, fixtures: Fixtures, expires: Any) -> None:
    with api.no_effect():
        assert_invalid(_create(api, fixtures.member, {"expiresAt": expires}), "expiresAt")


@pytest.mark.parametrize(
    ("expires", "kept"),
    [
        ("2030-01-31T00:00:00Z", "2030-01-31T00:00:00Z"),
        ("2030-01-31T00:00:00.000Z", "2030-01-31T00:00:00Z"),
        ("2030-01-31T00:00:00.999999999Z", "2030-01-31T00:00:00Z"),
        ("2030-01-31T00:00:00+00:00", "2030-01-31T00:00:00Z"),
        ("2030-01-31T00:00:00-00:00", "2030-01-31T00:00:00Z"),
        ("2030-01-31T00:00:00+05:30", "2030-01-30T18:30:00Z"),
        ("2030-01-31T20:00:00.5-08:00", "2030-02-01T04:00:00Z"),
        ("2030-01-31 00:00:00Z", "2030-01-31T00:00:00Z"),
        ("2030-01-31t00:00:00z", "2030-01-31T00:00:00Z"),
        ("2030-12-31T23:59:60Z", "2031-01-01T00:00:00Z"),
        ("2030-12-31T15:59:60.5-08:00", "2031-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_fb_08_every_moment_of_rfc_3339_is_taken(
    api: Api, fixtures: Fixtures, expires: str, kept: str
) -> None:
    assert _create(api, fixtures.member, {"expiresAt": expires}).data["expiresAt"] == kept


def test_the_last_moment_there_is_may_be_named(api: Api, fixtures: Fixtures) -> None:
    assert_granted(_create(api, fixtures.member, {"expiresAt": "9999-12-31T23:59:59Z"}), *SHOWN)


@pytest.mark.parametrize("name", GOOD_LINES)
def test_a_name_is_kept_as_given(api: Api, fixtures: Fixtures, name: str) -> None:
    assert _create(api, fixtures.member, {"name": name}).data["name"] == name


@pytest.mark.parametrize("name", BAD_LINES)
def test_what_is_no_name_is_refused(api: Api, fixtures: Fixtures, name: Any) -> None:
    with api.no_effect():
        assert_invalid(_create(api, fixtures.member, {"name": name}), "name")


@pytest.mark.parametrize(
    "workspace_id", [7, True, [], {}, "", "a b", "w#1", "w\n", "\u0661", "x" * 65], ids=repr
)
def test_what_is_no_id_is_refused(api: Api, fixtures: Fixtures, workspace_id: Any) -> None:
    with api.no_effect():
        assert_invalid(_create(api, fixtures.member, {"workspaceId": workspace_id}), "workspaceId")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "t-1"),
        ("userId", NOWHERE),
        ("secret", "s" * 43),
        ("token", "t"),
        ("createdAt", NOW),
        ("roles", ["ADMIN"]),
        ("workspace_id", NOWHERE),
    ],
)
@pytest.mark.row("Z-10")
def test_an_unknown_field_is_named(api: Api, fixtures: Fixtures, field: str, value: Any) -> None:
    with api.no_effect():
        assert_invalid(_create(api, fixtures.member, {field: value}), field)


def test_a_token_wants_a_name(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        answer = api.post(PATH, {}, as_=fixtures.member)
    assert_invalid(answer, "name")


def test_without_a_live_session_it_is_refused(api: Api, fixtures: Fixtures) -> None:
    for cookie in (None, "garbage", f"session_{fixtures.root.id}.{'A' * 43}"):
        with api.no_effect():
            assert_refused(_create(api, cookie), 401)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 415),
    ],
    ids=str,
)
@pytest.mark.row("S-09")
def test_a_foreign_page_cannot_ask_for_one(
    api: Api, fixtures: Fixtures, headers: dict[str, str], status: int
) -> None:
    with api.no_effect():
        assert_refused(_create(api, fixtures.member, headers=headers), status)


@pytest.mark.parametrize("key", ["k", "x" * 256, "\u00e9"], ids=["good", "long", "not-ascii"])
def test_an_idempotency_key_is_ignored(api: Api, fixtures: Fixtures, key: str) -> None:
    """An answer that shows a secret is kept nowhere."""
    tokens = {_create(api, fixtures.member, headers={"Idempotency-Key": key}).data["id"] for _ in range(2)}
    assert len(tokens) == 2
    assert not any(str(item["SK"]).startswith(keys.ANSWERS) for item in everything(api.store))


ALL = (
    *ENDPOINTS,
    Endpoint(
        "change_password",
        "PUT /api/auth/me/password",
        lambda _: {"currentPassword": "x", "newPassword": "zq7x-abc"},
    ),
    Endpoint("create_token", "POST /api/auth/tokens", lambda _: {"name": "ci"}),
    Endpoint("list_tokens", "GET /api/auth/tokens"),
    Endpoint("revoke_token", "DELETE /api/auth/tokens/t-1"),
)


@pytest.mark.parametrize("endpoint", ALL, ids=named)
def test_a_token_is_no_session_and_stands_alone(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    """A token in the session's cookie proves nobody, nor does one beside a session (S-13)."""
    token = _create(api, fixtures.root).data["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    with api.no_effect():
        assert_refused(endpoint.send(api, fixtures, as_=token), 401)
        assert_refused(endpoint.send(api, fixtures, as_=token.replace("token_", "session_")), 401)
        assert_refused(endpoint.send(api, fixtures, headers=bearer, as_=fixtures.root), 401)


@pytest.mark.parametrize(
    ("asked", "given"),
    [(None, "2026-05-13T01:00:00Z"), ("2026-05-13T01:00:00Z", "2026-05-13T01:00:00Z")],
    ids=["none", "the last moment"],
)
def test_the_deployments_bound_is_the_expiry_where_none_is_asked(
    api: Api, directory: Directory, deployed: Callable[..., None], asked: str | None, given: str
) -> None:
    deployed(MAXIMUM_TOKEN_DAYS="30")
    body = {"name": "ci", **({"expiresAt": asked} if asked else {})}
    assert api.post(PATH, body, as_=directory.user("ada")).data["expiresAt"] == given


@pytest.mark.row("AC-06")
def test_a_token_beyond_the_deployments_bound_is_refused(
    api: Api, directory: Directory, deployed: Callable[..., None]
) -> None:
    deployed(MAXIMUM_TOKEN_DAYS="30")
    ada = directory.user("ada")
    api.cookie(ada)
    with api.no_effect():
        answer = api.post(PATH, {"name": "ci", "expiresAt": "2026-05-13T01:00:01Z"}, as_=ada)
    assert_invalid(answer, "expiresAt")


@pytest.mark.row("AC-07")
def test_a_user_has_a_hundred_live_tokens_at_most(api: Api, directory: Directory) -> None:
    ada = directory.user("ada")
    api.store.bulk_put([_token_item(ada, number) for number in range(api_tokens.MOST - 1)])
    api.store.bulk_put([_token_item(ada, api_tokens.MOST, workspace_id="deleted")])  # does not count
    mortal = {"name": "mortal", "expiresAt": "2026-04-13T01:09:00Z"}
    assert api.post(PATH, mortal, as_=ada).status == 200
    with api.no_effect():
        refused = api.post(PATH, {"name": "one too many"}, as_=ada)
    assert (refused.status, refused.code) == (409, "LIMIT_REACHED")
    api.clock.advance(minutes=9)  # an expired one does not count, though the table still has it
    assert api.post(PATH, {"name": "ci"}, as_=ada).status == 200
    assert api.post(PATH, {"name": "ci"}, as_=ada).status == 409


@pytest.mark.row("AC-07")
def test_of_many_tokens_made_at_once_no_more_than_a_hundred_live(api: Api, directory: Directory) -> None:
    ada = directory.user("ada")
    cookie = api.cookie(ada)
    api.store.bulk_put([_token_item(ada, number) for number in range(api_tokens.MOST - 2)])
    made = at_once([partial(_made, directory, users.alive(api.store, ada.id))] * 4)
    assert made.count(True) == 2
    assert len(api.get(PATH, as_=cookie).data) == api_tokens.MOST


def _made(directory: Directory, user: User) -> bool:
    try:
        api_tokens.create(directory.store, user, "at once", None, None, by=directory.by)
    except LimitReached:
        return False
    return True


def _token_item(user: User, number: int, workspace_id: str | None = None) -> Item:
    token = ApiToken(f"t{number}", user.id, "kept", "2026-04-13T01:00:00Z", workspace_id)
    return item(keys.token(user.id, token.id), {**attributes(token), "digest": f"{number}"})
