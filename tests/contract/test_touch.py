"""A credential that was last used an hour ago is moved on, at whichever endpoint it is used."""

import pytest

from roster.auth.credentials import Credential
from roster.clock import instant
from roster.db import keys
from tests.contract.fixtures import LINKS, LOGINS, PROVED, ContractFixtures, is_scim, takes_bearer
from tests.contract.recorder import STATUSES

pytestmark = pytest.mark.any_engine

PUBLIC = {"$default", *LOGINS, *LINKS}
OURS = [
    route for route in STATUSES if route not in PUBLIC and (" /api/" in route and not takes_bearer(route))
]
ROUTES = sorted({*OURS, *(route for route in STATUSES if "/minimal/" in route)})
BEARERS = sorted(route for route in STATUSES if takes_bearer(route) and route != "GET /v2/info")


@pytest.mark.row("SF-26")
@pytest.mark.parametrize("route", ROUTES)
def test_a_use_after_an_hour_moves_the_session_on(fixtures: ContractFixtures, route: str) -> None:
    role = "worker" if "/minimal/" in route else "root"
    caller = fixtures.people[role]
    session = Credential.read(fixtures.api.cookie(caller))
    assert session is not None
    request = fixtures.request(route, role, "own", by="as_")
    fixtures.api.clock.advance(hours=2)
    answer = request()
    if route in PROVED:  # which asks for a later proof, of whoever calls
        assert (answer.status, answer.code) == (403, "REAUTHENTICATION_REQUIRED")
    else:
        assert answer.status == 200, answer.text
    kept = fixtures.api.store.get(keys.session(caller.id, session.id))
    if route in ("POST /api/auth/logout", "POST /api/auth/reauthenticate"):
        assert kept is None
    else:
        assert kept is not None
        assert kept["seen_at"] == instant(fixtures.api.clock())


@pytest.mark.parametrize("route", BEARERS)
def test_a_use_after_an_hour_moves_the_token_on(fixtures: ContractFixtures, route: str) -> None:
    role = "worker" if "/minimal/" in route or "workspace/auth" in route else "root"
    caller = fixtures.people[role]
    token = Credential.read(fixtures.api.token(caller))
    assert token is not None
    request = fixtures.request(route, role, "own", by="bearer")
    fixtures.api.clock.advance(hours=2)
    assert request().status == 200
    kept = fixtures.api.store.get(keys.token(caller.id, token.id))
    assert kept is not None
    assert kept["seen_at"] == instant(fixtures.api.clock())


@pytest.mark.parametrize("route", [route for route in STATUSES if is_scim(route)])
def test_a_use_after_an_hour_moves_the_scim_token_on(fixtures: ContractFixtures, route: str) -> None:
    request = fixtures.request(route, "provider", "own")
    fixtures.api.clock.advance(hours=2)
    assert request().status < 300
    kept = fixtures.api.store.get(keys.scim_token(fixtures.acme.id, 1))
    assert kept is not None
    assert kept["seen_at"] == instant(fixtures.api.clock())
