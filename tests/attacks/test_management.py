"""What holds for every write of Workspaces: foreign pages, retries, and bodies that nobody asked for."""

import json
from importlib import import_module
from inspect import getsource
from typing import Any

import pytest

from local.gateway import Routes
from tests.contract.fixtures import LINKS, ContractFixtures
from tests.contract.test_matrix import WORKSPACES
from tests.support.guard import TEMPLATE

WRITES = [route for route in (*WORKSPACES, *LINKS) if not route.startswith("GET ")]
_FUNCTIONS = {route.key: route.function for route in Routes.from_template(TEMPLATE).routes}
CREATING = [
    route for route in WRITES if ".commit_once(" in getsource(import_module(_FUNCTIONS[route].module))
]
"""The writes that keep their answer under an Idempotency-Key."""
MADE_BY_A_BROWSER = ("POST /api/auth/factors/passkeys",)
"""Whose bodies answer a challenge: tests/passkeys sends another one under the same key."""
SHOWN_ONCE = ("secret", "link")


@pytest.mark.row("M-01")
def test_a_page_of_another_origin_writes_nothing_anywhere(fixtures: ContractFixtures) -> None:
    for route in WRITES:
        request = fixtures.request(route, "root", "own", headers={"Origin": "https://evil.example"})
        with fixtures.api.no_effect():
            answer = request()
        assert (answer.status, answer.code) == (403, "FORBIDDEN"), route


@pytest.mark.row("M-02")
def test_one_key_at_every_creating_endpoint_is_a_key_of_each(fixtures: ContractFixtures) -> None:
    assert len(CREATING) >= 12
    for route in CREATING:
        request = fixtures.request(route, "root", "own", headers={"Idempotency-Key": "one for all"})
        first = request()
        assert first.status == 200, (route, first.text)
        with fixtures.api.no_effect():
            again = request()
        shown = dict.fromkeys(name for name in SHOWN_ONCE if name in first.data)
        assert again.data == {**first.data, **shown}, route


@pytest.mark.row("M-03")
def test_a_key_that_comes_with_another_body_is_refused_everywhere(fixtures: ContractFixtures) -> None:
    key = {"Idempotency-Key": "k"}
    for route in CREATING:
        body = fixtures.body(route, "root")
        if body is None or route in MADE_BY_A_BROWSER:
            continue
        sent = [json.dumps(each).encode() for each in (body, _another(body))]
        first, other = (fixtures.request(route, "root", "own", raw=raw, headers=key) for raw in sent)
        assert first().status == 200, route
        with fixtures.api.no_effect():
            answer = other()
        assert (answer.status, answer.code) == (422, "IDEMPOTENCY_MISMATCH"), route


@pytest.mark.row("M-04")
def test_the_key_of_somebody_else_gives_nobody_their_answer(fixtures: ContractFixtures) -> None:
    key = {"Idempotency-Key": "k"}
    for route in (route for route in CREATING if "{workspaceId}" in route):
        body = json.dumps(fixtures.body(route, "root")).encode()
        mine, theirs = (
            fixtures.request(route, who, "own", raw=body, headers=key) for who in ("root", "boss")
        )
        first, second = mine(), theirs()
        assert first.status == 200, route
        assert second.status == 409 or second.data["id"] != first.data["id"], route


def _another(body: dict[str, Any]) -> dict[str, Any]:
    """The body with another value of a field."""
    if "name" in body:
        return {**body, "name": "Another"}
    return {**body, "role": "ADMIN"} if "role" in body else {**body, "fullName": "Another"}
