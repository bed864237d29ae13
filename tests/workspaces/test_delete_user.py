"""DELETE /api/admin/users/{userId}; what the cleanup then does is in `test_cleanup.py`."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from roster.directory import users
from roster.domain import User
from roster.errors import LastAdmin
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory
from tests.workspaces.fixtures import NOWHERE, Fixtures, assert_granted, assert_refused


def _path(user: User) -> str:
    return f"/api/admin/users/{user.id}"


@pytest.mark.row("S-08")
def test_all_access_ends_with_the_answer(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    ada = directory.user("ada", password=PASSWORD)
    directory.member(fixtures.acme, ada, "ADMIN")
    cookies = [api.cookie(ada), str(directory.session(ada))]
    assert_granted(api.delete(_path(ada), as_=fixtures.root))
    for cookie in cookies:
        for path in ("/api/auth/me", "/api/workspaces", f"/api/workspaces/{fixtures.acme.id}"):
            assert_refused(api.get(path, as_=cookie), 401)
    login = api.post("/api/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert_refused(login, 401)


def test_who_was_deleted_is_shown_nowhere(api: Api, fixtures: Fixtures) -> None:
    api.delete(_path(fixtures.member), as_=fixtures.root)
    assert_refused(api.get(_path(fixtures.member), as_=fixtures.root), 404)
    for path in ("/api/admin/users", f"/api/workspaces/{fixtures.acme.id}/members"):
        assert fixtures.member.id not in api.get(path, as_=fixtures.root).text


def test_deleting_again_finds_nobody(api: Api, fixtures: Fixtures) -> None:
    api.delete(_path(fixtures.member), as_=fixtures.root)
    with api.no_effect():
        assert_refused(api.delete(_path(fixtures.member), as_=fixtures.root), 404)
        assert_refused(api.delete(f"/api/admin/users/{NOWHERE}", as_=fixtures.root), 404)


@pytest.mark.row("Z-12")
def test_the_last_platform_admin_stays(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect(numbers=True):
        assert_refused(api.delete(_path(fixtures.root), as_=fixtures.root), 409)


@pytest.mark.row("Z-11")
def test_one_of_two_admins_may_go_and_has_no_power_after(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    second = directory.admin("second")
    assert_granted(api.delete(_path(fixtures.root), as_=fixtures.root))
    assert_refused(api.get("/api/admin/users", as_=fixtures.root), 401)
    assert_refused(api.delete(_path(second), as_=second), 409)


@pytest.mark.row("Z-12")
def test_two_admins_cannot_delete_each_other_at_once(directory: Directory) -> None:
    pair = directory.admin("one"), directory.admin("two")

    def attempt(user: User) -> bool:
        try:
            users.delete(directory.store, user, by=directory.by)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, pair)) == [False, True]


def test_a_suspended_admin_can_be_deleted(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    second = directory.suspend(directory.admin("second"))
    assert_granted(api.delete(_path(second), as_=fixtures.root))
    with api.no_effect(numbers=True):
        assert_refused(api.delete(_path(fixtures.root), as_=fixtures.root), 409)


def test_the_last_workspace_admin_can_be_deleted(api: Api, fixtures: Fixtures) -> None:
    assert_granted(api.delete(_path(fixtures.boss), as_=fixtures.root))
    assert api.get(f"/api/workspaces/{fixtures.acme.id}", as_=fixtures.member).status == 200
