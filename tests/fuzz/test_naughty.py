"""Naughty strings wherever a request holds text: kept exactly, or refused with a 4xx that keeps nothing."""

from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.fixtures import ContractFixtures
from tests.fuzz.naughty import NAUGHTY
from tests.support.api import Answer
from tests.support.directory import PASSWORD
from tests.support.snapshots import everything

pytestmark = pytest.mark.any_engine

Send = Callable[[ContractFixtures, str], Answer]

Deploy = Callable[..., None]


_numbers = count()


def _fresh(body: dict[str, Any]) -> dict[str, Any]:
    """The body with a number of its own for each `#`, so that no name in it is taken."""
    return {
        name: value.replace("#", str(next(_numbers))) if isinstance(value, str) else value
        for name, value in body.items()
    }


def _posting(path: str, body: dict[str, Any], field: str) -> Send:
    """Sends `body` with the string at the field, which may be one inside another (`settings.locale`)."""
    outer, _, inner = field.partition(".")

    def send(fixtures: ContractFixtures, text: str) -> Answer:
        filled = {**_fresh(body), outer: {inner: text} if inner else text}
        return fixtures.api.post(path.format(acme=fixtures.acme.id), filled, as_=fixtures.people["root"])

    return send


_WORKSPACE = {"key": "fresh-#", "name": "Fresh"}
_USER = {"email": "f#@example.com", "fullName": "F", "password": "quite another phrase", "roles": ["USER"]}
_SETTINGS = ("locale", "timeZone", "dateFormat", "regionCode")

KEPT: dict[str, Send] = {
    **{f"workspace {name}": _posting("/api/workspaces", _WORKSPACE, name) for name in _WORKSPACE},
    **{f"user {name}": _posting("/api/admin/users", _USER, name) for name in ("email", "fullName")},
    "token name": _posting("/api/auth/tokens", {}, "name"),
}
"""What an answer shows again."""

NOT_SHOWN: dict[str, Send] = {
    **{f"setting {name}": _posting("/api/workspaces", _WORKSPACE, f"settings.{name}") for name in _SETTINGS},
    "a setting's name": lambda fixtures, text: fixtures.api.post(
        "/api/workspaces", {**_fresh(_WORKSPACE), "settings": {text: "x"}}, as_=fixtures.people["root"]
    ),
    "a field's name": lambda fixtures, text: fixtures.api.post(
        "/api/workspaces", {**_fresh(_WORKSPACE), text: "x"}, as_=fixtures.people["root"]
    ),
    "user password": _posting("/api/admin/users", _USER, "password"),
    "user roles": lambda fixtures, text: fixtures.api.post(
        "/api/admin/users", {**_fresh(_USER), "roles": [text]}, as_=fixtures.people["root"]
    ),
    "member userId": _posting("/api/workspaces/{acme}/members", {"role": "MEMBER"}, "userId"),
    "token workspaceId": _posting("/api/auth/tokens", {"name": "ci"}, "workspaceId"),
    "token expiresAt": _posting("/api/auth/tokens", {"name": "ci"}, "expiresAt"),
    "login email": _posting("/api/auth/login", {"password": PASSWORD}, "email"),
    "login password": _posting("/api/auth/login", {"email": "member@example.com"}, "password"),
}
"""What only has to be refused or taken."""


def _in_path(route: str, name: str) -> Send:
    method, _, path = route.partition(" ")

    def send(fixtures: ContractFixtures, text: str) -> Answer:
        target = path.replace("{acme}", fixtures.acme.id).replace(name, quote(text, safe=""))
        bearer = target.startswith("/api/v1/")
        proof: dict[str, Any] = {"bearer" if bearer else "as_": fixtures.people["root"]}
        return fixtures.api.send(method, target, **proof)

    return send


PATHS: dict[str, Send] = {
    f"{route} {name}": _in_path(route, name)
    for route, name in (
        ("GET /api/workspaces/{workspaceId}", "{workspaceId}"),
        ("DELETE /api/workspaces/{acme}/members/{userId}", "{userId}"),
        ("DELETE /api/admin/users/{userId}", "{userId}"),
        ("DELETE /api/auth/tokens/{tokenId}", "{tokenId}"),
        ("GET /api/v1/users/{user_id}", "{user_id}"),
        ("GET /api/v1/projects/{project_id}/users", "{project_id}"),
        ("GET /api/v1/groups/{number}", "{number}"),
    )
}

QUERIES = (
    ("/api/workspaces", "page"),
    ("/api/workspaces", "size"),
    ("/api/v1/users", "page"),
    ("/api/v1/users", "per_page"),
    ("/api/v1/users", "expands"),
    ("/api/v1/users", "unknown"),
    ("/v2/spaces", "q"),
    ("/v2/spaces", "order-by"),
    ("/v2/spaces", "include-relations"),
    ("/api/workspace/auth/me", "access_token"),
)

HEADERS = (
    ("GET", "/api/v1/user", "authorization", "Bearer {}"),
    ("GET", "/api/v1/user", "authorization", "{}"),
    ("GET", "/api/workspace/auth/me", "authorization", "Bearer {}"),
    ("GET", "/api/auth/me", "cookie", "__Host-session={}"),
    ("GET", "/api/auth/me", "cookie", "{}"),
    ("POST", "/api/auth/logout", "origin", "{}"),
    ("POST", "/api/workspaces", "content-type", "{}"),
    ("POST", "/api/workspaces", "idempotency-key", "{}"),
    ("PUT", "/api/admin/users/{root}", "if-match", '"{}"'),
)


@pytest.mark.row("item-20", "P-22")
@pytest.mark.parametrize("slot", KEPT)
def test_text_in_a_body_comes_back_exactly_or_is_refused(fixtures: ContractFixtures, slot: str) -> None:
    field, before, taken = slot.partition(" ")[2], everything(fixtures.api.store), 0
    for name, text in NAUGHTY.items():
        answer = KEPT[slot](fixtures, text)
        assert answer.status in (200, 400), name
        after = everything(fixtures.api.store)
        if answer.status == 200:
            assert answer.data[field] == (text.lower() if field == "key" else text), name
            before, taken = after, taken + 1
        assert after == before, name
    assert (taken > 0) is (field != "email")


@pytest.mark.row("item-20")
def test_text_in_any_other_field_is_taken_or_refused(fixtures: ContractFixtures) -> None:
    for slot, send in NOT_SHOWN.items():
        for name, text in NAUGHTY.items():
            assert send(fixtures, text).status in (200, 400, 401, 404), (slot, name)


@pytest.mark.row("item-20", "P-02")
def test_text_in_a_path_names_nothing(fixtures: ContractFixtures) -> None:
    with fixtures.api.no_effect():
        for slot, send in PATHS.items():
            for name, text in NAUGHTY.items():
                assert send(fixtures, text).status in (400, 404, 431), (slot, name)


@pytest.mark.row("item-20")
def test_text_in_a_query_is_ignored_or_refused(fixtures: ContractFixtures) -> None:
    for path, parameter in QUERIES:
        query_proves = parameter == "access_token"
        proof = (
            {} if query_proves else {"as_" if "/workspaces" in path else "bearer": fixtures.people["root"]}
        )
        for name, text in NAUGHTY.items():
            answer = fixtures.api.get(f"{path}?{parameter}={quote(text, safe='')}", **proof)
            assert answer.status in (200, 400, 401, 422, 431), (path, parameter, name)
            assert not (query_proves and answer.status == 200), name


@pytest.mark.row("item-20")
def test_text_in_a_header_is_refused_or_means_nothing(fixtures: ContractFixtures) -> None:
    root = fixtures.people["root"]
    for method, path, header, form in HEADERS:
        proof: dict[str, Any] = {} if header in ("authorization", "cookie") else {"as_": root}
        for name, text in NAUGHTY.items():
            headers = {header: form.format(text)}
            body = _fresh(_WORKSPACE) if path == "/api/workspaces" else {} if method == "PUT" else None
            answer = fixtures.api.send(method, path.format(root=root.id), body, headers=headers, **proof)
            assert answer.status in (200, 400, 401, 403, 412, 415, 431), (path, header, name)
            assert answer.status != 200 or proof, (path, header, name)


@pytest.mark.row("item-20", "H-10")
def test_text_in_an_identity_header_is_never_believed(fixtures: ContractFixtures, deployed: Deploy) -> None:
    deployed(IDENTITY_HEADER_PROOF="none")
    good = {
        "X-User-Id": fixtures.people["root"].id,
        "X-Org-Id": fixtures.acme.id,
        "X-Project-Id": fixtures.web.id,
    }
    for header in good:
        for name, text in NAUGHTY.items():
            answer = fixtures.api.get("/minimal/rest/user/v1/org", headers={**good, header: text})
            assert answer.status in (400, 401, 404, 431), (header, name)
