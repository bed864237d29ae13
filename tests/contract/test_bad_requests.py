"""Bad requests, endpoint by endpoint: the statuses that stand in a contract for a whole dialect."""

import re
from importlib import import_module
from inspect import getmembers, isfunction, signature

import pytest

from local.gateway import Routes
from tests.contract.fixtures import ContractFixtures, granted, is_scim
from tests.contract.recorder import STATUSES
from tests.contract.test_matrix import COLUMNS, MATRIX
from tests.support.guard import TEMPLATE
from tests.workspaces.rows import BAD_BODIES

pytestmark = pytest.mark.any_engine

TESTMO = [(route, statuses) for route, statuses in STATUSES.items() if " /api/v1/" in route]
NOT_TEXT = [route for route, statuses in TESTMO if 400 in statuses]
NOT_VALID = [route for route, statuses in TESTMO if 422 in statuses]
CLOUD_FOUNDRY = [route for route, statuses in STATUSES.items() if " /v2/" in route and 400 in statuses]
OURS = [
    route for route in STATUSES if re.search(" /(api/(workspaces|admin|auth)|docs|health|openapi)\\b", route)
]
OTHERS = [route for route in STATUSES if route not in (*OURS, "$default")]
LISTS_OF_NAMES = ("GET /api/v1/projects/{project_id}/users", "GET /api/v1/project/{project_id}/users")
WITH_A_MEDIA_TYPE = [route for route, statuses in STATUSES.items() if 415 in statuses]
_FUNCTIONS = {route.key: route.function for route in Routes.from_template(TEMPLATE).routes}


def _takes_a_body(route: str) -> bool:
    module = import_module(_FUNCTIONS[route].module)
    own = [each for _, each in getmembers(module, isfunction) if each.__module__ == module.__name__]
    return any("body" in signature(each).parameters for each in own)


WITH_A_BODY = [route for route in WITH_A_MEDIA_TYPE if _takes_a_body(route)]
BODY_FIRST = [
    route
    for route in WITH_A_BODY
    if re.search("/api/admin/(groups|roles|clients)/|/factors/totp/{factorId}/", route)
]
"""Of the site's own, which no ADMIN of it may not see, and of the caller's: read when the body is known."""
WITHOUT_A_BODY = [route for route in WITH_A_MEDIA_TYPE if route not in WITH_A_BODY and not is_scim(route)]


@pytest.mark.parametrize("route", OURS)
def test_fb_18_an_unknown_parameter_is_refused_by_every_endpoint_of_ours(
    fixtures: ContractFixtures, route: str
) -> None:
    request = fixtures.request(route, "root", "own", "unheard=of")
    with fixtures.api.no_effect():
        answer = request()
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [error["field"] for error in answer.data] == ["unheard"]
    assert answer.data[0]["message"].startswith("is no parameter of this endpoint; it takes ")


@pytest.mark.parametrize("route", OTHERS)
def test_fb_18_the_other_documents_ignore_an_unknown_parameter(
    fixtures: ContractFixtures, route: str
) -> None:
    role = granted(route, "member" if route == "GET /api/workspace/auth/me" else "root")
    answer = fixtures.request(route, role, "own", "unheard=of&unheard=twice")()
    assert answer.status == dict(zip(COLUMNS, MATRIX[route]["own"], strict=True))[role] < 300


@pytest.mark.parametrize("route", NOT_TEXT)
def test_a_query_that_is_no_text_is_malformed(fixtures: ContractFixtures, route: str) -> None:
    for query in ("x=%FF", "x=%0", "x=%00"):
        answer = fixtures.request(route, "root", "own", query)()
        assert (answer.status, list(answer.json)) == (400, ["message"]), query


@pytest.mark.parametrize("route", NOT_VALID)
def test_a_query_that_breaks_a_rule_names_the_field(fixtures: ContractFixtures, route: str) -> None:
    field = "per_page" if route in LISTS_OF_NAMES else "expands"
    answer = fixtures.request(route, "root", "own", f"{field}=nonsense")()
    assert (answer.status, list(answer.json), list(answer.json["errors"])) == (
        422,
        ["message", "errors"],
        [field],
    )


@pytest.mark.parametrize("route", WITH_A_MEDIA_TYPE)
def test_a_body_that_is_not_said_to_be_json_is_not_read(fixtures: ContractFixtures, route: str) -> None:
    request = fixtures.request(route, granted(route), "own", raw=b'{"key": "x"}', content_type="text/plain")
    with fixtures.api.no_effect():
        answer = request()
    assert answer.status == 415
    assert answer.json["status" if is_scim(route) else "code"] in ("415", "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("raw", BAD_BODIES)
def test_a_body_that_is_no_strict_json_object_is_refused(fixtures: ContractFixtures, raw: bytes) -> None:
    for route in WITH_A_BODY:
        request = fixtures.request(route, "root", "own", raw=raw)
        with fixtures.api.no_effect():
            answer = request()
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR"), route


def test_what_is_not_there_is_so_before_the_body_is_looked_at(fixtures: ContractFixtures) -> None:
    for route in (route for route in WITH_A_BODY if "absent" in MATRIX[route]):
        request = fixtures.request(route, "root", "absent", raw=b'{"unheard": "of"}')
        with fixtures.api.no_effect():
            answer = request()
        assert answer.status == (400 if route in BODY_FIRST else 404), route


def test_what_is_not_there_is_so_before_its_tag_is_looked_at(fixtures: ContractFixtures) -> None:
    changing = [
        route for route in OURS if route.startswith(("PUT ", "DELETE ")) and "absent" in MATRIX[route]
    ]
    for route in changing:
        request = fixtures.request(route, "root", "absent", headers={"If-Match": '"7"'})
        with fixtures.api.no_effect():
            answer = request()
        assert answer.status == 404, route


@pytest.mark.row("M-05")
def test_a_write_that_takes_no_body_refuses_fields(fixtures: ContractFixtures) -> None:
    for route in WITHOUT_A_BODY:
        request = fixtures.request(route, "root", "own", raw=b'{"unheard": "of"}')
        with fixtures.api.no_effect():
            answer = request()
        assert (answer.status, [error["field"] for error in answer.data]) == (400, ["unheard"]), route


@pytest.mark.parametrize("route", CLOUD_FOUNDRY)
def test_a_query_that_is_no_text_is_a_bad_parameter_to_cloud_foundry(
    fixtures: ContractFixtures, route: str
) -> None:
    for query in ("x=%FF", "x=%0", "x=%00", "page=1e1"):
        answer = fixtures.request(route, "root", "own", query)()
        assert (answer.status, answer.json["code"]) == (400, 10005), query
