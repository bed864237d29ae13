"""FB-10: a page of an allowed origin may call the API, with its session; of another one, nothing is said."""

import pytest

from roster.domain import User
from tests.support.api import Answer, Api
from tests.support.directory import Directory

ALLOWED = "https://app.example"
FOREIGN = ["https://evil.example", "null", "http://app.example", "https://app.example:8443", ""]


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada")


def of_cors(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def preflight(api: Api, path: str, method: str, origin: str) -> Answer:
    asked = {"origin": origin, "access-control-request-method": method}
    return api.send("OPTIONS", path, headers={**asked, "access-control-request-headers": "content-type"})


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/auth/login", "POST"),
        ("/api/workspaces?page=2&page=3", "GET"),
        ("/v2/users/u-1/spaces", "GET"),
        ("/minimal/rest/user/v1/org", "GET"),
        ("/api/v1/users", "GET"),
        ("/api/workspace/auth/me", "GET"),
        ("/oauth/token", "POST"),
    ],
    ids=lambda value: f"FB-10-{value}",
)
def test_a_preflight_of_an_allowed_origin_is_answered(api: Api, path: str, method: str) -> None:
    answer = preflight(api, path, method, ALLOWED)
    assert (answer.status, answer.text) == (204, "")
    told = of_cors(answer)
    assert told["access-control-allow-origin"] == ALLOWED
    assert told["access-control-allow-credentials"] == "true"
    assert method in told["access-control-allow-methods"].split(",")
    assert {"content-type", "authorization"} <= set(told["access-control-allow-headers"].split(","))
    assert int(told["access-control-max-age"]) > 0


@pytest.mark.parametrize("origin", FOREIGN, ids=lambda value: f"FB-10-{value or 'none'}")
def test_a_preflight_of_another_origin_is_an_unknown_route(api: Api, origin: str) -> None:
    answer = preflight(api, "/api/auth/login", "POST", origin)
    assert (answer.status, of_cors(answer)) == (404, {})


def test_fb_10_options_that_is_no_preflight_is_an_unknown_route(api: Api) -> None:
    assert api.send("OPTIONS", "/api/workspaces", headers={"origin": ALLOWED}).status == 404


def test_fb_10_a_page_of_an_allowed_origin_reads_its_answers_the_refusals_too(api: Api, ada: User) -> None:
    for who, status in ((ada, 200), (None, 401)):
        answer = api.get("/api/auth/me", as_=who, headers={"origin": ALLOWED})
        assert answer.status == status
        told = of_cors(answer)
        assert told["access-control-allow-origin"] == ALLOWED
        assert told["access-control-allow-credentials"] == "true"
        assert "x-request-id" in told["access-control-expose-headers"].split(",")
    assert of_cors(api.get("/api/auth/me", as_=ada)) == {}


@pytest.mark.parametrize("origin", ["https://evil.example", "null"], ids=["FB-10-foreign", "FB-10-null"])
def test_a_login_from_another_origin_says_that_the_origin_is_not_allowed(api: Api, origin: str) -> None:
    body = {"email": "ada@example.org", "password": "difference engine"}
    answer = api.post("/api/auth/login", body, headers={"origin": origin})
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert "origin" in answer.json["message"]
    assert of_cors(answer) == {}
