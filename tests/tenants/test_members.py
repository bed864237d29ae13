"""GET and PUT /api/workspaces/{workspaceId}/members/{userId}, and what lists of members show."""

from functools import partial

import pytest

from cli.verify import verify
from roster.directory import users, workspaces
from roster.domain import User, WorkspaceRole
from roster.errors import LastAdmin
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory
from tests.support.race import at_once, before_the_commit
from tests.support.snapshots import everything
from tests.workspaces.fixtures import NOWHERE, Fixtures, assert_granted, assert_invalid, assert_refused
from tests.workspaces.test_list_members import SHOWN


def _at(fixtures: Fixtures, user: User | str) -> str:
    return f"/api/workspaces/{fixtures.acme.id}/members/{user if isinstance(user, str) else user.id}"


def test_one_member_is_shown_as_in_the_list_with_a_tag(api: Api, fixtures: Fixtures) -> None:
    one = api.get(_at(fixtures, fixtures.member), as_=fixtures.boss)
    assert_granted(one, *SHOWN)
    assert one.headers["etag"] == '"1"'
    listed = api.get(f"/api/workspaces/{fixtures.acme.id}/members", as_=fixtures.member).data
    assert one.data == listed[1]
    for other in (fixtures.rival.id, NOWHERE, "x" * 129):
        assert_refused(api.get(_at(fixtures, other), as_=fixtures.root), 404)


def test_a_role_counts_on_the_next_request_and_what_was_granted_stays(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    web = directory.project(fixtures.acme)
    directory.grant(web, fixtures.member)
    answer = api.put(_at(fixtures, fixtures.member), {"role": "ADMIN"}, as_=fixtures.boss)
    assert_granted(answer, *SHOWN)
    assert (answer.data["role"], answer.headers["etag"]) == ("ADMIN", '"2"')
    name = {"name": "Ours"}
    assert api.put(f"/api/workspaces/{fixtures.acme.id}", name, as_=fixtures.member).status == 200
    assert api.put(_at(fixtures, fixtures.member), {"role": "MEMBER"}, as_=fixtures.boss).status == 200
    assert api.put(f"/api/workspaces/{fixtures.acme.id}", name, as_=fixtures.member).status == 403
    assert api.get(f"/api/v1/projects/{web.number}/users", bearer=fixtures.member).status == 200
    assert verify(api.store, now=api.clock()).broken == []
    audited = sorted(everything(api.store), key=lambda item: str(item["SK"]))
    told = [item["details"] for item in audited if item.get("action") == "member.changed"]
    assert [(each["before"], each["after"]) for each in told if isinstance(each, dict)] == [
        ({"role": "MEMBER"}, {"role": "ADMIN"}),
        ({"role": "ADMIN"}, {"role": "MEMBER"}),
    ]


def test_the_present_role_again_changes_nothing(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        answer = api.put(_at(fixtures, fixtures.member), {"role": "MEMBER"}, as_=fixtures.boss)
    assert (answer.status, answer.headers["etag"]) == (200, '"1"')


def test_what_is_refused_changes_nothing(api: Api, fixtures: Fixtures) -> None:
    boss, admin = _at(fixtures, fixtures.boss), {"role": "ADMIN"}
    with api.no_effect():
        assert_refused(api.put(boss, {"role": "MEMBER"}, as_=fixtures.boss), 409)  # the last ADMIN
        assert_refused(api.put(_at(fixtures, fixtures.rival), admin, as_=fixtures.boss), 404)
        assert_invalid(api.put(boss, {"role": "OWNER"}, as_=fixtures.boss), "role")
        assert_invalid(api.put(boss, {}, as_=fixtures.boss), "role")
        stale = api.put(boss, {"role": "MEMBER"}, as_=fixtures.boss, headers={"If-Match": '"7"'})
        assert stale.status == 412
    assert api.put(boss, {"role": "MEMBER"}, as_=fixtures.root).status == 200
    assert workspaces.alive(api.store, fixtures.acme.id).admins == 0


@pytest.mark.row("T-03")
def test_of_all_ways_to_lose_the_last_admin_at_once_one_admin_is_left(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    """By another role and by removal, sixteen at a time."""
    from roster.directory import members  # the access patterns: Powertools takes one request at a time

    admins = [directory.user(f"admin-{number}") for number in range(16)]
    for user in admins:
        directory.member(fixtures.acme, user, "ADMIN")
    directory.leave(fixtures.acme, fixtures.boss)

    def leave(user: User, change: bool) -> bool:
        end = (
            partial(members.change_role, role=WorkspaceRole.MEMBER, demand=lambda _: None)
            if change
            else members.remove
        )
        try:
            end(api.store, fixtures.acme, user.id, by=directory.by, even_last_admin=False)
        except LastAdmin:
            return False
        return True

    done = at_once([partial(leave, user, number % 2 == 0) for number, user in enumerate(admins)])
    assert sorted(done) == [False, *[True] * 15]
    assert workspaces.alive(api.store, fixtures.acme.id).admins == 1
    assert verify(api.store, now=api.clock()).broken == []


def test_a_removal_of_who_became_admin_meanwhile_is_decided_anew(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _at(fixtures, fixtures.member)
    before_the_commit(monkeypatch, lambda: api.put(path, {"role": "ADMIN"}, as_=fixtures.root))
    assert api.delete(path, as_=fixtures.boss).status == 200
    assert workspaces.alive(api.store, fixtures.acme.id).admins == 1


def test_the_last_sign_in_is_shown_to_the_hour(api: Api, fixtures: Fixtures, directory: Directory) -> None:
    ada = directory.user("ada", password=PASSWORD)
    directory.member(fixtures.acme, ada)
    assert api.get(_at(fixtures, ada), as_=fixtures.boss).data["lastSignInAt"] is None
    api.clock.advance(minutes=95)
    for _ in range(2):
        login = {"email": ada.email, "password": PASSWORD}
        assert api.post("/api/auth/login", login).status == 200
        api.clock.advance(minutes=1)
    assert api.get(_at(fixtures, ada), as_=fixtures.boss).data["lastSignInAt"] == "2026-04-13T02:00:00Z"
    assert users.alive(api.store, ada.id).revision == 1
    assert verify(api.store, now=api.clock()).broken == []
