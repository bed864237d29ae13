"""A browser sends its cookie for any page: what a write demands beside the session."""

from collections.abc import Callable

import pytest

from tests.support.api import Api
from tests.workspaces.fixtures import (
    ENDPOINTS,
    UPDATE_USER,
    WITH_BODY,
    WRITES,
    Endpoint,
    Fixtures,
    assert_dressed,
    assert_refused,
    named,
)

pytestmark = pytest.mark.any_engine

FOREIGN = [
    pytest.param("https://evil.example", id="S-09-foreign"),
    pytest.param("null", id="S-09-null"),
    pytest.param("http://app.example", id="plain-http"),
    pytest.param("https://app.example.evil.example", id="longer"),
    pytest.param("https://app.example:8443", id="another-port"),
    pytest.param("https://app.example/", id="with-a-path"),
    pytest.param("https://app.example,https://evil.example", id="two"),
]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.row("S-11", "item-27")
def test_a_write_from_a_foreign_page_is_refused(api: Api, fixtures: Fixtures, origin: str) -> None:
    with api.no_effect():
        for endpoint in WRITES:
            answer = endpoint.send(api, fixtures, as_=fixtures.root, headers={"origin": origin})
            assert_refused(answer, 403)
            assert not any(name.startswith("access-control-") for name in answer.headers)


OWN = "https://roster.example"
"""The console's, by the name that the gateway says it was called by."""
NOT_OWN = [
    pytest.param("http://roster.example", id="another-scheme"),
    pytest.param("https://roster.example:8443", id="another-port"),
    pytest.param("https://roster.example:443", id="a-port-that-no-browser-sends"),
    pytest.param("https://www.roster.example", id="below"),
    pytest.param("https://api.example", id="sibling"),
    pytest.param("https://example", id="above"),
    pytest.param("https://roster.example.evil.example", id="longer"),
    pytest.param("https://evil.example#https://roster.example", id="with-a-fragment"),
    pytest.param("https://", id="of-no-host"),
    pytest.param("roster.example", id="of-no-scheme"),
]


@pytest.mark.parametrize("endpoint", WRITES, ids=named)
def test_a_write_from_the_apis_own_page_is_served(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    assert endpoint.send(api, fixtures, as_=fixtures.root, headers={"origin": OWN}).status == 200


@pytest.mark.parametrize("origin", NOT_OWN)
@pytest.mark.row("S-09", "S-11", "item-27")
def test_a_page_that_is_nearly_the_apis_own_is_refused(api: Api, fixtures: Fixtures, origin: str) -> None:
    with api.no_effect():
        for endpoint in WRITES:
            answer = endpoint.send(api, fixtures, as_=fixtures.root, headers={"origin": origin})
            assert_refused(answer, 403)
            assert not any(name.startswith("access-control-") for name in answer.headers)


def test_a_write_from_a_page_at_the_public_address_is_served(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    """Where links lead: a proxy in front of the API, behind which the gateway is called by another name."""
    deployed(PUBLIC_URL="https://directory.example")
    for origin, status in (("https://directory.example", 200), (OWN, 200), ("https://other.example", 403)):
        answer = UPDATE_USER.send(api, fixtures, as_=fixtures.root, headers={"origin": origin})
        assert answer.status == status, origin


def test_a_server_that_names_its_origins_takes_no_other_by_its_name(
    api: Api, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    """The local server's port is in no domain name, and cookies are of all ports."""
    own = "https://roster.example:8443"
    deployed(PUBLIC_URL=own, ALLOWED_ORIGINS=own, AT_ITS_DOMAIN="false")
    for origin, status in ((own, 200), (OWN, 403)):
        answer = UPDATE_USER.send(api, fixtures, as_=fixtures.root, headers={"origin": origin})
        assert answer.status == status, origin


@pytest.mark.parametrize("endpoint", WRITES, ids=named)
def test_a_write_from_an_allowed_page_is_served(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    answer = endpoint.send(api, fixtures, as_=fixtures.root, headers={"origin": "https://app.example"})
    assert answer.status == 200
    assert_dressed(answer)


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS if each not in WRITES], ids=named)
@pytest.mark.row("S-10", "S-11")
def test_reading_changes_nothing_whoever_asks(api: Api, fixtures: Fixtures, endpoint: Endpoint) -> None:
    with api.no_effect():
        answer = endpoint.send(api, fixtures, as_=fixtures.root, headers={"origin": "https://evil.example"})
    assert answer.status == 200
    assert not any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("text/plain", id="P-20-text"),
        pytest.param("application/x-www-form-urlencoded", id="P-20-form"),
        pytest.param("multipart/form-data; boundary=x", id="P-20-multipart"),
        pytest.param("", id="P-20-missing"),
        pytest.param("application/json; charset=utf-16", id="P-20-utf-16"),
        pytest.param('application/json; charset="latin1"', id="P-20-latin1"),
        pytest.param("application/jsonx", id="P-20-jsonx"),
        pytest.param("text/plain; application/json", id="P-20-parameter"),
        pytest.param("application/json, text/plain", id="P-20-two"),
    ],
)
@pytest.mark.row("item-27")
def test_a_body_that_says_it_is_not_json_is_refused(api: Api, fixtures: Fixtures, content_type: str) -> None:
    with api.no_effect():
        for endpoint in WITH_BODY:
            answer = endpoint.send(api, fixtures, as_=fixtures.root, headers={"content-type": content_type})
            assert_refused(answer, 415)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'],
)
@pytest.mark.parametrize("endpoint", WITH_BODY, ids=named)
def test_a_body_that_says_it_is_json_is_read(
    api: Api, fixtures: Fixtures, endpoint: Endpoint, content_type: str
) -> None:
    answer = endpoint.send(api, fixtures, as_=fixtures.root, headers={"content-type": content_type})
    assert answer.status == 200, answer.text


@pytest.mark.parametrize("endpoint", [each for each in WRITES if each not in WITH_BODY], ids=named)
def test_a_write_without_a_body_needs_no_content_type_but_one_with_it_does(
    api: Api, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    with api.no_effect():
        refused = endpoint.send(
            api, fixtures, as_=fixtures.root, raw=b"a=b", headers={"content-type": "text/plain"}
        )
    assert_refused(refused, 415)
    assert endpoint.send(api, fixtures, as_=fixtures.root).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/workspaces/"),
        ("GET", "/api//workspaces"),
        ("GET", "/API/workspaces"),
        ("PATCH", "/api/workspaces"),
        ("TRACE", "/api/workspaces"),
        ("PUT", "/api/workspaces"),
        ("GET", "/api/public/../admin/users"),
        ("GET", "/api/nothing"),
    ],
    ids=lambda part: f"P-07-{part}",
)
def test_what_is_no_route_is_not_there(api: Api, fixtures: Fixtures, method: str, path: str) -> None:
    with api.no_effect():
        answer = api.send(method, path, as_=fixtures.root, headers={"x-http-method-override": "DELETE"})
    assert_refused(answer, 404)


@pytest.mark.row("P-07")
def test_fb_16_head_of_an_endpoint_is_not_there_and_has_no_body(api: Api, fixtures: Fixtures) -> None:
    answer = api.send("HEAD", "/api/workspaces", as_=fixtures.root)
    assert (answer.status, answer.text) == (404, "")
