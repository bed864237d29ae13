"""Who calls, what is no request at all, and what has no endpoint; all endpoints alike."""

from typing import Any

import pytest

from roster.auth import api_tokens
from roster.auth.credentials import Credential
from roster.directory import users
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.testmo.fixtures import Fixtures, assert_refused

pytestmark = pytest.mark.any_engine

PATHS = (
    "/api/v1/user",
    "/api/v1/users",
    "/api/v1/users/1",
    "/api/v1/projects/1/users",
    "/api/v1/project/1/users",
    "/api/v1/groups",
    "/api/v1/groups/1",
    "/api/v1/roles",
    "/api/v1/roles/2",
    "/api/v1/projects",
    "/api/v1/projects/1",
)

everywhere = pytest.mark.parametrize("path", PATHS)


@everywhere
@pytest.mark.row("J-28", "J-29", "J-30", "S-16", "Z-02")
def test_whatever_is_no_live_token_is_one_401(
    api: Api, directory: Directory, fixtures: Fixtures, path: str
) -> None:
    none = api.get(path)
    assert_refused(none, 401)
    token, session = api.token(fixtures.root), api.cookie(fixtures.root)
    revoked, gone, out = directory.token(fixtures.root), directory.admin("gone"), directory.admin("out")
    credential = Credential.read(revoked)
    assert credential is not None
    api_tokens.revoke(api.store, fixtures.root, credential.id, by=directory.by)
    api.token(gone)
    api.token(out)
    users.delete(api.store, gone, by=directory.by)
    directory.suspend(out)
    refused: dict[str, dict[str, Any]] = {
        "Basic": {"headers": {"authorization": "Basic eDp5"}},
        "cookie instead": {"as_": session},
        "cookie as a token": {"bearer": session},
        "token in the cookie": {"as_": token},
        "no scheme": {"headers": {"authorization": token}},
        "no token": {"headers": {"authorization": "Bearer"}},
        "colon": {"headers": {"authorization": f"Bearer: {token}"}},
        "another scheme": {"headers": {"authorization": f"Bearerx {token}"}},
        "tab": {"headers": {"authorization": f"Bearer\t{token}"}},
        "two": {"headers": {"authorization": f"Bearer {token},Bearer {token}"}},
        "two words": {"bearer": f"{token} x"},
        "one character more": {"bearer": f"{token}="},
        "unknown secret": {"bearer": str(Credential.new("token", fixtures.root.id))},
        "garbage": {"bearer": "garbage"},
        "non-ascii": {"bearer": "t\u00f6ken"},
        "9 kB": {"bearer": "x" * 9_000},
        "expired": {"bearer": directory.token(fixtures.root, expires_at="2026-04-13T01:00:00Z")},
        "revoked": {"bearer": revoked},
        "of a deleted user": {"bearer": gone},
        "of a suspended user": {"bearer": out},
        "identity header": {"headers": {"x-user-id": fixtures.root.id}},
    }
    for reason, more in refused.items():
        assert bare(api.get(path, **more)) == bare(none), reason
    assert bare(api.get(f"{path}?access_token={token}")) == bare(none)
    assert bare(api.get(f"{path}?page=0&per_page=1&expands=x&y=%00")) == bare(none)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
@pytest.mark.row("J-27")
def test_the_scheme_has_no_case(api: Api, fixtures: Fixtures, scheme: str) -> None:
    headers = {"authorization": f"{scheme} {api.token(fixtures.root)}"}
    assert api.get("/api/v1/user", headers=headers).status == 200


def test_a_cookie_beside_the_token_means_nothing(api: Api, fixtures: Fixtures) -> None:
    assert api.get("/api/v1/user", bearer=fixtures.member, as_=fixtures.root).json["id"] == 2


def test_a_token_lives_until_the_moment_it_expires(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    token = directory.token(fixtures.member, expires_at="2026-04-13T02:00:00Z")
    api.clock.advance(minutes=59, seconds=59)
    assert api.get("/api/v1/user", bearer=token).status == 200
    api.clock.advance(seconds=1)
    assert_refused(api.get("/api/v1/user", bearer=token), 401)


@everywhere
@pytest.mark.parametrize(
    "query", ["x=%", "x=%2", "x=%zz", "%=1", "x=%FF", "x=%C3", "x=%ED%A0%80", "x=%00", "page=%00", "%00=1"]
)
def test_a_query_that_is_no_percent_encoded_text_is_400(
    api: Api, fixtures: Fixtures, path: str, query: str
) -> None:
    assert_refused(api.get(f"{path}?{query}", bearer=fixtures.root), 400)


@pytest.mark.parametrize("part", ["%00", "1%00", "%FF", "%C3", "%ED%A0%80"])
def test_a_path_that_is_no_text_is_400(api: Api, fixtures: Fixtures, part: str) -> None:
    for path in (f"/api/v1/users/{part}", f"/api/v1/projects/{part}/users", f"/api/v1/groups/{part}"):
        assert_refused(api.get(path, bearer=fixtures.root), 400)


@pytest.mark.parametrize("part", ["%2e%2e", "%0a", "%23", "%3f", "a%20b", "%E2%80%8B", "%22", "1%2F2"])
@pytest.mark.row("P-02")
def test_a_path_that_is_no_id_is_404(api: Api, fixtures: Fixtures, part: str) -> None:
    for path in (f"/api/v1/users/{part}", f"/api/v1/projects/{part}/users", f"/api/v1/roles/{part}"):
        assert_refused(api.get(path, bearer=fixtures.root), 404)


@everywhere
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_is_404(api: Api, fixtures: Fixtures, path: str, method: str) -> None:
    assert_refused(api.send(method, path, bearer=fixtures.root), 404)


@everywhere
def test_head_is_404_and_has_no_body(api: Api, fixtures: Fixtures, path: str) -> None:
    answer = api.send("HEAD", path, bearer=fixtures.root)
    assert (answer.status, answer.text) == (404, "")


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing", "/api/v1/users/1/x", "/api/v1/project/1"])
def test_what_has_no_endpoint_is_404_to_all(api: Api, fixtures: Fixtures, path: str) -> None:
    assert_refused(api.get(path, bearer=fixtures.root), 404)
    assert_refused(api.get(path), 404)
