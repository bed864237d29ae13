"""GET /api/admin/users/{userId}."""

import pytest

from roster.db import keys
from roster.db.store import Update
from roster.directory import users
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import (
    NO_PROFILE,
    NOWHERE,
    USER,
    Fixtures,
    assert_dressed,
    assert_granted,
    assert_refused,
)


def _path(user_id: str) -> str:
    return f"/api/admin/users/{user_id}"


def test_a_user_is_shown(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(_path(fixtures.member.id), as_=fixtures.root)
    assert_granted(answer, *USER)
    assert answer.data == {
        "id": fixtures.member.id,
        "email": "member@example.com",
        "fullName": "Member",
        "roles": ["USER"],
        "active": True,
        "createdAt": "2026-04-13T01:00:00Z",
        **NO_PROFILE,
    }


def test_a_suspended_user_is_shown_as_such(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.suspend(fixtures.member)
    assert api.get(_path(fixtures.member.id), as_=fixtures.root).data["active"] is False


def test_who_never_was_and_who_was_deleted_are_the_same_bytes(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    users.delete(api.store, fixtures.member, by=directory.by)
    never = api.get(_path(NOWHERE), as_=fixtures.root)
    assert_refused(never, 404)
    assert api.get(_path(fixtures.member.id), as_=fixtures.root).text == never.text


@pytest.mark.parametrize("other", ["1", "member@example.com", "member%40example.com"])
def test_a_user_goes_by_the_id_alone(api: Api, fixtures: Fixtures, other: str) -> None:
    assert_refused(api.get(_path(other), as_=fixtures.root), 404)


@pytest.mark.usefixtures("broken_on_purpose")
@pytest.mark.parametrize(
    "poison",
    [{"email": 7}, {"active": "poison"}, {"roles": "poison"}, {"number": "poison"}],
    ids=["number", "text-for-a-bool", "text-for-a-list", "text-for-a-number"],
)
@pytest.mark.row("P-06")
def test_a_corrupt_item_is_a_500_that_tells_nothing(
    api: Api, fixtures: Fixtures, poison: dict[str, int]
) -> None:
    api.store.write(Update(keys.user(fixtures.member.id), set=poison))
    answer = api.get(_path(fixtures.member.id), as_=fixtures.root)
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert_dressed(answer)
    assert "poison" not in answer.text


@pytest.mark.row("P-06")
def test_an_unknown_role_is_the_one_that_may_least(api: Api, fixtures: Fixtures) -> None:
    """A role of a later version gives no power here."""
    api.store.write(Update(keys.user(fixtures.member.id), set={"roles": ["OWNER"], "later": {"x": [1]}}))
    assert api.get(_path(fixtures.member.id), as_=fixtures.root).data["roles"] == ["USER"]
    assert_refused(api.get(_path(fixtures.member.id), as_=fixtures.member), 403)
