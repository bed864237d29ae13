"""A token that another system made is taken by every endpoint of spaces; one that nobody made is not."""

from collections.abc import Mapping
from typing import Any

from roster.auth import api_tokens
from roster.db.transactions import Transaction
from roster.domain import ApiToken
from tests.spaces.fixtures import SpaceFixtures

IMPORTED = "an-imported-secret-of-more-than-thirty-two-characters"


def test_an_imported_token_does_all_and_an_unknown_one_nothing(fixtures: SpaceFixtures) -> None:
    boss, api = fixtures.people["boss"], fixtures.api
    work = Transaction(fixtures.directory.by)
    token = ApiToken(api_tokens.id_of(IMPORTED), boss.id, "ci", "2026-04-13T01:00:00Z")
    api_tokens.plan(work, token, IMPORTED, imported=True)
    work.commit(api.store)
    made: dict[str, str] = {}

    def send(method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        target = f"/api/workspaces/{fixtures.acme.id}/spaces{fixtures.filled(path.format_map(made))}"
        with api.no_effect():
            assert api.send(method, target, body, bearer=f"{IMPORTED}-not").status == 401
        answer = api.send(method, target, body, bearer=IMPORTED)
        assert answer.status == 200, answer.text
        return answer.json.get("data")

    made["space"] = send("POST", "", {"name": "x"})["id"]
    assert len(send("GET", "")) == 2
    assert send("GET", "/{space}")["name"] == "x"
    assert send("PUT", "/{space}", {"name": "y"})["name"] == "y"
    role = f"/{{space}}/roles/manager/{boss.id}"
    assert send("PUT", role) == send("GET", "/{space}/roles")[0]
    assert send("DELETE", role) is None
    made["app"] = send("POST", "/{space}/apps", {"name": "z"})["id"]
    assert [each["id"] for each in send("GET", "/{space}/apps")] == [made["app"]]
    assert send("DELETE", "/{space}/apps/{app}") is None
    assert send("DELETE", "/{space}") is None
