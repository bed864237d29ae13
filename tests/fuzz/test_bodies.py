"""JSON conformance, at every endpoint that reads a body: what is refused has no effect, nothing breaks us."""

import json

import pytest

from roster.http import strict_json
from tests.contract.fixtures import ContractFixtures, granted, is_scim
from tests.contract.recorder import STATUSES
from tests.fuzz.bodies import READ, REFUSED, STRICTER

pytestmark = pytest.mark.any_engine

JSON_ROUTES = [
    route
    for route, statuses in STATUSES.items()
    if 415 in statuses
    and 400 in statuses
    and "DELETE" not in route
    and not route.endswith(("/logout", "/unlock", "/resend", "/password-link"))
]
"""Those whose body has a shape; a logout and a new link read none."""

WITHOUT_SHAPE = {
    "PUT /api/workspaces/{workspaceId}/projects/{projectId}/members/{userId}",
    "PUT /api/workspaces/{workspaceId}/spaces/{spaceId}/roles/{role}/{userId}",
    "POST /api/admin/clients/{clientId}/secret",
    "POST /api/admin/users/{userId}/unlock",
    "POST /api/auth/factors/passkeys/options",
    "POST /api/auth/factors/recovery-codes",
    "POST /api/auth/login/passkey/options",
    "ANY /scim/v2/{workspaceId}/{proxy+}",
    *(
        f"POST {of}/webhooks/{{webhookId}}/{what}"
        for of in ("/api/workspaces/{workspaceId}", "/api/admin")
        for what in ("secret", "test", "deliveries/{deliveryId}/retry")
    ),
}
"""Those that say it all by their path: a body, if there is one, must be JSON."""

ONE_REQUIRED = {
    "PUT /api/auth/me/password",
    "PUT /api/workspaces/{workspaceId}/members/{userId}",
    "PUT /api/admin/groups/{number}",
    "PUT /api/workspaces/{workspaceId}/groups/{groupId}",
    "PUT /scim/v2/{workspaceId}/Users/{userId}",
    "PUT /scim/v2/{workspaceId}/Groups/{groupId}",
}
"""Changes that say nothing without their one field."""

NOTHING_REQUIRED = {
    *(route for route in JSON_ROUTES if route.startswith("PUT") and route not in ONE_REQUIRED),
    "POST /api/auth/factors/totp",
}
"""Those that take an object without members: changes, and what has a default for its one field."""


@pytest.mark.row("item-19", "P-16", "P-17")
@pytest.mark.parametrize("route", JSON_ROUTES)
def test_a_body_that_is_no_json_is_400_and_has_no_effect(fixtures: ContractFixtures, route: str) -> None:
    bodies = REFUSED | STRICTER
    if is_scim(route):  # where a group may have tens of thousands of members
        del bodies["i_values_2001"]
    request = {
        name: fixtures.request(route, granted(route), "own", raw=body) for name, body in bodies.items()
    }
    with fixtures.api.no_effect():
        answers = {name: send() for name, send in request.items()}
    code, word = ("scimType", "invalidSyntax") if is_scim(route) else ("code", "VALIDATION_ERROR")
    told = {name: (answer.status, answer.json[code]) for name, answer in answers.items()}
    assert told == dict.fromkeys(answers, (400, word))


@pytest.mark.row("item-19")
@pytest.mark.parametrize("route", [route for route in JSON_ROUTES if route not in WITHOUT_SHAPE])
def test_a_body_that_is_json_is_judged_by_what_it_says(fixtures: ContractFixtures, route: str) -> None:
    for name, body in READ.items():
        answer = fixtures.request(route, granted(route), "own", raw=body)()
        assert answer.status == (200 if route in NOTHING_REQUIRED and body == b"{}" else 400), name
        assert "must be JSON" not in answer.text, name


@pytest.mark.row("item-19")
@pytest.mark.parametrize("name", READ)
def test_what_is_read_is_read_as_by_everybody(name: str) -> None:
    assert strict_json.loads(READ[name].decode()) == json.loads(READ[name])


@pytest.mark.row("item-19", "item-23")
@pytest.mark.parametrize("name", STRICTER)
def test_what_others_may_read_is_refused_for_its_second_meaning(name: str) -> None:
    with pytest.raises(strict_json.NotStrictJson):
        strict_json.loads(STRICTER[name].decode())
