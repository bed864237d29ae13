"""DELETE /api/workspaces/{workspaceId}/members/{userId}."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from roster.directory import members, users, workspaces
from roster.domain import User
from roster.errors import LastAdmin
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import NOWHERE, Fixtures, assert_granted, assert_refused


def _path(fixtures: Fixtures, user: User) -> str:
    return f"/api/workspaces/{fixtures.acme.id}/members/{user.id}"


@pytest.mark.parametrize("who", ["root", "boss"])
def test_a_member_is_removed(api: Api, fixtures: Fixtures, who: str) -> None:
    assert_granted(api.delete(_path(fixtures, fixtures.member), as_=getattr(fixtures, who)))
    rows = api.get(f"/api/workspaces/{fixtures.acme.id}/members", as_=fixtures.boss).data
    assert [row["userId"] for row in rows] == [fixtures.boss.id]


def test_access_ends_with_the_answer(api: Api, fixtures: Fixtures) -> None:
    api.delete(_path(fixtures, fixtures.member), as_=fixtures.boss)
    assert_refused(api.get(f"/api/workspaces/{fixtures.acme.id}", as_=fixtures.member), 403)
    assert api.get("/api/workspaces", as_=fixtures.member).data == []


@pytest.mark.parametrize("again", [False, True], ids=["never-a-member", "removed-already"])
def test_who_is_no_member_cannot_be_removed(api: Api, fixtures: Fixtures, again: bool) -> None:
    user = fixtures.member if again else fixtures.stranger
    if again:
        api.delete(_path(fixtures, user), as_=fixtures.boss)
    for caller in (fixtures.boss, fixtures.root):
        with api.no_effect():
            assert_refused(api.delete(_path(fixtures, user), as_=caller), 404)


@pytest.mark.row("Z-06", "item-13")
def test_a_member_of_another_workspace_is_none_of_this_one(api: Api, fixtures: Fixtures) -> None:
    """The other workspace is untouched."""
    with api.no_effect():
        assert_refused(api.delete(_path(fixtures, fixtures.rival), as_=fixtures.boss), 404)


def test_who_is_not_there_cannot_be_removed(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    users.delete(api.store, fixtures.member, by=directory.by)
    for user_id in (NOWHERE, fixtures.member.id):
        path = f"/api/workspaces/{fixtures.acme.id}/members/{user_id}"
        with api.no_effect():
            assert_refused(api.delete(path, as_=fixtures.boss), 404)


@pytest.mark.row("Z-13")
def test_the_last_workspace_admin_stays(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect(numbers=True):
        assert_refused(api.delete(_path(fixtures, fixtures.boss), as_=fixtures.boss), 409)


@pytest.mark.row("Z-13")
def test_a_platform_admin_may_remove_even_the_last(api: Api, fixtures: Fixtures) -> None:
    assert_granted(api.delete(_path(fixtures, fixtures.boss), as_=fixtures.root))
    assert workspaces.by_ids(api.store, [fixtures.acme.id])[fixtures.acme.id].admins == 0
    with api.no_effect():
        answer = api.delete(_path(fixtures, fixtures.member), as_=fixtures.boss)
    assert_refused(answer, 403)


def test_one_of_two_workspace_admins_may_go(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.member(fixtures.acme, fixtures.stranger, "ADMIN")
    assert_granted(api.delete(_path(fixtures, fixtures.boss), as_=fixtures.boss))
    with api.no_effect(numbers=True):
        assert_refused(api.delete(_path(fixtures, fixtures.stranger), as_=fixtures.stranger), 409)


@pytest.mark.row("Z-13")
def test_two_workspace_admins_cannot_both_go_at_once(directory: Directory, fixtures: Fixtures) -> None:
    directory.member(fixtures.acme, fixtures.stranger, "ADMIN")

    def attempt(user: User) -> bool:
        try:
            members.remove(directory.store, fixtures.acme, user.id, by=directory.by, even_last_admin=False)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, [fixtures.boss, fixtures.stranger])) == [False, True]
    assert workspaces.by_ids(directory.store, [fixtures.acme.id])[fixtures.acme.id].admins == 1


@pytest.mark.row("Z-04")
def test_a_member_may_not_even_leave(api: Api, fixtures: Fixtures) -> None:
    """Removing wants a workspace ADMIN."""
    with api.no_effect():
        assert_refused(api.delete(_path(fixtures, fixtures.member), as_=fixtures.member), 403)
