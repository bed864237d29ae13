"""The authorization matrix (`matrix.toml`): every role, every endpoint, its own, another's and nobody's."""

import re
import tomllib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Routes
from tests.contract.fixtures import LINKS, NOWHERE, ROLES, ContractFixtures, is_scim, takes_bearer
from tests.support.api import bare

pytestmark = pytest.mark.any_engine

_READ: dict[str, Any] = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text("utf-8"))
COLUMNS: list[str] = _READ.pop("roles")
MATRIX: dict[str, dict[str, list[int]]] = _READ

LOGINS = ("POST /api/auth/login", "POST /oauth/token")
SECOND_LOGINS = (
    "POST /api/auth/login/second",
    "POST /api/auth/login/passkey/options",
    "POST /api/auth/login/passkey",
)
PUBLIC = (
    *LOGINS,
    *SECOND_LOGINS,
    "POST /oauth/revoke",
    *LINKS,
    "GET /openapi.json",
    "GET /docs",
    "GET /console",
    "GET /console/{digest}/{file+}",
    "GET /health",
    "GET /",
    "GET /v2/info",
    "$default",
)
_OF_THE_SITE = ("GET /api/v1/groups/{number}", "GET /api/v1/roles/{number}", "GET /console/{digest}/{file+}")
_TRACE = re.compile(r'"traceId":"[^"]*"')
_REFERENCE_DATA = re.compile("/api/admin/(groups|roles|clients|webhooks)/")

_EVENTS = re.compile("/webhooks|/events$")


def _cell(route: str, place: str) -> Any:
    marks = [pytest.mark.row("EV-22")] if _EVENTS.search(route) else []
    return pytest.param(route, place, id=f"{route}-{place}", marks=marks)


CELLS = [_cell(route, place) for route, places in MATRIX.items() for place in places]
WORKSPACES = [
    route for route in MATRIX if not (takes_bearer(route) or is_scim(route)) and route not in PUBLIC
]
SESSION_ONLY = [
    "POST /api/auth/logout",
    "PUT /api/auth/me/password",
    "POST /api/auth/tokens",
    "GET /api/auth/tokens",
    "DELETE /api/auth/tokens/{tokenId}",
    "GET /api/auth/sessions",
    "DELETE /api/auth/sessions/{sessionId}",
    "DELETE /api/auth/sessions",
    "GET /api/admin/users/{userId}/credentials",
    "DELETE /api/admin/users/{userId}/credentials/{credentialId}",
    "DELETE /api/admin/users/{userId}/credentials",
    "POST /api/workspaces/{workspaceId}/scim-tokens",
    "POST /api/admin/clients",
    "POST /api/admin/clients/{clientId}/secret",
    "POST /api/admin/users/{userId}/password-link",
    "GET /api/auth/factors",
    "DELETE /api/auth/factors/{factorId}",
    "POST /api/auth/factors/totp",
    "POST /api/auth/factors/totp/{factorId}/confirm",
    "POST /api/auth/factors/recovery-codes",
    "POST /api/auth/factors/passkeys/options",
    "POST /api/auth/factors/passkeys",
    "POST /api/auth/reauthenticate",
    "DELETE /api/admin/users/{userId}/factors",
]
BEARER_ONLY = [
    route for route in MATRIX if takes_bearer(route) and "/minimal/" not in route and route not in PUBLIC
]
CLOUD_FOUNDRY = [route for route in MATRIX if " /v2/" in route]  # which keeps unknown and foreign apart
NAMING = [route for route, places in MATRIX.items() if "foreign" in places and route not in CLOUD_FOUNDRY]


def places_of(route: str) -> set[str]:
    """Whose things a request to the route can name."""
    if route in _OF_THE_SITE or _REFERENCE_DATA.search(route):
        return {"own", "absent"}
    names_something = "{" in route or "/minimal/" in route
    return {"own", "foreign", "absent"} if names_something else {"own"}


def test_every_endpoint_of_the_template_is_in_the_matrix_and_no_other(routes: Routes) -> None:
    assert sorted(MATRIX) == routes.keys


@pytest.mark.row("item-11")
def test_no_cell_is_missing() -> None:
    assert tuple(COLUMNS) == ROLES
    for route, places in MATRIX.items():
        assert set(places) == places_of(route), route
        for place, statuses in places.items():
            assert len(statuses) == len(COLUMNS), f"{route} {place}"


@pytest.mark.parametrize(("route", "place"), CELLS)
@pytest.mark.row("Z-01", "item-11")
def test_each_role_gets_what_the_matrix_says(fixtures: ContractFixtures, route: str, place: str) -> None:
    expected = dict(zip(COLUMNS, MATRIX[route][place], strict=True))
    answers = {}
    for role in COLUMNS:
        request = fixtures.request(route, role, place)
        may_write = expected[role] < 300 or route in (*LOGINS, *SECOND_LOGINS)  # which count failures
        with nullcontext() if may_write else fixtures.api.no_effect():
            answers[role] = request()
    assert {role: answer.status for role, answer in answers.items()} == expected
    refusals = {_TRACE.sub("", answer.text) for answer in answers.values() if answer.status == 401}
    assert len(refusals) <= (2 if route in CLOUD_FOUNDRY else 1)  # it tells no credential from a bad one


@pytest.mark.parametrize("route", NAMING)
@pytest.mark.row("Z-03", "item-12")
def test_what_is_refused_reads_the_same_whether_it_is_anothers_or_nobodys(
    fixtures: ContractFixtures, route: str
) -> None:
    statuses = dict(zip(COLUMNS, MATRIX[route]["foreign"], strict=True))
    for role in (role for role in COLUMNS if statuses[role] != 200):
        foreign = fixtures.request(route, role, "foreign")()
        absent = fixtures.request(route, role, "absent")()
        assert bare(foreign) == bare(absent), role


@pytest.mark.parametrize("route", WORKSPACES)
@pytest.mark.row("Z-02", "item-09")
def test_a_token_in_the_query_proves_nobody_in_workspaces(fixtures: ContractFixtures, route: str) -> None:
    request = fixtures.request(route, "root", "own", by="access_token")
    with fixtures.api.no_effect():
        assert request().status in (400, 401)  # 400 where the query is read first


@pytest.mark.parametrize("route", WORKSPACES)
def test_fn_07_a_token_does_in_workspaces_what_a_session_does_but_for_credentials(
    fixtures: ContractFixtures, route: str
) -> None:
    answer = fixtures.request(route, "root", "own", by="bearer")()
    if route in SESSION_ONLY:
        assert (answer.status, answer.code) == (403, "SESSION_REQUIRED")
    else:
        assert answer.status == 200
    method, _, path = route.partition(" ")
    unknown = "the-secret-of-nobody-of-more-than-32-characters"  # looked for among the imported ones
    assert fixtures.api.send(method, re.sub(r"{\w+}", NOWHERE, path), bearer=unknown).status == 401


@pytest.mark.parametrize("route", SESSION_ONLY)
@pytest.mark.row("SF-27")
def test_fn_07_what_a_token_may_not_do_has_no_effect(fixtures: ContractFixtures, route: str) -> None:
    request = fixtures.request(route, "root", "own", by="bearer")
    with fixtures.api.no_effect():
        request()


@pytest.mark.parametrize("route", BEARER_ONLY)
@pytest.mark.row("Z-02", "item-09")
def test_a_cookie_proves_nobody_where_a_bearer_credential_is_asked(
    fixtures: ContractFixtures, route: str
) -> None:
    assert fixtures.request(route, "worker", "own")().status in (200, 403)
    assert fixtures.request(route, "worker", "own", by="as_")().status == 401


@pytest.mark.parametrize("route", [route for route in MATRIX if takes_bearer(route) and route not in PUBLIC])
@pytest.mark.row("Z-02", "item-09")
def test_a_token_in_the_query_is_for_the_profile_only(fixtures: ContractFixtures, route: str) -> None:
    answer = fixtures.request(route, "worker", "own", by="access_token")()
    assert answer.status == (200 if route == "GET /api/workspace/auth/me" else 401)
