"""Without a session that lives, every endpoint answers the same 401, whatever was wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from roster.auth.credentials import Credential
from roster.directory import users
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import ENDPOINTS, NOWHERE, Endpoint, Fixtures, assert_refused, bare, named

pytestmark = pytest.mark.any_engine

Presented = Callable[[Api, Fixtures], dict[str, Any]]


def _cookie(text: str) -> dict[str, Any]:
    return {"headers": {"cookie": text}}


def _changed(text: str) -> str:
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def _of(user_id: str) -> Presented:
    return lambda api, fixtures: {"as_": f"session_{user_id}.{api.cookie(fixtures.root).partition('.')[2]}"}


WRONG: dict[str, Presented] = {
    "empty": lambda api, fixtures: _cookie("__Host-session="),
    "garbage": lambda api, fixtures: {"as_": "garbage"},
    "non-ascii": lambda api, fixtures: {"as_": "sessi\u00f6n"},
    "9-kB": lambda api, fixtures: {"as_": "x" * 9_000},
    "unknown-secret": lambda api, fixtures: {"as_": str(Credential.new("session", fixtures.root.id))},
    "unknown-user": lambda api, fixtures: {"as_": str(Credential.new("session", NOWHERE))},
    "one-character-changed": lambda api, fixtures: {"as_": _changed(api.cookie(fixtures.root))},
    "one-character-more": lambda api, fixtures: {"as_": api.cookie(fixtures.root) + "A"},
    "another-kind": lambda api, fixtures: {"as_": api.cookie(fixtures.root).replace("session", "token", 1)},
    "anothers-secret": lambda api, fixtures: _of(fixtures.boss.id)(api, fixtures),
    "key-in-the-user-id": _of("u#PROFILE"),
    "id-instead-of-secret": lambda api, fixtures: {
        "as_": f"session_{fixtures.root.id}.{'0' * 43}",
    },
    "another-name": lambda api, fixtures: _cookie(f"session={api.cookie(fixtures.root)}"),
    "S-12-twice": lambda api, fixtures: {
        "as_": fixtures.root,
        **_cookie(f"__Host-session={api.cookie(fixtures.root)}"),
    },
    "S-12-two": lambda api, fixtures: {"as_": fixtures.root, **_cookie("__Host-session=garbage")},
    "S-13-bearer-beside": lambda api, fixtures: {
        "as_": fixtures.root,
        "headers": {"authorization": f"Bearer {api.cookie(fixtures.root)}"},
    },
    "S-13-basic-beside": lambda api, fixtures: {
        "as_": fixtures.root,
        "headers": {"authorization": "Basic eDp5"},
    },
    "Z-02-bearer-alone": lambda api, fixtures: {
        "headers": {"authorization": f"Bearer {api.cookie(fixtures.root)}"},
    },
    "H-02-identity-header": lambda api, fixtures: {"headers": {"x-user-id": fixtures.root.id}},
}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
@pytest.mark.row("S-12", "S-13", "Z-01")
def test_no_session_is_one_answer_for_every_reason(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    with api.no_effect():
        none = endpoint.send(api, fixtures)
        assert_refused(none, 401)
        for reason, presented in WRONG.items():
            refused = endpoint.send(api, fixtures, **presented(api, fixtures))
            assert bare(refused) == bare(none), reason


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_the_session_of_one_who_may_not_enter_is_no_session(
    api: Api, directory: Directory, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    deleted, suspended, changed = (directory.admin(name) for name in ("gone", "out", "new"))
    cookies = [api.cookie(user) for user in (deleted, suspended, changed)]
    users.delete(api.store, deleted, by=directory.by)
    directory.suspend(suspended)
    users.change(api.store, changed, lambda user: user, by=directory.by, password="hash")
    none = bare(endpoint.send(api, fixtures))
    with api.no_effect():
        for cookie in cookies:
            assert bare(endpoint.send(api, fixtures, as_=cookie)) == none


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_identity_comes_before_everything_else(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    none = bare(endpoint.send(api, fixtures))
    more = {"raw": b"{", "headers": {"content-type": "text/plain", "origin": "https://evil.example"}}
    assert bare(endpoint.send(api, fixtures, workspace="%00", user="%00", **more)) == none


@pytest.mark.row("S-12")
def test_a_cookie_too_long_for_the_gateway_never_arrives(api: Api) -> None:
    assert api.get("/api/auth/me", as_="x" * 20_000).status == 431
