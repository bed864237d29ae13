"""Members of a project: given a place, listed, and removed."""

import pytest

from roster.db import keys
from roster.directory import users
from tests.projects.test_projects import audited, broken, clean_up, projects
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.support.race import before_the_commit
from tests.workspaces.fixtures import (
    NOWHERE,
    Fixtures,
    assert_granted,
    assert_listed,
    assert_meta,
    assert_refused,
)

SHOWN = ("userId", "email", "fullName", "createdAt")


def member_of(fixtures: Fixtures, project_id: str, user_id: str = "") -> str:
    path = f"{projects(fixtures, project_id)}/members"
    return f"{path}/{user_id}" if user_id else path


def test_a_member_of_the_workspace_gets_a_place_once(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web = directory.project(fixtures.acme)
    place = member_of(fixtures, web.id, fixtures.member.id)
    assert_refused(api.get(projects(fixtures, web.id), as_=fixtures.member), 404)
    given = api.put(place, as_=fixtures.boss)
    assert_granted(given, *SHOWN)
    assert given.data == {
        "userId": fixtures.member.id,
        "email": "member@example.com",
        "fullName": "Member",
        "createdAt": "2026-04-13T01:00:00Z",
    }
    api.clock.advance(minutes=5)
    with api.no_effect():
        assert api.put(place, as_=fixtures.root).data == given.data
    for who in (fixtures.member, fixtures.boss, fixtures.root):
        listed = api.get(member_of(fixtures, web.id), as_=who)
        assert_listed(listed, *SHOWN)
        assert listed.data == [given.data]
    assert api.get(projects(fixtures, web.id), as_=fixtures.member).status == 200
    assert ("project_member.added", fixtures.boss.id) in audited(api, fixtures, fixtures.member.id)
    assert broken(api) == []


def test_a_removed_member_sees_nothing_on_the_next_request(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web = directory.project(fixtures.acme)
    directory.grant(web, fixtures.member)
    place = member_of(fixtures, web.id, fixtures.member.id)
    with api.no_effect():
        assert_refused(api.delete(place, as_=fixtures.member), 403)
        assert api.delete(place, as_=fixtures.boss, headers={"If-Match": '"1"'}).status == 412
        assert api.put(place, as_=fixtures.boss, headers={"If-Match": '"1"'}).status == 412
    assert_granted(api.delete(place, as_=fixtures.boss))
    for path in (projects(fixtures, web.id), member_of(fixtures, web.id)):
        assert_refused(api.get(path, as_=fixtures.member), 404)
    assert api.get(projects(fixtures), as_=fixtures.member).data == []
    with api.no_effect():
        assert_refused(api.delete(place, as_=fixtures.boss), 404)
    assert ("project_member.removed", fixtures.boss.id) in audited(api, fixtures, fixtures.member.id)
    assert api.put(place, as_=fixtures.boss).status == 200
    assert broken(api) == []


def test_b06_who_is_no_member_of_the_workspace_gets_no_place_known_or_not(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web, gone = directory.project(fixtures.acme), directory.user("gone")
    directory.member(fixtures.acme, gone)
    users.delete(api.store, users.alive(api.store, gone.id), by=directory.by)
    with api.no_effect():
        told = [
            bare(api.put(member_of(fixtures, web.id, user_id), as_=fixtures.boss))
            for user_id in (fixtures.rival.id, fixtures.stranger.id, gone.id, NOWHERE, "x" * 129)
        ]
    assert {answer[0] for answer in told} == {409}
    assert len({answer[2] for answer in told}) == 1


@pytest.mark.parametrize("cleaned_up", [False, True], ids=["before the cleanup", "after the cleanup"])
def test_b07_who_comes_back_has_no_place_until_it_is_given_again(
    api: Api, directory: Directory, fixtures: Fixtures, cleaned_up: bool
) -> None:
    web = directory.project(fixtures.acme)
    directory.grant(web, fixtures.member)
    directory.leave(fixtures.acme, fixtures.member)
    if cleaned_up:
        clean_up(api)
    directory.member(fixtures.acme, fixtures.member)
    place = member_of(fixtures, web.id, fixtures.member.id)
    with api.no_effect():
        assert_refused(api.delete(place, as_=fixtures.boss), 404)
        assert_refused(api.get(projects(fixtures, web.id), as_=fixtures.member), 404)
    assert api.get(member_of(fixtures, web.id), as_=fixtures.boss).data == []
    api.clock.advance(minutes=1)
    assert api.put(place, as_=fixtures.boss).data["createdAt"] == "2026-04-13T01:01:00Z"
    for _ in range(2):  # the cleanup of the former membership leaves the new place alone
        assert api.get(projects(fixtures, web.id), as_=fixtures.member).status == 200
        assert len(api.get(member_of(fixtures, web.id), as_=fixtures.boss).data) == 1
        clean_up(api)
    assert broken(api) == []


def test_members_are_listed_by_pages(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    web = directory.project(fixtures.acme)
    for user in (fixtures.member, fixtures.boss):
        directory.grant(web, user)
    page = api.get(f"{member_of(fixtures, web.id)}?page=2&size=1", as_=fixtures.boss)
    assert_meta(page, 2, 1, 2, 2)
    assert [row["fullName"] for row in page.data] == ["Member"]


def test_b08_a_membership_that_ends_at_the_same_moment_leaves_no_place(
    api: Api, directory: Directory, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = directory.project(fixtures.acme)
    before_the_commit(monkeypatch, lambda: directory.leave(fixtures.acme, fixtures.member))
    answer = api.put(member_of(fixtures, web.id, fixtures.member.id), as_=fixtures.boss)
    assert_refused(answer, 409)
    assert api.store.get(keys.project_member(web.id, fixtures.member.id)) is None


def test_a_place_that_is_given_twice_at_once_is_given_once(
    api: Api, directory: Directory, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = directory.project(fixtures.acme)
    before_the_commit(monkeypatch, lambda: directory.grant(web, fixtures.member))
    place = member_of(fixtures, web.id, fixtures.member.id)
    assert api.put(place, as_=fixtures.boss).data["userId"] == fixtures.member.id
    assert len(api.get(member_of(fixtures, web.id), as_=fixtures.boss).data) == 1
    assert broken(api) == []
