"""GET /api/workspaces/{workspaceId}/members."""

import pytest

from roster.db import keys
from roster.db.store import Update
from roster.directory import users
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import Fixtures, assert_invalid, assert_listed, assert_meta
from tests.workspaces.rows import BAD_NUMBERS

SHOWN = ("userId", "email", "fullName", "role", "createdAt", "lastSignInAt", "emailVerified")


def _path(fixtures: Fixtures, query: str = "") -> str:
    return f"/api/workspaces/{fixtures.acme.id}/members{query}"


@pytest.mark.parametrize("who", ["root", "boss", "member"])
def test_members_are_listed_in_order_of_joining(
    api: Api, directory: Directory, fixtures: Fixtures, who: str
) -> None:
    directory.member(fixtures.acme, fixtures.stranger)
    answer = api.get(_path(fixtures), as_=getattr(fixtures, who))
    assert_listed(answer, *SHOWN)
    assert [(row["fullName"], row["role"]) for row in answer.data] == [
        ("Boss", "ADMIN"),
        ("Member", "MEMBER"),
        ("Stranger", "MEMBER"),
    ]


def test_members_are_shown_as_they_are_now(api: Api, fixtures: Fixtures) -> None:
    body = {"fullName": "New Name", "email": "new@example.com", "active": False}
    api.put(f"/api/admin/users/{fixtures.member.id}", body, as_=fixtures.root)
    row = api.get(_path(fixtures), as_=fixtures.boss).data[1]
    assert (row["fullName"], row["email"]) == ("New Name", "new@example.com")


def test_pages_follow_each_other_and_say_where_they_are(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    for user in (fixtures.stranger, fixtures.rival, fixtures.root):
        directory.member(fixtures.acme, user)
    pages = {1: ["Boss", "Member"], 2: ["Stranger", "Rival"], 3: ["Root"], 4: [], 999_999_999: []}
    for page, names in pages.items():
        answer = api.get(_path(fixtures, f"?page={page}&size=2"), as_=fixtures.member)
        assert_meta(answer, page=page, size=2, total=5, pages=3)
        assert [row["fullName"] for row in answer.data] == names


def test_who_was_removed_is_listed_no_more(api: Api, fixtures: Fixtures) -> None:
    api.delete(_path(fixtures, f"/{fixtures.member.id}"), as_=fixtures.boss)
    assert [row["userId"] for row in api.get(_path(fixtures), as_=fixtures.boss).data] == [fixtures.boss.id]
    assert_meta(api.get(_path(fixtures, "?page=1"), as_=fixtures.boss), page=1, size=1_000, total=1, pages=1)


def test_who_was_deleted_may_count_until_the_cleanup_but_never_shows(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    users.delete(api.store, fixtures.member, by=directory.by)
    answer = api.get(_path(fixtures, "?page=1"), as_=fixtures.boss)
    assert [row["userId"] for row in answer.data] == [fixtures.boss.id]
    assert answer.json["meta"]["total"] in (1, 2)


@pytest.mark.row("P-06")
def test_a_corrupt_row_costs_no_other(api: Api, fixtures: Fixtures) -> None:
    """One row lacks its user, another's user cannot be read."""
    api.store.write(Update(keys.user(fixtures.member.id), set={"email": 7}))
    assert [row["userId"] for row in api.get(_path(fixtures), as_=fixtures.boss).data] == [fixtures.boss.id]
    api.store.write(Update(keys.row(keys.members(fixtures.acme.id), 2), remove=("user_id",)))
    assert [row["userId"] for row in api.get(_path(fixtures), as_=fixtures.boss).data] == [fixtures.boss.id]


@pytest.mark.row("P-06")
def test_an_unknown_role_is_the_one_that_may_least(api: Api, fixtures: Fixtures) -> None:
    api.store.write(Update(keys.member(fixtures.acme.id, fixtures.boss.id), set={"role": "OWNER"}))
    assert api.get(_path(fixtures), as_=fixtures.boss).status == 200
    body = {"userId": fixtures.stranger.id, "role": "MEMBER"}
    assert api.post(_path(fixtures), body, as_=fixtures.boss).status == 403


@pytest.mark.parametrize("name", ["page", "size"])
@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_number_is_refused(api: Api, fixtures: Fixtures, name: str, text: str) -> None:
    assert_invalid(api.get(_path(fixtures, f"?{name}={text}"), as_=fixtures.member), name)
