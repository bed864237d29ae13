"""GET /api/admin/users/{userId}/memberships."""

from roster.directory import workspace_groups
from roster.domain import WorkspaceRole
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import Fixtures, assert_listed, assert_meta


def test_memberships_are_listed_with_their_workspaces(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    api.clock.advance(minutes=1)
    directory.member(fixtures.globex, fixtures.member, "ADMIN")
    path = f"/api/admin/users/{fixtures.member.id}/memberships"
    answer = api.get(path, as_=fixtures.root)
    assert_listed(answer, "workspaceId", "key", "name", "role", "createdAt")
    assert [tuple(each.values()) for each in answer.data] == [
        (fixtures.acme.id, "acme", "Acme", "MEMBER", "2026-04-13T01:00:00Z"),
        (fixtures.globex.id, "globex", "Globex", "ADMIN", "2026-04-13T01:01:00Z"),
    ]
    second = api.get(f"{path}?page=2&size=1", as_=fixtures.root)
    assert_meta(second, 2, 1, 2, 2)
    assert [each["key"] for each in second.data] == ["globex"]
    directory.leave(fixtures.acme, fixtures.member)
    assert [each["key"] for each in api.get(path, as_=fixtures.root).data] == ["globex"]


def test_memberships_say_the_role_that_counts_and_leave_out_those_that_are_suspended(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.member(fixtures.globex, fixtures.member)
    path = f"/api/admin/users/{fixtures.member.id}/memberships"
    crew = directory.workspace_group(fixtures.acme, "Crew", fixtures.member)
    workspace_groups.set_role(api.store, fixtures.acme, crew, WorkspaceRole.ADMIN, by=directory.by)

    def told() -> list[tuple[str, str]]:
        return [(each["key"], each["role"]) for each in api.get(path, as_=fixtures.root).data]

    assert told() == [("acme", "ADMIN"), ("globex", "MEMBER")]
    directory.suspend_member(fixtures.acme, fixtures.member)
    assert told() == [("globex", "MEMBER")]
    assert_meta(api.get(f"{path}?page=2&size=1", as_=fixtures.root), 2, 1, 1, 1)
    directory.suspend_member(fixtures.acme, fixtures.member, active=True)
    assert told() == [("acme", "ADMIN"), ("globex", "MEMBER")]
