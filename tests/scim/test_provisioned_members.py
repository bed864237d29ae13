"""Members as an identity provider writes them: suspended and resumed, views, groups, what ends with them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from roster.auth.authentication import by_scim_token
from roster.db import counted_lists, keys
from roster.db.store import Key, Store
from roster.directory import cleanup, group_places, provisioning, users, workspace_groups, workspaces
from roster.directory.provisioning import MemberProfile, WrittenMember
from roster.domain import Actor, User, WorkspaceRole
from roster.errors import Conflict, LastAdmin, LimitReached, NotFound, Unauthenticated, ValidationFailed
from tests.projects.test_projects import broken
from tests.support.api import Api
from tests.support.directory import Directory, settle
from tests.workspaces.fixtures import Fixtures

AT_HOME = '{"emails":[{"value":"at@home.example"}]}'
"""A view with an address that has a row of its own."""


def clean_up(api: Api) -> None:
    for job in list(cleanup.jobs(api.store)):
        cleanup.run(api.store, Key.of(job), api.clock())


def listed(api: Api, fixtures: Fixtures) -> list[str]:
    found = api.get(f"/api/workspaces/{fixtures.acme.id}/members?size=100&page=1", as_=fixtures.root)
    assert found.json["meta"]["total"] == len(found.data)
    return [row["fullName"] for row in found.data]


def test_a_suspended_member_is_none_and_comes_back_with_all_that_was_granted(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    acme, member = fixtures.acme, fixtures.member
    web = directory.project(acme)
    directory.grant(web, member)
    home = f"/api/workspaces/{acme.id}"
    directory.suspend_member(acme, member)
    assert listed(api, fixtures) == ["Boss"]
    assert api.get(home, as_=member).status == 403
    assert api.get("/api/workspaces", as_=member).data == []
    assert api.get(f"{home}/members/{member.id}", as_=fixtures.boss).status == 404
    assert api.get(f"{home}/projects/{web.id}/members", as_=fixtures.boss).data == []
    body = {"userId": member.id, "role": "MEMBER"}
    assert api.post(f"{home}/members", body, as_=fixtures.boss).status == 409
    clean_up(api)
    assert broken(api) == []
    directory.suspend_member(acme, member, active=True)
    clean_up(api)
    assert listed(api, fixtures) == ["Boss", "Member"]
    assert api.get(home, as_=member).status == 200
    assert [row["id"] for row in api.get(f"{home}/projects", as_=member).data] == [web.id]
    assert broken(api) == []


def test_a_suspended_membership_ends_with_all_that_was_granted(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web = directory.project(fixtures.acme)
    directory.grant(web, fixtures.member)
    directory.workspace_group(fixtures.acme, "Crew", fixtures.member)
    directory.suspend_member(fixtures.acme, fixtures.member)
    path = f"/api/workspaces/{fixtures.acme.id}/members/{fixtures.member.id}"
    assert api.delete(path, as_=fixtures.boss).status == 200
    clean_up(api)
    user = users.alive(api.store, fixtures.member.id)
    assert (user.suspended_in, user.revoked_through) == ({}, {})
    assert broken(api) == []
    directory.member(fixtures.acme, fixtures.member)
    assert api.get(f"/api/workspaces/{fixtures.acme.id}/projects", as_=fixtures.member).data == []


def test_the_grants_of_an_earlier_membership_alone_are_cleaned_up_while_one_is_suspended(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    acme, member = fixtures.acme, fixtures.member
    old, new = directory.project(acme, "old"), directory.project(acme, "new")
    directory.grant(old, member)
    directory.leave(acme, member)
    directory.member(acme, member)
    directory.grant(new, member)
    directory.suspend_member(acme, member)
    clean_up(api)
    directory.suspend_member(acme, member, active=True)
    found = api.get(f"/api/workspaces/{acme.id}/projects", as_=member).data
    assert [row["id"] for row in found] == [new.id]
    assert broken(api) == []


def test_the_last_admin_is_not_suspended_and_a_suspended_one_is_none(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    with pytest.raises(LastAdmin):
        directory.suspend_member(fixtures.acme, fixtures.boss)
    second = directory.user("second")
    directory.member(fixtures.acme, second, "ADMIN")
    directory.suspend_member(fixtures.acme, second)
    with pytest.raises(LastAdmin):
        directory.suspend_member(fixtures.acme, fixtures.boss)
    assert users.alive(api.store, second.id).administers == 0
    directory.suspend_member(fixtures.acme, second, active=True)
    assert users.alive(api.store, second.id).administers == 1
    assert workspaces.alive(api.store, fixtures.acme.id).admins == 2
    assert broken(api) == []


def test_who_is_resumed_counts_for_the_limit_and_who_is_suspended_does_not(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    home = f"/api/workspaces/{fixtures.acme.id}"
    assert api.put(home, {"limits": {"members": 2}}, as_=fixtures.root).status == 200
    acme = workspaces.alive(api.store, fixtures.acme.id)
    directory.suspend_member(acme, fixtures.member)
    other = directory.provisioned(acme, "other")
    with pytest.raises(LimitReached):
        directory.suspend_member(acme, fixtures.member, active=True)
    provisioning.end(api.store, acme, other, by=directory.by)
    directory.suspend_member(acme, fixtures.member, active=True)
    assert broken(api) == []


def test_the_oldest_membership_is_none_that_is_suspended(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    api.clock.advance(minutes=1)
    directory.member(fixtures.globex, fixtures.member)
    directory.suspend_member(fixtures.acme, fixtures.member)
    assert users.alive(api.store, fixtures.member.id).oldest_workspace_id == fixtures.globex.id
    assert broken(api) == []
    directory.suspend_member(fixtures.acme, fixtures.member, active=True)
    assert users.alive(api.store, fixtures.member.id).oldest_workspace_id == fixtures.acme.id
    assert broken(api) == []


# What a provider makes.


def test_a_provider_makes_a_user_whom_the_workspace_manages(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    made = directory.provisioned(fixtures.acme, "Zoe", external_id="e-1", body=AT_HOME)
    store, acme = api.store, fixtures.acme.id
    assert made == provisioning.by_id(store, acme, made.user.id)
    assert (made.active, made.view and made.view.managed) == (True, True)
    assert provisioning.by_user_name(store, acme, "ZOE") == made
    assert provisioning.by_user_name(store, acme, "zoe@example.com") is None
    assert provisioning.by_external_id(store, acme, "e-1") == [made]
    assert provisioning.by_external_id(store, acme, "E-1") == []
    assert provisioning.by_email(store, acme, "zoe@example.com") == [made]
    assert provisioning.by_email(store, acme, "AT@home.example") == [made]
    assert provisioning.by_user_name(store, fixtures.globex.id, "zoe") is None
    by_mail = provisioning.by_user_name(store, acme, "BOSS@example.com")
    assert by_mail is not None
    assert by_mail.user.id == fixtures.boss.id
    with pytest.raises(Conflict):
        directory.provisioned(fixtures.acme, "zoe")
    assert broken(api) == []


def test_whoever_has_an_account_keeps_their_profile(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    stranger = fixtures.stranger
    profile = MemberProfile(stranger.email, "Somebody Else")
    made = provisioning.create(api.store, fixtures.acme, WrittenMember("s", profile), by=directory.by)
    assert made.user.id == stranger.id
    taken = WrittenMember("s", MemberProfile("mine@example.com", "Mine"))
    provisioning.change(api.store, fixtures.acme, made, lambda _: taken, by=directory.by)
    present = users.alive(api.store, stranger.id)
    assert (present.email, present.full_name) == (stranger.email, stranger.full_name)
    provisioning.end(
        api.store,
        fixtures.acme,
        provisioning.by_id(api.store, fixtures.acme.id, stranger.id),
        by=directory.by,
    )
    assert users.by_id(api.store, stranger.id) is not None
    assert broken(api) == []


def test_a_profile_follows_the_view_while_the_user_belongs_nowhere_else(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    made = directory.provisioned(fixtures.acme, "zoe")

    def write(email: str) -> str:
        present = provisioning.by_id(api.store, fixtures.acme.id, made.user.id)
        wanted = WrittenMember("zoe", MemberProfile(email, "Zoe Z"))
        provisioning.change(api.store, fixtures.acme, present, lambda _: wanted, by=directory.by)
        assert broken(api) == []
        return users.alive(api.store, made.user.id).email

    assert write("first@example.com") == "first@example.com"
    with pytest.raises(Conflict):
        write(fixtures.boss.email)
    directory.member(fixtures.globex, made.user)
    assert write("second@example.com") == "first@example.com"
    directory.leave(fixtures.globex, made.user)
    assert write("third@example.com") == "third@example.com"
    directory.change(users.alive(api.store, made.user.id), roles=tuple(fixtures.root.roles))
    assert write("fourth@example.com") == "third@example.com"


@pytest.mark.parametrize("active", [True, False])
def test_a_managed_user_is_deleted_with_the_only_membership(
    api: Api, directory: Directory, fixtures: Fixtures, active: bool
) -> None:
    made = directory.provisioned(fixtures.acme, "zoe", active=active, external_id="e-1", body=AT_HOME)
    assert made.active is active
    assert broken(api) == []
    directory.workspace_group(fixtures.acme, "Crew", made.user)
    provisioning.end(api.store, fixtures.acme, made, by=directory.by)
    assert users.by_id(api.store, made.user.id) is None
    clean_up(api)
    assert broken(api) == []
    with pytest.raises(NotFound):
        provisioning.by_id(api.store, fixtures.acme.id, made.user.id)
    again = directory.provisioned(fixtures.acme, "zoe", external_id="e-1")
    assert again.user.id != made.user.id


def test_a_user_who_was_deleted_leaves_the_user_name(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    made = directory.provisioned(fixtures.acme, "zoe", body=AT_HOME)
    users.delete(api.store, users.alive(api.store, made.user.id), by=directory.by)
    again = directory.provisioned(fixtures.acme, "zoe")  # before any cleanup
    clean_up(api)
    assert provisioning.by_user_name(api.store, fixtures.acme.id, "zoe") == again
    assert broken(api) == []


def test_another_user_name_is_unique_too_and_frees_the_former(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    zoe = directory.provisioned(fixtures.acme, "zoe", body=AT_HOME)
    directory.provisioned(fixtures.acme, "yan")

    def rename(name: str) -> Any:
        present = provisioning.by_id(api.store, fixtures.acme.id, zoe.user.id)
        wanted = WrittenMember(name, MemberProfile(present.user.email, "Zoe"), "e-2")
        return provisioning.change(api.store, fixtures.acme, present, lambda _: wanted, by=directory.by)

    for name in ("YAN", fixtures.boss.email.upper()):
        with pytest.raises(Conflict):
            rename(name)
    rename("zora")
    assert provisioning.by_user_name(api.store, fixtures.acme.id, "zoe") is None
    directory.provisioned(fixtures.acme, "zoe", profile=MemberProfile("new@example.com", "New"))
    assert broken(api) == []


def test_a_page_begins_anywhere_and_the_suspended_come_last(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    for name in ("a", "b", "c", "d"):
        directory.provisioned(fixtures.acme, name, active=name not in ("a", "c"))
    store, acme = api.store, fixtures.acme.id
    whole = ["boss@example.com", "member@example.com", "b", "d", "a", "c"]
    assert_pages(store, acme, whole)
    settle(store)  # every count is in the tree
    assert_pages(store, acme, whole)
    for name in ("e", "f", "g"):  # more than the tree says
        directory.provisioned(fixtures.acme, name, active=name != "g")
    assert_pages(store, acme, [*whole[:4], "e", "f", *whole[4:], "g"])


def assert_pages(store: Store, home: str, whole: list[str]) -> None:
    """Each page, however long and wherever it begins, shows these members in this order."""
    for start in range(1, len(whole) + 2):
        for count in (0, 1, 3, 5):
            found, total = provisioning.page(store, home, start, count)
            shown = [one.user_name for one in found]
            assert (shown, total) == (whole[start - 1 :][:count], len(whole))


# Groups.


def admin(api: Api, user: User, fixtures: Fixtures) -> bool:
    return api.get(f"/api/workspaces/{fixtures.acme.id}/audit", as_=user).status == 200


def test_a_group_makes_its_members_admins_at_once_and_no_longer(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    member, acme = fixtures.member, fixtures.acme
    crew = directory.workspace_group(acme, "Crew", member)
    path = f"/api/workspaces/{acme.id}/groups/{crew.id}"
    assert api.get(path, as_=member).data["members"] == 1
    assert api.put(path, {"workspaceRole": "ADMIN"}, as_=member).status == 403
    assert not admin(api, member, fixtures)
    answer = api.put(path, {"workspaceRole": "ADMIN"}, as_=fixtures.boss)
    assert (answer.status, answer.data["workspaceRole"]) == (200, "ADMIN")
    assert admin(api, member, fixtures)
    shown = api.get(f"/api/workspaces/{acme.id}/members", as_=member).data
    assert [row["role"] for row in shown] == ["ADMIN", "ADMIN"]
    assert broken(api) == []
    with pytest.raises(LastAdmin):  # who is it by a group does not count
        directory.suspend_member(acme, fixtures.boss)

    late = directory.provisioned(acme, "late").user
    group = workspace_groups.by_id(api.store, acme.id, crew.id)
    workspace_groups.add(api.store, acme, group, [late.id], by=directory.by)
    assert users.alive(api.store, late.id).admin_by_groups == {acme.id: 1}
    workspace_groups.remove(api.store, acme, group, [late.id, late.id, "nobody"], by=directory.by)
    assert users.alive(api.store, late.id).admin_by_groups == {}
    directory.suspend_member(acme, member)
    assert not admin(api, member, fixtures)
    directory.suspend_member(acme, member, active=True)
    assert admin(api, member, fixtures)
    assert broken(api) == []
    assert api.put(path, {"workspaceRole": None}, as_=fixtures.boss).status == 200
    assert not admin(api, member, fixtures)
    assert broken(api) == []


def test_an_admin_by_a_group_that_is_deleted_is_none(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    crew = directory.workspace_group(fixtures.acme, "Crew", fixtures.member)
    crew = workspace_groups.set_role(api.store, fixtures.acme, crew, WorkspaceRole.ADMIN, by=directory.by)
    workspace_groups.delete(api.store, fixtures.acme, crew, by=directory.by)
    assert not admin(api, fixtures.member, fixtures)
    clean_up(api)
    assert broken(api) == []
    directory.workspace_group(fixtures.acme, "CREW")  # the name is free


def test_an_admin_group_has_ninety_members_at_most(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    people = [directory.provisioned(fixtures.acme, f"u{n}").user for n in range(91)]
    crew = directory.workspace_group(fixtures.acme, "Crew", *people)
    assert crew.members == 91
    path = f"/api/workspaces/{fixtures.acme.id}/groups/{crew.id}"
    refused = api.put(path, {"workspaceRole": "ADMIN"}, as_=fixtures.boss)
    assert (refused.status, refused.code) == (409, "LIMIT_REACHED")
    workspace_groups.remove(api.store, fixtures.acme, crew, [people[0].id], by=directory.by)
    assert api.put(path, {"workspaceRole": "ADMIN"}, as_=fixtures.boss).status == 200
    with pytest.raises(LimitReached):
        workspace_groups.add(api.store, fixtures.acme, crew, [people[0].id], by=directory.by)
    crew = workspace_groups.by_id(api.store, fixtures.acme.id, crew.id)
    workspace_groups.delete(api.store, fixtures.acme, crew, by=directory.by)
    clean_up(api)
    assert broken(api) == []


def test_members_come_and_go_by_hundreds_and_each_call_may_be_repeated(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    people = [directory.provisioned(fixtures.acme, f"u{n}").user.id for n in range(100)]
    acme, by, store = fixtures.acme, directory.by, api.store
    crew = directory.workspace_group(acme, "Crew")
    with pytest.raises(ValidationFailed):
        workspace_groups.add(store, acme, crew, [*people, fixtures.rival.id], by=by)
    assert list(group_places.places(store, crew)) == []
    assert workspace_groups.add(store, acme, crew, people, by=by) == 100
    assert workspace_groups.add(store, acme, crew, [*people, fixtures.boss.id], by=by) == 1
    assert workspace_groups.remove(store, acme, crew, people[:50], by=by) == 50
    assert workspace_groups.remove(store, acme, crew, people[:50], by=by) == 0
    workspace_groups.replace_members(store, acme, crew, people[40:60], by=by)
    there = [place.user_id for place in group_places.places(store, crew)]
    assert sorted(there) == sorted(people[40:60])
    found, total = group_places.members_page(store, crew, 1, 10)
    assert (len(found), total) == (10, 20)
    assert workspace_groups.by_id(store, acme.id, crew.id).members == 20
    assert broken(api) == []


def test_two_who_change_a_group_at_once_lose_nobody(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    people = [directory.provisioned(fixtures.acme, f"u{n}").user.id for n in range(80)]
    crew = directory.workspace_group(fixtures.acme, "Crew")

    def add(some: list[str]) -> None:
        for start in range(0, len(some), 10):
            part = some[start : start + 10]
            for _ in range(2):
                workspace_groups.add(api.store, fixtures.acme, crew, part, by=directory.by)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(add, [people[:50], people[30:]]))
    assert sorted(place.user_id for place in group_places.places(api.store, crew)) == sorted(people)
    assert broken(api) == []


def test_groups_are_found_by_name_and_external_id_and_listed(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    store, acme, by = api.store, fixtures.acme, directory.by
    crew = workspace_groups.create(store, acme, "Crew", "x-1", by=by)
    with pytest.raises(Conflict):
        workspace_groups.create(store, acme, "cREW", None, by=by)
    assert workspace_groups.by_name(store, acme.id, "CREW") == crew
    assert workspace_groups.by_external_id(store, acme.id, "x-1") == [crew]
    assert workspace_groups.by_name(store, fixtures.globex.id, "Crew") is None
    other = directory.workspace_group(acme, "Other")
    with pytest.raises(Conflict):
        workspace_groups.change(store, acme, other, {"name": "crew"}, by=by)
    crew = workspace_groups.change(store, acme, crew, {"name": "Staff", "external_id": None}, by=by)
    assert workspace_groups.by_name(store, acme.id, "crew") is None
    assert workspace_groups.by_external_id(store, acme.id, "x-1") == []
    assert workspace_groups.page(store, acme.id, 2, 5) == ([other], 2)
    listed = api.get(f"/api/workspaces/{acme.id}/groups", as_=fixtures.member).data
    assert [row["displayName"] for row in listed] == ["Staff", "Other"]
    elsewhere = f"/api/workspaces/{fixtures.globex.id}/groups/{crew.id}"
    assert api.get(elsewhere, as_=fixtures.rival).status == 404
    assert broken(api) == []


def test_a_member_who_leaves_loses_the_place_in_a_group_at_once(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    crew = directory.workspace_group(fixtures.acme, "Crew", fixtures.member)
    path = f"/api/workspaces/{fixtures.acme.id}/groups/{crew.id}"
    directory.leave(fixtures.acme, fixtures.member)
    assert api.get(f"{path}/members", as_=fixtures.boss).data == []
    directory.member(fixtures.acme, fixtures.member)
    assert api.get(f"{path}/members", as_=fixtures.boss).data == []
    workspace_groups.add(api.store, fixtures.acme, crew, [fixtures.member.id], by=directory.by)
    clean_up(api)
    assert [row["userId"] for row in api.get(f"{path}/members", as_=fixtures.boss).data] == [
        fixtures.member.id
    ]
    assert broken(api) == []


def test_nothing_is_left_of_a_workspace_that_is_deleted(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    acme = fixtures.acme
    crew = directory.workspace_group(acme, "Crew", fixtures.member)
    workspace_groups.set_role(api.store, acme, crew, WorkspaceRole.ADMIN, by=directory.by)
    directory.provisioned(acme, "zoe", external_id="e", active=False, body=AT_HOME)
    directory.scim_token(acme)
    home = f"/api/workspaces/{acme.id}"
    assert api.put(home, {"active": False}, as_=fixtures.root).status == 200
    assert api.delete(home, as_=fixtures.root).status == 200
    clean_up(api)
    user = users.alive(api.store, fixtures.member.id)
    assert (user.admin_by_groups, user.suspended_in) == ({}, {})
    assert counted_lists.total(api.store, keys.members_of_group(acme.id, crew.id)) == 0
    left = api.store.query(keys.workspace(acme.id).pk).items
    assert [str(each["SK"]) for each in left] == ["TOMBSTONE"]
    assert broken(api) == []


# Tokens.


def test_a_scim_token_proves_its_workspace_alone_and_two_live_at_most(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    path = f"/api/workspaces/{fixtures.acme.id}/scim-tokens"
    made = [api.post(path, {"name": name}, as_=fixtures.boss).data for name in ("one", "two")]
    refused = api.post(path, {"name": "three"}, as_=fixtures.boss)
    assert (refused.status, refused.code) == (409, "LIMIT_REACHED")
    secret = made[0]["secret"]
    store, now = api.store, api.clock()
    proved = by_scim_token(store, secret, fixtures.acme.id, now)
    assert (proved.workspace.id, proved.token.id) == (fixtures.acme.id, made[0]["id"])
    for text, place in ((secret, fixtures.globex.id), (secret[:-1] + "_", fixtures.acme.id)):
        with pytest.raises(Unauthenticated):
            by_scim_token(store, text, place, now)
    others = ("/api/auth/me", "/api/v1/user", "/api/workspace/auth/me", "/v2/organizations")
    assert {api.get(other, bearer=secret).status for other in others} == {401}
    assert "secret" not in api.get(path, as_=fixtures.boss).data[0]
    assert api.delete(f"{path}/{made[0]['id']}", as_=fixtures.boss).status == 200
    assert api.delete(f"{path}/{made[0]['id']}", as_=fixtures.boss).status == 404
    with pytest.raises(Unauthenticated):
        by_scim_token(store, secret, fixtures.acme.id, now)
    assert by_scim_token(store, made[1]["secret"], fixtures.acme.id, now).token.name == "two"
    assert api.put(f"/api/workspaces/{fixtures.acme.id}", {"active": False}, as_=fixtures.root).status == 200
    with pytest.raises(Unauthenticated):
        by_scim_token(store, made[1]["secret"], fixtures.acme.id, now)
    assert broken(api) == []


def test_a_scim_token_ends_with_its_time_and_leaves_room(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    path = f"/api/workspaces/{fixtures.acme.id}/scim-tokens"
    directory.scim_token(fixtures.acme)
    body = {"name": "short", "expiresAt": "2026-12-31T00:00:00Z"}
    body["expiresAt"] = (api.clock().replace(microsecond=0)).strftime("%Y-%m-%dT23:59:59Z")
    secret = api.post(path, body, as_=fixtures.boss).data["secret"]
    api.clock.advance(hours=25)
    with pytest.raises(Unauthenticated):
        by_scim_token(api.store, secret, fixtures.acme.id, api.clock())
    assert directory.scim_token(fixtures.acme).kind == "scim"


def test_the_audit_names_the_token_that_did_it(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    by = Actor("request", api.clock(), workspace_id=fixtures.acme.id, scim_token_id="t-1")
    acme, store = fixtures.acme, api.store
    wanted = WrittenMember("zoe", MemberProfile("zoe@example.com", "Zoe"), active=False)
    zoe = provisioning.create(store, acme, wanted, by=by)
    later = WrittenMember("zora", MemberProfile("zora@example.com", "Zora"), active=True)
    provisioning.change(store, acme, zoe, lambda _: later, by=by)
    crew = workspace_groups.create(store, acme, "Crew", None, by=by)
    workspace_groups.add(store, acme, crew, [zoe.user.id], by=by)
    workspace_groups.remove(store, acme, crew, [zoe.user.id], by=by)
    crew = workspace_groups.by_id(store, acme.id, crew.id)
    crew = workspace_groups.set_role(store, acme, crew, WorkspaceRole.ADMIN, by=by)
    workspace_groups.delete(store, acme, crew, by=by)
    found = api.get(f"/api/workspaces/{acme.id}/audit?actor=t-1&size=100", as_=fixtures.boss).data
    assert all(row["actor"] == {"kind": "scim", "tokenId": "t-1"} for row in found)
    assert not any(word in str(found) for word in ("zoe@", "zora", "Crew"))
    home, whom, many = {"workspace": acme.id}, zoe.user.id, {"users": [zoe.user.id]}
    off, on = {"suspended": True}, {"suspended": False}
    rights = {"roles": ["USER"], "active": True}
    told = {row["action"]: row["details"] for row in found if row["action"] != "member.view_changed"}
    view = {"fields": ["user_name"]}
    views = [row["details"] for row in found if row["action"] == "member.view_changed"]
    assert [each["fields"] for each in views] == [["user_name"], ["user_name", "body"]]
    assert (views[0], views[1]["after"]) == ({**home, **view}, {"managed": True})
    assert told == {
        "user.created": {"after": rights},
        "user.changed": {"fields": ["email", "full_name", "revision", "updated_at"]},
        "member.added": {**home, "role": "MEMBER", "after": {"role": "MEMBER"}},
        "member.suspended": {**home, "before": on, "after": off},
        "member.resumed": {**home, "before": off, "after": on},
        "workspace_group.created": home,
        "workspace_group.joined": {**home, **many},
        "workspace_group.left": {**home, **many},
        "workspace_group.changed": {**home, "fields": ["role"], "after": {"role": "ADMIN"}},
        "workspace_group.deleted": {**home, "before": {"role": "ADMIN"}},
    }
    assert {row["target"] for row in found} == {whom, crew.id}
