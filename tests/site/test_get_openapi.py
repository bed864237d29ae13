"""GET /openapi.json: one document of every endpoint, fresh, valid, and of nothing else."""

import gzip
import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.gateway import HttpRequest, Routes
from tests.contract.conformance import DOCUMENT, OPERATIONS, parts
from tests.contract.recorder import STATUSES
from tests.support.api import Api
from tools.openapi.__main__ import FILE, main, text
from tools.openapi.components import Clash, Shapes

UNSIGNED = (
    *(
        "GET /",
        "GET /v2/info",
        "GET /openapi.json",
        "GET /docs",
        "GET /console",
        "GET /health",
        "POST /api/auth/login",
    ),
    *("POST /api/auth/login/second", "POST /api/auth/login/passkey", "POST /api/auth/login/passkey/options"),
    *("POST /api/auth/invitations/look", "POST /api/auth/invitations/accept"),
    *("POST /api/auth/password/forgotten", "POST /api/auth/password/reset"),
)


def test_the_file_is_what_the_tool_writes() -> None:
    assert FILE.read_text("utf-8") == text()


def test_the_tool_says_whether_a_file_is_fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "openapi.json"
    assert main(["--check"], file) == 1
    assert "stale" in capsys.readouterr().err
    assert main([], file) == 0
    assert main(["--check"], file) == 0


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_it_has_every_route_of_the_template_and_no_other(routes: Routes) -> None:
    assert sorted(OPERATIONS) == [key for key in routes.keys if key != "$default" and not _is_rest(key)]


def test_every_operation_answers_what_its_contract_lists_and_no_other() -> None:
    listed = {
        route: statuses for route, statuses in STATUSES.items() if route != "$default" and not _is_rest(route)
    }
    assert {route: sorted(map(int, each["responses"])) for route, each in OPERATIONS.items()} == listed


def test_the_parameters_of_a_path_are_those_that_it_spells() -> None:
    for route, operation in OPERATIONS.items():
        said = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"]
        assert said == re.findall(r"{(\w+)}", route), route


def test_no_parameter_is_said_twice() -> None:
    for route, operation in OPERATIONS.items():
        said = [(each["in"], each["name"].lower()) for each in operation.get("parameters", ())]
        assert len(said) == len(set(said)), route


def test_every_operation_has_a_name_of_its_own_and_a_sentence() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z][A-Za-z]+", name) for name in names)
    assert all(operation["summary"] for operation in OPERATIONS.values())


def test_every_operation_says_what_proves_the_caller() -> None:
    assert sorted(UNSIGNED) == sorted(route for route, each in OPERATIONS.items() if each["security"] == [])
    schemes = DOCUMENT["components"]["securitySchemes"]
    used = {name for each in OPERATIONS.values() for need in each["security"] for name in need}
    assert used == set(schemes)


def test_every_component_is_there_and_used() -> None:
    referred = {part["$ref"] for part in parts(DOCUMENT) if isinstance(part.get("$ref"), str)}
    there = {
        f"#/components/{kind}/{name}"
        for kind, every in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in every
    }
    assert referred == there


def test_nothing_of_the_frameworks_own_failures_is_in_it() -> None:
    assert [
        name
        for name in DOCUMENT["components"]["schemas"]
        if "HTTPValidation" in name or name == "ValidationError"
    ] == []
    assert "500" not in {status for each in OPERATIONS.values() for status in each["responses"]}


def test_two_shapes_of_one_name_are_refused() -> None:
    shapes = Shapes()
    shapes.add({"User": {"type": "object"}, "Listed_User_": {"type": "array"}})
    shapes.add({"User": {"type": "object", "title": "User"}})
    with pytest.raises(Clash, match="ListedOfUser"):
        shapes.add({"Listed_User_": {"type": "object"}})


def test_it_is_served_to_anybody(api: Api) -> None:
    answer = api.get("/openapi.json")
    assert answer.status == 200
    assert answer.json == DOCUMENT
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_it_is_compressed_for_who_takes_that(api: Api) -> None:
    plain = api.gateway.handle(HttpRequest.of("GET", "/openapi.json"))
    packed = api.gateway.handle(HttpRequest.of("GET", "/openapi.json", [("accept-encoding", "gzip, br")]))
    assert dict(packed.headers)["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.body)) == json.loads(plain.body)
    assert len(packed.body) * 5 < len(plain.body)


def _is_rest(route: str) -> bool:
    """Whether it takes any rest of a path: SCIM's refusals, and the console's files."""
    return route.endswith("+}")
