"""POST /api/workspaces/{workspaceId}/members."""

from typing import Any

import pytest

from roster.directory import members, users
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import NOWHERE, Fixtures, assert_granted, assert_invalid, assert_refused

SHOWN = ("userId", "email", "fullName", "role", "createdAt")


def _members(fixtures: Fixtures) -> str:
    return f"/api/workspaces/{fixtures.acme.id}/members"


@pytest.mark.parametrize("who", ["root", "boss"])
@pytest.mark.parametrize("role", ["ADMIN", "MEMBER"])
def test_a_user_becomes_a_member(api: Api, fixtures: Fixtures, who: str, role: str) -> None:
    body = {"userId": fixtures.stranger.id, "role": role}
    answer = api.post(_members(fixtures), body, as_=getattr(fixtures, who))
    assert_granted(answer, *SHOWN)
    assert answer.data == {
        "userId": fixtures.stranger.id,
        "email": "stranger@example.com",
        "fullName": "Stranger",
        "role": role,
        "createdAt": "2026-04-13T01:00:00Z",
    }
    listed = api.get(_members(fixtures), as_=fixtures.stranger).data[-1]
    assert listed == {**answer.data, "lastSignInAt": None, "emailVerified": False}


def test_a_member_may_enter_on_the_next_request(api: Api, fixtures: Fixtures) -> None:
    assert api.get(_members(fixtures), as_=fixtures.stranger).status == 403
    api.post(_members(fixtures), {"userId": fixtures.stranger.id, "role": "MEMBER"}, as_=fixtures.boss)
    assert api.get(_members(fixtures), as_=fixtures.stranger).status == 200


def test_a_workspace_admin_made_by_another_may_add_in_turn(api: Api, fixtures: Fixtures) -> None:
    api.post(_members(fixtures), {"userId": fixtures.stranger.id, "role": "ADMIN"}, as_=fixtures.boss)
    answer = api.post(
        _members(fixtures), {"userId": fixtures.rival.id, "role": "MEMBER"}, as_=fixtures.stranger
    )
    assert_granted(answer, *SHOWN)


def test_a_suspended_user_can_be_a_member(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.suspend(fixtures.stranger)
    body = {"userId": fixtures.stranger.id, "role": "MEMBER"}
    assert_granted(api.post(_members(fixtures), body, as_=fixtures.boss), *SHOWN)


@pytest.mark.parametrize("role", ["ADMIN", "MEMBER"])
@pytest.mark.row("Z-15")
def test_a_member_is_added_once_whatever_the_role(api: Api, fixtures: Fixtures, role: str) -> None:
    for user in (fixtures.member, fixtures.boss):
        with api.no_effect():
            answer = api.post(_members(fixtures), {"userId": user.id, "role": role}, as_=fixtures.root)
            assert_refused(answer, 409)


def test_who_was_removed_can_come_again(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    members.remove(api.store, fixtures.acme, fixtures.member.id, by=directory.by, even_last_admin=False)
    body = {"userId": fixtures.member.id, "role": "ADMIN"}
    assert api.post(_members(fixtures), body, as_=fixtures.boss).data["role"] == "ADMIN"
    rows = api.get(_members(fixtures), as_=fixtures.member).data
    assert [row["userId"] for row in rows] == [fixtures.boss.id, fixtures.member.id]


@pytest.mark.parametrize("user_id", [NOWHERE, ".", "..", "x" * 64])
@pytest.mark.row("Z-14")
def test_who_is_not_there_cannot_be_added(api: Api, fixtures: Fixtures, user_id: str) -> None:
    with api.no_effect():
        answer = api.post(_members(fixtures), {"userId": user_id, "role": "MEMBER"}, as_=fixtures.boss)
    assert_refused(answer, 404)


@pytest.mark.row("Z-14")
def test_who_was_deleted_cannot_be_added(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    """Neither a stranger nor a member whose rows the cleanup has not reached."""
    for user in (fixtures.stranger, fixtures.member):
        users.delete(api.store, user, by=directory.by)
        with api.no_effect():
            answer = api.post(_members(fixtures), {"userId": user.id, "role": "MEMBER"}, as_=fixtures.boss)
            assert_refused(answer, 404)


@pytest.mark.parametrize(
    "role",
    [
        pytest.param("admin", id="P-24-lower-case"),
        pytest.param("OWNER", id="P-24-unknown"),
        pytest.param("USER", id="P-24-platform-role"),
        pytest.param("ADMIN ", id="P-24-space"),
        pytest.param("", id="P-24-empty"),
        pytest.param(1, id="P-24-number"),
        pytest.param(None, id="P-24-null"),
        pytest.param(["ADMIN"], id="P-24-list"),
        pytest.param({"role": "ADMIN"}, id="P-24-object"),
    ],
)
def test_what_is_no_role_is_refused(api: Api, fixtures: Fixtures, role: Any) -> None:
    with api.no_effect():
        answer = api.post(
            _members(fixtures), {"userId": fixtures.stranger.id, "role": role}, as_=fixtures.boss
        )
    assert_invalid(answer, "role")


@pytest.mark.parametrize(
    "user_id",
    [None, 7, True, [], {}, "", "a b", "u#1", "u\n", "\u0661", "x" * 129, "x" * 60_000],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_id_is_refused(api: Api, fixtures: Fixtures, user_id: Any) -> None:
    with api.no_effect():
        answer = api.post(_members(fixtures), {"userId": user_id, "role": "MEMBER"}, as_=fixtures.boss)
    assert_invalid(answer, "userId")


@pytest.mark.parametrize("field", ["userId", "role"])
def test_a_missing_field_is_named(api: Api, fixtures: Fixtures, field: str) -> None:
    body = {"userId": fixtures.stranger.id, "role": "MEMBER"}
    del body[field]
    with api.no_effect():
        answer = api.post(_members(fixtures), body, as_=fixtures.boss)
    assert_invalid(answer, field)
    assert answer.data == [{"field": field, "message": "is required"}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("roles", ["ADMIN"]),
        ("platformRole", "ADMIN"),
        ("workspaceId", "ws-1"),
        ("createdAt", "2020-01-01T00:00:00Z"),
        ("number", 1),
        ("floor", 0),
    ],
    ids=lambda part: f"Z-07-{part}" if isinstance(part, str) else "",
)
@pytest.mark.row("P-21", "item-14")
def test_an_unknown_field_is_named(api: Api, fixtures: Fixtures, field: str, value: Any) -> None:
    body = {"userId": fixtures.stranger.id, "role": "MEMBER", field: value}
    with api.no_effect():
        assert_invalid(api.post(_members(fixtures), body, as_=fixtures.boss), field)


@pytest.mark.row("P-18", "item-23")
def test_a_role_named_twice_is_refused(api: Api, fixtures: Fixtures) -> None:
    raw = f'{{"userId":"{fixtures.stranger.id}","role":"MEMBER","role":"ADMIN"}}'.encode()
    with api.no_effect():
        assert_refused(api.post(_members(fixtures), raw=raw, as_=fixtures.boss), 400)


def test_a_refused_body_is_told_only_to_who_may_write(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        assert_refused(api.post(_members(fixtures), {"role": 1}, as_=fixtures.member), 403)
