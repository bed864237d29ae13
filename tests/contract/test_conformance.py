"""An answer that is not as the OpenAPI document says fails the test that got it, whatever that asserts."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract import recorder
from tests.contract.conformance import DOCUMENT, find_fault
from tests.workspaces.fixtures import NO_PROFILE

ROUTE = "GET /api/admin/users/{userId}"
USER = {
    "id": "u1",
    "email": "u1@example.com",
    "fullName": "U",
    "roles": ["USER"],
    "active": True,
    "createdAt": "2026-04-13T01:00:00Z",
    **NO_PROFILE,
}


def answer() -> dict[str, Any]:
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json; charset=utf-8", "X-Request-Id": "r", "ETag": '"1"'},
        "body": {"code": "SUCCESS", "data": dict(USER), "timestamp": "2026-04-13T01:00:00Z"},
    }


def written(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "body": json.dumps(made["body"])}


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a field more": lambda made: made["body"]["data"].update(password="x"),
    "a field less": lambda made: made["body"]["data"].pop("active"),
    "another type": lambda made: made["body"]["data"].update(active="yes"),
    "null": lambda made: made["body"]["data"].update(email=None),
    "a value that is none of its kind": lambda made: made["body"]["data"].update(roles=["OWNER"]),
    "another code": lambda made: made["body"].update(code="OK"),
    "no moment": lambda made: made["body"].update(timestamp="today"),
    "a header less": lambda made: made["headers"].pop("ETag"),
    "another header": lambda made: made["headers"].update(ETag="1"),
    "another media type": lambda made: made["headers"].update({"Content-Type": "text/html; charset=utf-8"}),
    "no charset": lambda made: made["headers"].update({"Content-Type": "application/json"}),
    "the refusal of another status": lambda made: made.update(statusCode=404),
}


def test_an_answer_as_the_document_says_passes() -> None:
    assert find_fault(ROUTE, written(answer())) is None


@pytest.mark.parametrize("name", BREAKS)
def test_an_answer_with_one_thing_wrong_does_not(name: str) -> None:
    broken = answer()
    BREAKS[name](broken)
    assert find_fault(ROUTE, written(broken)) is not None


def test_it_fails_the_test_that_got_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SEEN", set())
    broken = answer()
    broken["body"]["data"]["password"] = "x"
    with pytest.raises(pytest.fail.Exception, match="'password' was unexpected"):
        recorder.note({"routeKey": ROUTE}, written(broken))


def test_no_object_of_the_document_is_open_but_where_its_keys_are_data() -> None:
    """So that each answer is held to its shape, not to one that takes anything."""
    schemas = DOCUMENT["components"]["schemas"]
    objects = {name for name, schema in schemas.items() if "properties" in schema}
    assert {name for name in objects if schemas[name].get("additionalProperties") is not False} == {
        "OAuthTokenRequest",  # a form's other fields are ignored
        "OAuthRevocationRequest",
        *("Attestation", "AttestationResponse"),  # what a browser makes: later ones add members
        *("Assertion", "AssertionResponse"),
        "ScimPatch",  # what else a provider sends is ignored
    }
    assert not [name for name, schema in schemas.items() if schema == {"type": "object"}]
