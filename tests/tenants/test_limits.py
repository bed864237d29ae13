"""`limits` of a workspace, and GET /api/workspaces/{workspaceId}/usage."""

import pytest

from roster.db import keys
from roster.db.transactions import Transaction
from roster.directory import members, workspaces
from roster.domain import Limits, WorkspaceRole
from roster.errors import LimitReached
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.race import at_once
from tests.workspaces.fixtures import Fixtures, assert_granted


def _limit(api: Api, fixtures: Fixtures, **limits: int) -> None:
    path = f"/api/workspaces/{fixtures.acme.id}"
    assert api.put(path, {"limits": limits}, as_=fixtures.root).status == 200


def test_usage_tells_what_there_is_and_what_there_may_be(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    directory.space(fixtures.acme, "alpha")
    directory.space(fixtures.globex, "beta")
    work = Transaction(directory.by)
    for number in (7, 8, 9):
        work.add_row(keys.invitations_in(fixtures.acme.id), number, {})
    work.commit(api.store)
    _limit(api, fixtures, members=2, projects=0)
    answer = api.get(f"/api/workspaces/{fixtures.acme.id}/usage", as_=fixtures.member)
    assert_granted(answer, "members", "projects", "spaces", "features", "invitations", "limits")
    assert answer.data == {
        "members": 2,
        "projects": 0,
        "spaces": 1,
        "features": 0,
        "invitations": 3,
        "limits": {"members": 2, "projects": 0},
    }


@pytest.mark.row("T-04")
def test_the_member_that_would_pass_the_limit_is_refused_to_a_platform_admin_too(
    api: Api, fixtures: Fixtures
) -> None:
    path = f"/api/workspaces/{fixtures.acme.id}/members"
    body = {"userId": fixtures.stranger.id, "role": "MEMBER"}
    _limit(api, fixtures, members=1)  # below the present count
    for admin in (fixtures.boss, fixtures.root):
        answer = api.post(path, body, as_=admin)
        assert (answer.status, answer.code) == (409, "LIMIT_REACHED")
    assert len(api.get(path, as_=fixtures.boss).data) == 2
    _limit(api, fixtures, members=3)
    assert api.post(path, body, as_=fixtures.boss).status == 200


@pytest.mark.row("T-05")
def test_sixteen_at_once_do_not_pass_a_limit_of_a_hundred(api: Api, directory: Directory) -> None:
    acme = directory.workspace("acme", limits=Limits(members=100))
    people = [directory.user(f"user-{number}") for number in range(112)]
    for user in people[:96]:
        directory.member(acme, user)

    def join(user_id: str) -> bool:
        try:
            members.add(api.store, acme, user_id, WorkspaceRole.MEMBER, by=directory.by)
        except LimitReached:
            return False
        return True

    joined = at_once([lambda user=user: join(user.id) for user in people[96:]])  # type: ignore[misc]
    assert sorted(joined) == [*[False] * 12, *[True] * 4]
    assert workspaces.counts(api.store, acme.id).members == 100
