"""Requests under attack, rows P-01 to P-28: what the endpoints' own suites do not show of path and body."""

import base64
import json
import re
from typing import Any, cast

import pytest

from local.gateway import RESULT_BYTES, reply
from roster import dependencies
from roster.clock import Deadline
from roster.db.store import Store
from roster.dialects.fields import Wire
from roster.dialects.testmo import schemas
from roster.dialects.workspaces.schemas import WHOLE, AdminUser, Listed, Member
from roster.domain import Membership, PlatformRole, User, WorkspaceRole
from tests.attacks.conftest import Site
from tests.contract.fixtures import ContractFixtures, granted
from tests.contract.recorder import STATUSES
from tests.support.api import bare, in_process

pytestmark = pytest.mark.any_engine

WORKSPACE = {"key": "umbra", "name": "Umbra"}
SENTINEL = "sentinel 4b7e of an error"


@pytest.mark.row("P-01")
@pytest.mark.parametrize(
    "path",
    [
        "/public/../api/admin/users",
        "/api/workspaces/../admin/users",
        "/api/workspaces/%2e%2e/admin/users",
        "/api/workspaces/..%2fadmin%2fusers",
        "/api/v1/../admin/users",
        "//api/admin/users",
        "/api/./admin/users",
        "/api/admin/users/.",
        "/api/workspaces/..%252fadmin%252fusers",
        "/api/admin/users%00",
        "/api/admin/users;x=1",
    ],
)
def test_a_path_is_matched_as_it_stands_and_leads_nowhere_else(fixtures: ContractFixtures, path: str) -> None:
    with fixtures.api.no_effect():
        assert fixtures.api.get(path, as_=fixtures.people["root"]).status == 404
        assert fixtures.api.get(path, as_=fixtures.people["boss"]).status in (403, 404)


@pytest.mark.row("P-01")
def test_an_encoded_slash_leads_where_a_slash_does(fixtures: ContractFixtures) -> None:
    """The gateway decodes before it looks for a route; whom the endpoint admits is the same."""
    for who in ("root", "boss"):
        sent = {"as_": fixtures.people[who]}
        encoded, plain = (
            fixtures.api.get(path, **sent) for path in ("/api/admin%2fusers", "/api/admin/users")
        )
        assert bare(encoded) == bare(plain)


@pytest.mark.row("P-01")
def test_another_path_beside_the_route_reaches_no_other_endpoint(site: Site) -> None:
    """The function that the route names holds that endpoint alone, whatever the event says of the path."""
    root = site.directory.admin()
    cookies = [f"__Host-session={site.api.cookie(root)}"]
    functions = {route.key: route.function for route in site.api.gateway.routes.routes}
    for method, path in (("GET", "/api/admin/users"), ("DELETE", f"/api/admin/users/{site.user.id}")):
        event = {
            "routeKey": "GET /api/workspaces/{workspaceId}",
            "rawPath": path,
            "cookies": cookies,
            "pathParameters": {"workspaceId": site.workspace.id},
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        }
        with site.api.no_effect():
            answer = in_process(functions["GET /api/workspaces/{workspaceId}"], event)
        assert answer["statusCode"] == 404


@pytest.mark.row("P-07")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/users/"),
        ("GET", "/api/v1//users"),
        ("GET", "/API/v1/users"),
        ("HEAD", "/api/v1/users"),
        ("OPTIONS", "/api/v1/users"),
        ("GET", "/minimal/rest/user/v1/org/"),
        ("TRACE", "/minimal/rest/user/v1/org"),
        ("GET", "/minimal/rest/user/V1/org"),
        ("POST", "/api/workspace/auth/me"),
        ("GET", "/api/workspace/auth/ME"),
        ("GET", "/api/auth/login"),
        ("DELETE", "/api/auth/me/password"),
    ],
)
def test_what_is_almost_a_route_is_none(fixtures: ContractFixtures, method: str, path: str) -> None:
    headers = {"x-http-method-override": "GET", "x-original-url": "/api/admin/users", "x-rewrite-url": "/"}
    with fixtures.api.no_effect():
        answer = fixtures.api.send(method, path, bearer=fixtures.people["root"], headers=headers)
    assert answer.status == 404


@pytest.mark.row("P-19")
def test_a_body_in_base64_is_the_body(site: Site) -> None:
    cookie = site.api.cookie(site.directory.admin())

    def create(body: str) -> dict[str, Any]:
        event = {
            "routeKey": "POST /api/workspaces",
            "rawPath": "/api/workspaces",
            "headers": {"content-type": "application/json"},
            "cookies": [f"__Host-session={cookie}"],
            "requestContext": {"http": {"method": "POST"}, "stage": "$default"},
            "body": body,
            "isBase64Encoded": True,
        }
        functions = {route.key: route.function for route in site.api.gateway.routes.routes}
        answer: dict[str, Any] = in_process(functions["POST /api/workspaces"], event)
        return answer

    good = base64.b64encode(json.dumps(WORKSPACE).encode()).decode()
    with site.api.no_effect():
        for body in ("{", json.dumps(WORKSPACE), good[:-3], good + "!", "/w==", "wqk="):
            assert create(body)["statusCode"] == 400
    assert create(good)["statusCode"] == 200


CROOKED: dict[str, dict[str, Any]] = {
    "query-a-number": {"rawQueryString": 1},
    "parameters-of-other-types": {"queryStringParameters": {"page": 1, "size": None}},
    "parameters-a-list": {"queryStringParameters": [1]},
    "base64-a-text": {"isBase64Encoded": "yes"},
    "request-id-with-an-escape": {"requestId": "\x1b[31m"},
    "request-id-a-line-more": {"requestId": "a\r\nSet-Cookie: x=1"},
    "request-id-a-surrogate": {"requestId": "\ud800"},
    "request-id-of-another-alphabet": {"requestId": "\u00fc"},
    "request-id-too-long": {"requestId": "x" * 10_000},
}


@pytest.mark.row("item-18")
@pytest.mark.parametrize("crooked", CROOKED)
def test_what_no_gateway_would_send_counts_as_not_sent(site: Site, crooked: str) -> None:
    """Found by fuzzing: each of them once broke an answer, or the making of its headers."""
    cookie, change = site.api.cookie(site.directory.admin()), dict(CROOKED[crooked])
    frame = {"http": {"method": "POST"}, "stage": "$default", "requestId": change.pop("requestId", "r-1")}
    event = {
        "routeKey": "POST /api/workspaces",
        "rawPath": "/api/workspaces",
        "headers": {"content-type": "application/json"},
        "cookies": [f"__Host-session={cookie}"],
        "requestContext": frame,
        "body": json.dumps(WORKSPACE),
        **change,
    }
    functions = {route.key: route.function for route in site.api.gateway.routes.routes}
    response = reply(in_process(functions["POST /api/workspaces"], event))
    assert response.status == 200
    assert re.fullmatch(r"[A-Za-z0-9-]{1,40}", dict(response.headers)["x-request-id"])


LONGEST = User(
    id="i" * 128,
    number=999_999_999,
    email="x" * 64 + "@" + "d" * 185 + ".com",
    full_name="\U0001f600" * 255,
    created_at="2026-04-13T01:00:00Z",
    roles=(PlatformRole.ADMIN, PlatformRole.USER),
    timezone="z" * 64,
    date_format="\U0001f600" * 255,
    time_format="\U0001f600" * 255,
    groups=tuple(range(1, 101)),
)


@pytest.mark.row("P-27", "item-25")
def test_the_largest_page_of_the_longest_rows_fits_an_answer() -> None:
    membership = Membership("w" * 64, LONGEST.id, WorkspaceRole.MEMBER, 1, LONGEST.created_at)
    pages: list[Wire] = [
        Listed[AdminUser](data=[AdminUser.of(LONGEST)] * WHOLE, timestamp=LONGEST.created_at),
        Listed[Member](data=[Member.of(membership, LONGEST)] * WHOLE, timestamp=LONGEST.created_at),
        schemas.TestmoUserPage(
            page=1,
            prev_page=None,
            next_page=None,
            last_page=1,
            per_page=100,
            total=100,
            result=[schemas.TestmoUser.of(LONGEST)] * 100,
            expands=schemas.TestmoExpands(),
        ),
    ]
    for page in pages:
        assert len(page.model_dump_json().encode()) < 5_000_000 < RESULT_BYTES


class Broken:
    """A table that fails as nobody foresaw."""

    def within(self, _: Deadline) -> "Broken":
        return self

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(SENTINEL)


@pytest.mark.row("item-48")
@pytest.mark.usefixtures("broken_on_purpose")
def test_an_unforeseen_error_at_any_endpoint_is_500_and_tells_nothing(
    fixtures: ContractFixtures, caplog: pytest.LogCaptureFixture
) -> None:
    routes = [route for route, statuses in STATUSES.items() if 503 in statuses]
    requests = {route: fixtures.request(route, granted(route, "worker"), "own") for route in routes}
    broken = cast(Store, Broken())
    dependencies.use(dependencies.Dependencies(broken, fixtures.api.clock))
    for route, send in requests.items():
        answer = send()
        assert answer.status == 500, route
        assert SENTINEL not in answer.text, route
        assert "Traceback" not in answer.text, route
    assert [record.getMessage() for record in caplog.records].count("broken") == len(routes)
    assert SENTINEL not in caplog.text
    assert not any(SENTINEL in repr(vars(record)) for record in caplog.records)
