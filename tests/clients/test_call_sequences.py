"""The call sequences of go-cfclient (v2) and cf-java-client, in the order and the form that they send them.

Both are compiled programs of other languages, so what is kept here is what goes over the wire.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from roster.domain import User
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory

CF = "Basic Y2Y6"  # the client `cf`, which has no secret
SPACES = ["alpha", "beta", "gamma"]


@pytest.fixture
def joe(directory: Directory) -> User:
    """Develops three spaces, one of another organization."""
    joe, acme, globex = (
        directory.user("joe", password=PASSWORD),
        directory.workspace(),
        directory.workspace("globex"),
    )
    for workspace in (acme, globex):
        directory.member(workspace, joe)
    for workspace, name in ((acme, "alpha"), (acme, "beta"), (globex, "gamma")):
        directory.grant(directory.space(workspace, name), joe)
    directory.client("cf")
    return joe


def _walked(api: Api, path: str, token: str) -> Iterator[Any]:
    """The rows of a list, from its first page by each `next_url`."""
    following: str | None = path
    while following is not None:
        answer = api.get(following, headers={"Authorization": f"bearer {token}"})
        assert answer.status == 200, answer.text
        yield from answer.json["resources"]
        following = answer.json["next_url"]


def _token(api: Api, endpoint: str, **form: str) -> Answer:
    told = urlsplit(endpoint)
    assert told.netloc == "roster.example"
    return api.post(
        f"{told.path}/oauth/token", form=form, headers={"Authorization": CF, "Accept": "application/json"}
    )


def test_go_cfclient(api: Api, joe: User) -> None:
    """`/v2/info`, a token, a list with a bare `?`, its pages, and an organization of a space."""
    info = api.get("/v2/info").json
    assert {"authorization_endpoint", "token_endpoint", "doppler_logging_endpoint"} <= set(info)
    issued = _token(
        api, info["token_endpoint"], grant_type="password", username=joe.email, password=PASSWORD, scope=""
    )
    assert (issued.status, issued.json["token_type"]) == (200, "bearer")
    assert type(issued.json["expires_in"]) is int
    token = issued.json["access_token"]
    spaces = list(_walked(api, f"/v2/users/{joe.id}/spaces?", token))
    assert [space["entity"]["name"] for space in spaces] == SPACES
    few = _walked(api, f"/v2/users/{joe.id}/spaces?results-per-page=1", token)
    assert [space["entity"]["name"] for space in few] == SPACES
    found = api.get(spaces[2]["entity"]["organization_url"], headers={"Authorization": f"Bearer {token}"})
    assert found.json["entity"]["name"] == "Globex"
    again = _token(
        api, info["token_endpoint"], grant_type="refresh_token", refresh_token=issued.json["refresh_token"]
    )
    assert again.status == 200


def test_cf_java_client(api: Api, joe: User) -> None:
    """`GET /`, `/v2/info`, a token whose client is named in header and form, and pages by their numbers."""
    links = api.get("/").json["links"]
    assert urlsplit(links["cloud_controller_v2"]["href"])[1:3] == ("roster.example", "/v2")
    assert api.get("/v2/info").status == 200
    client = {"client_id": "cf", "client_secret": ""}
    issued = _token(
        api, links["login"]["href"], **client, grant_type="password", password=PASSWORD, username=joe.email
    ).json
    authorization = {"Authorization": f"{issued['token_type']} {issued['access_token']}"}
    first = api.get(f"/v2/users/{joe.id}/spaces?page=1&results-per-page=2", headers=authorization).json
    rest = [
        api.get(f"/v2/users/{joe.id}/spaces?page={page}&results-per-page=2", headers=authorization).json
        for page in range(2, first["total_pages"] + 1)
    ]
    names = [space["entity"]["name"] for page in (first, *rest) for space in page["resources"]]
    assert (names, first["total_results"]) == (SPACES, 3)

    api.clock.advance(minutes=10)
    late = api.get(f"/v2/users/{joe.id}/spaces", headers=authorization)
    assert (late.status, late.json["error_code"], late.json["code"]) == (401, "CF-InvalidAuthToken", 1000)
    renewed = _token(
        api,
        links["login"]["href"],
        **client,
        grant_type="refresh_token",
        refresh_token=issued["refresh_token"],
    ).json
    authorization = {"Authorization": f"{renewed['token_type']} {renewed['access_token']}"}
    assert api.get(f"/v2/users/{joe.id}/spaces", headers=authorization).status == 200


def test_a_clients_scopes_bound_what_its_tokens_may(api: Api, directory: Directory, joe: User) -> None:
    """In Cloud Foundry; the other dialects know no scopes."""
    directory.client("writer", scopes=("cloud_controller.write",))
    form = {"grant_type": "password", "client_id": "writer", "username": joe.email, "password": PASSWORD}
    token = api.post("/oauth/token", form=form).json["access_token"]
    refused = api.get(f"/v2/users/{joe.id}/spaces", bearer=token)
    assert (refused.status, refused.json["code"]) == (403, 10007)
    assert api.get("/api/v1/user", bearer=token).status == 200
