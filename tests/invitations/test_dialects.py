"""What an invitation gives and a reset ends, every dialect says on the next request."""

from tests.invitations.fixtures import PHRASE, RESET, accept, link_to
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import Fixtures


def statuses(api: Api, fixtures: Fixtures, bearer: str, project_id: str) -> dict[str, int]:
    """What a token of the stranger gets in each dialect, of acme and what is in it."""
    who = fixtures.stranger.id
    headers = {"X-User-Id": who, "X-Org-Id": fixtures.acme.id, "X-Project-Id": project_id}
    organizations = api.get(f"/v2/users/{who}/organizations", bearer=bearer)
    return {
        "Workspaces": api.get(f"/api/workspaces/{fixtures.acme.id}", bearer=bearer).status,
        "User Space": api.get("/minimal/rest/user/v1/org", bearer=bearer, headers=headers).status,
        "Cloud Foundry": organizations.json.get("total_results", organizations.status),
        "Testmo": api.get("/api/v1/user", bearer=bearer).status,
        "profile": api.get("/api/workspace/auth/me", bearer=bearer).status,
    }


def test_a_membership_and_its_end_are_seen_in_every_dialect(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    project, bearer = directory.project(fixtures.acme), directory.token(fixtures.stranger)
    before = statuses(api, fixtures, bearer, project.id)
    assert before == {
        "Workspaces": 403,
        "User Space": 404,
        "Cloud Foundry": 0,
        "Testmo": 200,
        "profile": 403,
    }
    token = link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss)
    assert accept(api, token, as_=fixtures.stranger).status == 200
    directory.grant(project, fixtures.stranger)
    assert statuses(api, fixtures, bearer, project.id) == {
        "Workspaces": 200,
        "User Space": 200,
        "Cloud Foundry": 1,
        "Testmo": 200,
        "profile": 200,
    }
    reset = {"token": directory.password_link(fixtures.stranger), "password": PHRASE}
    assert api.post(RESET, reset).status == 200
    assert set(statuses(api, fixtures, bearer, project.id).values()) == {401}
