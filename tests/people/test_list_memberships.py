"""GET /api/admin/users/{userId}/memberships."""

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
