"""GET /api/workspaces/{workspaceId}/audit: what concerns a workspace, to its ADMINs and platform ADMINs."""

from typing import Any

import pytest

from roster.domain import User
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import Fixtures, assert_invalid, assert_refused


def _at(fixtures: Fixtures, query: str = "") -> str:
    return f"/api/workspaces/{fixtures.acme.id}/audit{query}"


def _told(api: Api, fixtures: Fixtures, query: str, as_: User) -> list[tuple[str, str]]:
    answer = api.get(_at(fixtures, query), as_=as_)
    assert answer.status == 200, answer.text
    return [(entry["action"], entry["target"]) for entry in answer.data]


@pytest.mark.row("T-10")
def test_it_tells_all_that_concerns_the_workspace_and_nothing_else(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    acme, member = fixtures.acme, fixtures.member
    web, alpha = directory.project(acme), directory.space(acme, "alpha")
    directory.grant(web, member)
    directory.grant(alpha, member)
    directory.project(fixtures.globex, "foreign")
    api.put(f"/api/workspaces/{acme.id}", {"name": "Ours"}, as_=fixtures.root)
    api.put(f"/api/admin/users/{member.id}", {"fullName": "New"}, as_=fixtures.root)
    expected = {
        ("workspace.created", acme.id),
        ("member.added", fixtures.boss.id),
        ("member.added", member.id),
        ("project.created", web.id),
        ("space.created", alpha.id),
        ("project_member.added", member.id),
        ("space_role.added", member.id),
        ("workspace.changed", acme.id),
    }
    for admin in (fixtures.boss, fixtures.root):
        told = _told(api, fixtures, "", admin)
        assert (set(told), len(told)) == (expected, len(expected))
    answer = api.get(_at(fixtures), as_=fixtures.boss)
    assert {entry["workspaceId"] for entry in answer.data} == {acme.id}


def test_it_can_be_asked_by_who_and_to_whom(api: Api, fixtures: Fixtures) -> None:
    api.put(f"/api/workspaces/{fixtures.acme.id}", {"name": "Ours"}, as_=fixtures.boss)
    mine = _told(api, fixtures, f"?actor={fixtures.boss.id}", fixtures.boss)
    assert mine == [("workspace.changed", fixtures.acme.id)]
    to_member = _told(api, fixtures, f"?target={fixtures.member.id}", fixtures.boss)
    assert to_member == [("member.added", fixtures.member.id)]
    assert _told(api, fixtures, f"?target={fixtures.rival.id}", fixtures.boss) == []
    assert_invalid(api.get(_at(fixtures, "?from=yesterday"), as_=fixtures.boss), "from")
    assert_refused(api.get(_at(fixtures), as_=fixtures.member), 403)


@pytest.mark.row("T-11")
def test_a_cursor_is_of_its_user_its_route_and_its_workspace(api: Api, fixtures: Fixtures) -> None:
    first = api.get(_at(fixtures, "?size=1"), as_=fixtures.root)
    cursor = first.json["meta"]["next"]
    own = f"?size=1&cursor={cursor}"
    following = api.get(_at(fixtures, own), as_=fixtures.root)
    assert following.status == 200
    assert following.data[0] != first.data[0]
    foreign: list[tuple[str, Any]] = [
        (_at(fixtures, own), fixtures.boss),
        (f"/api/workspaces/{fixtures.globex.id}/audit{own}", fixtures.root),
        (f"/api/admin/audit{own}", fixtures.root),
    ]
    for path, user in foreign:
        assert_invalid(api.get(path, as_=user), "cursor")
