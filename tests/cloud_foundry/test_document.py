"""The document of Cloud Foundry v2, as it prints its request and its answer."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from local.gateway import HttpRequest
from roster.directory import users
from roster.domain import Space, User, Workspace
from tests.attacks.test_tokens import DOCUMENT_001
from tests.cloud_foundry.conftest import Cloud
from tests.support.api import Api
from tests.support.directory import Directory

pytestmark = pytest.mark.any_engine

USER, ORG, SPACE = (
    "uaa-id-309",
    "6a2a2d18-7620-43cf-a332-353824b431b2",
    "9881c79e-d269-4a53-9d77-cb21b745356e",
)
BODY = {
    "total_results": 1,
    "total_pages": 1,
    "prev_url": None,
    "next_url": None,
    "resources": [
        {
            "metadata": {
                "guid": SPACE,
                "url": f"/v2/spaces/{SPACE}",
                "created_at": "2016-06-08T16:41:37Z",
                "updated_at": "2016-06-08T16:41:26Z",
            },
            "entity": {
                "name": "name-1948",
                "organization_guid": ORG,
                "space_quota_definition_guid": None,
                "allow_ssh": True,
                "organization_url": f"/v2/organizations/{ORG}",
                "developers_url": f"/v2/spaces/{SPACE}/developers",
                "managers_url": f"/v2/spaces/{SPACE}/managers",
                "auditors_url": f"/v2/spaces/{SPACE}/auditors",
                "apps_url": f"/v2/spaces/{SPACE}/apps",
                "routes_url": f"/v2/spaces/{SPACE}/routes",
                "domains_url": f"/v2/spaces/{SPACE}/domains",
                "service_instances_url": f"/v2/spaces/{SPACE}/service_instances",
                "app_events_url": f"/v2/spaces/{SPACE}/app_events",
                "events_url": f"/v2/spaces/{SPACE}/events",
                "security_groups_url": f"/v2/spaces/{SPACE}/security_groups",
                "staging_security_groups_url": f"/v2/spaces/{SPACE}/staging_security_groups",
            },
        }
    ],
}


@pytest.fixture
def documented(cloud: Callable[..., Cloud], directory: Directory) -> Cloud:
    """The document's user, organization and space."""
    cloud_api = cloud()
    user: User = directory.user("joe", id=USER)
    workspace: Workspace = directory.workspace("org", id=ORG)
    directory.member(workspace, user)
    moments: dict[str, Any] = {
        "created_at": "2016-06-08T16:41:37Z",
        "updated_at": "2016-06-08T16:41:26Z",
    }
    space: Space = directory.space(workspace, "name-1948", id=SPACE, **moments)
    directory.grant(space, user)
    return cloud_api


def test_the_documents_answer_to_the_letter(documented: Cloud) -> None:
    """Compact, as the reference answers since 2024; keys in the document's order."""
    answer = documented.get(f"/v2/users/{USER}/spaces", documented.admin())
    assert answer.text == json.dumps(BODY, separators=(",", ":"))
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    UUID(answer.headers["x-vcap-request-id"])


@pytest.mark.row("J-01", "item-05")
def test_the_documents_token_is_refused_for_ever(documented: Cloud, api: Api) -> None:
    headers = {"Authorization": f"bearer {DOCUMENT_001}", "Host": "example.org", "Cookie": ""}
    answer = api.get(f"/v2/users/{USER}/spaces", headers=headers)
    assert (answer.status, answer.text) == (
        401,
        '{"description":"Invalid Auth Token","error_code":"CF-InvalidAuthToken","code":1000}\n',
    )


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"X-Vcap-Request-Id": "abc-1"}, "abc-1::"),
        ({"X-Request-Id": "abc_2"}, "abc_2::"),
        ({"X-Vcap-Request-Id": "vcap", "X-Request-Id": "other"}, "vcap::"),
        ({"X-Vcap-Request-Id": " ", "X-Request-Id": "other"}, "other::"),
        ({"X-Vcap-Request-Id": "a b\u00e9:c"}, "abc::"),
        ({"X-Vcap-Request-Id": "!!"}, "::"),
        ({"X-Vcap-Request-Id": "x" * 300}, "x" * 255 + "::"),
        ({"X-Vcap-Request-Id": " "}, ""),
    ],
)
@pytest.mark.parametrize("path", [f"/v2/users/{USER}/spaces", "/v2/nope", "/v2/info"])
def test_every_answer_is_under_the_clients_request_id_and_one_of_ours(
    documented: Cloud, api: Api, path: str, sent: dict[str, str], shown: str
) -> None:
    given = api.get(path, headers=sent).headers["x-vcap-request-id"]
    assert given.startswith(shown)
    UUID(given.removeprefix(shown))


def test_strings_are_plain_utf_8(documented: Cloud, directory: Directory) -> None:
    workspace = directory.workspace("other")
    directory.grant(
        directory.space(workspace, "\u00fcber <&/> \U0001f680"), users.alive(directory.store, USER)
    )
    assert (
        '"name":"\u00fcber <&/> \U0001f680"'
        in documented.get(f"/v2/users/{USER}/spaces", documented.admin()).text
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2"),
        ("GET", "/v2/nope"),
        ("GET", f"/v2/users/{USER}/spaces/"),
        ("GET", f"/v2/users/{USER}/supported_spaces"),
        ("GET", f"/v2/spaces/{SPACE}/organization"),
        ("GET", "/v2/apps"),
        ("POST", f"/v2/users/{USER}/spaces"),
        ("DELETE", f"/v2/users/{USER}/spaces"),
        ("OPTIONS", f"/v2/users/{USER}/spaces"),
    ],
)
def test_an_unknown_request_says_so_without_a_newline(
    documented: Cloud, api: Api, method: str, path: str
) -> None:
    answer = api.send(method, path, headers={"Authorization": f"bearer {documented.admin()}"})
    assert (answer.status, answer.text) == (
        404,
        '{"description":"Unknown request","error_code":"CF-NotFound","code":10000}',
    )
    assert answer.headers["x-cascade"] == "pass"


def test_what_clients_ask_first(api: Api) -> None:
    base = "http://roster.example"
    links = api.get("/").json["links"]
    assert links["cloud_controller_v2"] == {"href": f"{base}/v2", "meta": {"version": "2.293.0"}}
    assert {name: links[name]["href"] for name in ("self", "login", "uaa")} == dict.fromkeys(
        ("self", "login", "uaa"), base
    )
    info = api.get("/v2/info").json
    assert (info["version"], info["api_version"]) == (2, "2.293.0")
    assert info["authorization_endpoint"] == info["token_endpoint"] == base


def test_the_address_is_that_of_the_request(api: Api) -> None:
    seen = api.get("/v2/info", headers={"X-Forwarded-Proto": "https"}).json["token_endpoint"]
    assert seen == "https://roster.example"


@pytest.mark.parametrize("host", ["a b", 'x"><script>', "evil/..", "x:99999999", "a@b"])
def test_a_host_that_is_none_is_not_repeated(api: Api, host: str) -> None:
    request = HttpRequest.of("GET", "/v2/info", [("host", host)])
    answer = api.gateway.handle(request)
    assert json.loads(answer.body)["token_endpoint"] == "http://localhost"
