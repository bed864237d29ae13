"""The OpenAPI document for its readers: people on the page, and the programs that make clients of it."""

import re
from typing import Any

import jsonschema_rs
import pytest

from roster.auth.passwords import reason_to_refuse
from tests.contract.conformance import DOCUMENT, OPERATIONS, parts
from tests.support.api import Api
from tests.support.directory import Directory

BODIES = {
    route: content
    for route, operation in OPERATIONS.items()
    for content in operation.get("requestBody", {}).get("content", {}).values()
}
VERBS = (
    *("get", "list", "create", "update", "replace", "delete", "add", "remove", "change", "issue", "revoke"),
    *("end", "unlock", "accept", "look", "resend", "forget", "reset", "set"),
    *("log", "begin", "enrol", "confirm", "reauthenticate"),
    *("try", "retry", "replay", "renew"),
)


def parameters(route: str, place: str) -> dict[str, dict[str, Any]]:
    """An operation's parameters in the query, path or headers, by name."""
    return {each["name"]: each for each in OPERATIONS[route].get("parameters", ()) if each["in"] == place}


def test_fn_14_each_shape_of_an_error_has_one_name() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    used: dict[str, list[str]] = {}
    for response, said in DOCUMENT["components"]["responses"].items():
        [content] = said["content"].values()
        schema = content["schema"]
        for one in schema.get("anyOf", [schema]):
            assert list(one) == ["$ref"], f"{response} has a shape without a name"
            used.setdefault(one["$ref"].rpartition("/")[2], []).append(response)
    shapes = [repr(schemas[name]) for name in used]
    assert len(shapes) == len(set(shapes))
    for route, operation in OPERATIONS.items():
        errors = [said for status, said in operation["responses"].items() if status >= "400"]
        assert all(list(said) == ["$ref"] for said in errors), route


def test_fn_14_no_shape_of_an_answer_is_spelled_out_where_it_is_used() -> None:
    for route, operation in OPERATIONS.items():
        if route != "GET /openapi.json":  # whose shape is OpenAPI's own
            assert [part for part in parts(operation["responses"]) if "properties" in part] == [], route


def test_fn_14_numbers_are_integers() -> None:
    asked = {
        (name, each["schema"].get("type"))
        for route in OPERATIONS
        for name, each in parameters(route, "query").items()
        if name in ("page", "per_page", "results-per-page", "size")
    }
    assert asked == {(name, "integer") for name in ("page", "per_page", "results-per-page", "size")}
    patterns = {part["pattern"] for part in parts(DOCUMENT["paths"]) if "pattern" in part}
    assert [one for one in patterns if re.fullmatch(one, "7") and not re.fullmatch(one, "x")] == []


def test_fn_14_who_and_where_are_headers_that_a_generated_client_has() -> None:
    named = {"X-User-Id", "X-Org-Id", "X-Project-Id"}
    for route, operation in OPERATIONS.items():
        if operation["tags"] == ["User Space"]:
            sent = parameters(route, "header")
            assert set(sent) == named
            assert all(each["required"] for each in sent.values())
    assert named.isdisjoint(each.get("name") for each in DOCUMENT["components"]["securitySchemes"].values())


@pytest.mark.parametrize("name", [operation["operationId"] for operation in OPERATIONS.values()])
def test_fn_14_an_operations_name_begins_with_what_it_does(name: str) -> None:
    assert name in ("login", "logout") or re.match("[a-z]+", name)[0] in VERBS  # type: ignore[index]


def test_fn_13_the_document_says_in_front_what_it_is_and_how_to_sign_in() -> None:
    said = DOCUMENT["info"]["description"]
    assert said.startswith("Roster is a directory")
    assert "### How to sign in" in said
    assert "Authorization: Bearer" in said
    named = re.findall(r"`((?:GET|POST|PUT|DELETE) /[^` ]*)`", said)
    assert {"POST /api/auth/login", "POST /api/auth/tokens", "POST /oauth/token"} <= set(named)
    assert set(named) <= set(OPERATIONS)


@pytest.mark.parametrize("route", OPERATIONS)
def test_fn_13_an_operation_says_with_which_credential(route: str) -> None:
    said = OPERATIONS[route]["description"]
    assert said.endswith("Anybody may call it.") == (OPERATIONS[route]["security"] == [])
    assert re.search(r"(^|\. )(Call it with .+|Anybody may call it)\.$", said)


def test_fn_13_each_body_has_an_example_that_fits_its_schema() -> None:
    contents = [part["application/json"] for part in parts(DOCUMENT) if "application/json" in part]
    for content in [*contents, *BODIES.values()]:
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert [error.message for error in validator.iter_errors(content["example"])] == []


def test_fn_13_the_example_of_a_user_is_no_admin_and_wants_a_password(api: Api, directory: Directory) -> None:
    shown, root = BODIES["POST /api/admin/users"]["example"], directory.admin()
    refused = api.post("/api/admin/users", shown, as_=root)
    assert (refused.status, [each["field"] for each in refused.json["data"]]) == (400, ["password"])
    made = api.post("/api/admin/users", {**shown, "password": "four shelves of green maps"}, as_=root)
    assert (made.status, made.data["roles"]) == (200, ["USER"])


def test_fn_13_no_example_sets_a_password_that_may_be_one() -> None:
    given = [
        (name, value)
        for content in BODIES.values()
        for name, value in content["example"].items()
        if name in ("password", "newPassword")
    ]
    assert len(given) == 5
    assert [name for name, value in given if reason_to_refuse(value) is None] == []
