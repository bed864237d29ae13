"""What ADMINs of a workspace say of its identity provider: its tokens, and what a group makes of members."""

from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import Fixtures


def test_a_retry_makes_no_second_token_and_shows_no_secret(api: Api, fixtures: Fixtures) -> None:
    path = f"/api/workspaces/{fixtures.acme.id}/scim-tokens"
    once = {"Idempotency-Key": "k"}
    first = api.post(path, {"name": "Okta"}, as_=fixtures.boss, headers=once)
    again = api.post(path, {"name": "Okta"}, as_=fixtures.boss, headers=once)
    assert (again.status, again.data) == (200, {**first.data, "secret": None})
    assert len(api.get(path, as_=fixtures.boss).data) == 1
    assert api.post(path, {"name": "Entra"}, as_=fixtures.boss, headers=once).status == 422


def test_a_change_demands_the_version_that_it_names(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    home, boss = f"/api/workspaces/{fixtures.acme.id}", fixtures.boss
    group = f"{home}/groups/{directory.workspace_group(fixtures.acme, 'Crew').id}"
    token = directory.scim_token(fixtures.acme)
    tag, role = api.get(group, as_=boss).headers["etag"], {"workspaceRole": "ADMIN"}
    with api.no_effect():
        other = {"If-Match": '"77"'}
        assert api.put(group, role, as_=boss, headers=other).status == 412
        assert api.delete(f"{home}/scim-tokens/{token.id}", as_=boss, headers=other).status == 412
    assert api.put(group, role, as_=boss, headers={"If-Match": tag}).status == 200
    assert api.put(group, role, as_=boss, headers={"If-Match": tag}).status == 412
