"""DELETE /api/workspaces/{workspaceId}/members/{userId}."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from roster.directory import members, users, workspaces
from roster.domain import User
from roster.errors import LastAdmin
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import NOWHERE, Scene, assert_granted, assert_refused


def _path(scene: Scene, user: User) -> str:
    return f"/api/workspaces/{scene.acme.id}/members/{user.id}"


@pytest.mark.parametrize("who", ["root", "boss"])
def test_a_member_is_removed(api: Api, scene: Scene, who: str) -> None:
    assert_granted(api.delete(_path(scene, scene.member), as_=getattr(scene, who)))
    rows = api.get(f"/api/workspaces/{scene.acme.id}/members", as_=scene.boss).data
    assert [row["userId"] for row in rows] == [scene.boss.id]


def test_access_ends_with_the_answer(api: Api, scene: Scene) -> None:
    api.delete(_path(scene, scene.member), as_=scene.boss)
    assert_refused(api.get(f"/api/workspaces/{scene.acme.id}", as_=scene.member), 403)
    assert api.get("/api/workspaces", as_=scene.member).data == []


@pytest.mark.parametrize("again", [False, True], ids=["never-a-member", "removed-already"])
def test_who_is_no_member_cannot_be_removed(api: Api, scene: Scene, again: bool) -> None:
    user = scene.member if again else scene.stranger
    if again:
        api.delete(_path(scene, user), as_=scene.boss)
    for caller in (scene.boss, scene.root):
        with api.no_effect():
            assert_refused(api.delete(_path(scene, user), as_=caller), 404)


@pytest.mark.row("Z-06", "item-13")
def test_a_member_of_another_workspace_is_none_of_this_one(api: Api, scene: Scene) -> None:
    """The other workspace is untouched."""
    with api.no_effect():
        assert_refused(api.delete(_path(scene, scene.rival), as_=scene.boss), 404)


def test_who_is_not_there_cannot_be_removed(api: Api, directory: Directory, scene: Scene) -> None:
    users.delete(api.store, scene.member, by=directory.by)
    for user_id in (NOWHERE, scene.member.id):
        path = f"/api/workspaces/{scene.acme.id}/members/{user_id}"
        with api.no_effect():
            assert_refused(api.delete(path, as_=scene.boss), 404)


@pytest.mark.row("Z-13")
def test_the_last_workspace_admin_stays(api: Api, scene: Scene) -> None:
    with api.no_effect():
        assert_refused(api.delete(_path(scene, scene.boss), as_=scene.boss), 409)


@pytest.mark.row("Z-13")
def test_a_platform_admin_may_remove_even_the_last(api: Api, scene: Scene) -> None:
    assert_granted(api.delete(_path(scene, scene.boss), as_=scene.root))
    assert workspaces.by_ids(api.store, [scene.acme.id])[scene.acme.id].admins == 0
    with api.no_effect():
        answer = api.delete(_path(scene, scene.member), as_=scene.boss)
    assert_refused(answer, 403)


def test_one_of_two_workspace_admins_may_go(api: Api, directory: Directory, scene: Scene) -> None:
    directory.member(scene.acme, scene.stranger, "ADMIN")
    assert_granted(api.delete(_path(scene, scene.boss), as_=scene.boss))
    with api.no_effect():
        assert_refused(api.delete(_path(scene, scene.stranger), as_=scene.stranger), 409)


@pytest.mark.row("Z-13")
def test_two_workspace_admins_cannot_both_go_at_once(directory: Directory, scene: Scene) -> None:
    directory.member(scene.acme, scene.stranger, "ADMIN")

    def attempt(user: User) -> bool:
        try:
            members.remove(directory.store, scene.acme, user.id, by=directory.by, even_last_admin=False)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, [scene.boss, scene.stranger])) == [False, True]
    assert workspaces.by_ids(directory.store, [scene.acme.id])[scene.acme.id].admins == 1


@pytest.mark.row("Z-04")
def test_a_member_may_not_even_leave(api: Api, scene: Scene) -> None:
    """Removing wants a workspace ADMIN."""
    with api.no_effect():
        assert_refused(api.delete(_path(scene, scene.member), as_=scene.member), 403)
