"""GET / in a browser: a page that leads on; a program is answered Cloud Foundry's JSON, as before (FN-08)."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.site.test_get_docs import Page, policy
from tests.support.api import Api

pytestmark = pytest.mark.any_engine

BROWSERS = {
    "Firefox": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Chromium": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
        "application/signed-exchange;v=b3;q=0.7"
    ),
    "Safari": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "lynx": "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01",
    "in capitals": "TEXT/HTML",
    "above JSON": "application/json;q=0.5, text/html;q=0.9",
    "q is no part of a name": "text/html;seq=0",
}
PROGRAMS = {
    "empty": "",
    "curl": "*/*",
    "cf": "application/json",
    "axios": "application/json, text/plain, */*",
    "JSON before all": "application/json, text/html;q=0.9, */*;q=0.1",
    "both alike": "text/html, application/json",
    "any of application": "text/html;q=0.5, application/*",
    "no HTML": "text/html;q=0, */*",
    "no HTML, in full": "text/html; q=0.000, */*",
    "any text": "text/*",
    "a quality that is none": "text/html;q=high",
    "a quality beyond its bounds": "text/html;q=11",
    "another type": "text/html-sandboxed",
}
JSON = (
    '{"links":{"self":{"href":"http://roster.example"},"cloud_controller_v2":{"href":"http://roster.example/v2",'
    '"meta":{"version":"2.293.0"}},"cloud_controller_v3":null,"login":{"href":"http://roster.example"},'
    '"uaa":{"href":"http://roster.example"},"logging":null,"log_stream":null}}'
)


@pytest.mark.parametrize("accept", BROWSERS.values(), ids=BROWSERS)
def test_fn_08_a_browser_is_shown_a_page_that_leads_to_the_console_and_the_documentation(
    api: Api, accept: str
) -> None:
    answer = api.get("/", headers={"Accept": accept})
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    links = [value or "" for name, value in Page(answer.text).attributes if name == "href"]
    assert links == ["data:,", "/console", "/docs", "/openapi.json"]
    assert [api.get(path).status for path in links[1:]] == [200, 200, 200]


@pytest.mark.parametrize("accept", PROGRAMS.values(), ids=PROGRAMS)
def test_fn_08_a_program_is_answered_as_before(api: Api, accept: str) -> None:
    answer = api.get("/", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == JSON


def test_fn_08_a_program_that_accepts_nothing_by_name_is_answered_as_before(api: Api) -> None:
    assert api.get("/").text == JSON


def test_fn_08_what_clients_of_cloud_foundry_ask_next_is_json_for_all(api: Api) -> None:
    answer = api.get("/v2/info", headers={"Accept": BROWSERS["Firefox"]})
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.json["name"] == "Roster"


def test_fn_08_the_page_may_load_nothing(api: Api) -> None:
    answer = api.get("/", headers={"Accept": "text/html"})
    page, allowed = Page(answer.text), policy(answer)
    assert page.inline["script"] == []
    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in page.inline["style"]]
    assert allowed["style-src"] == [f"'sha256-{digest}'" for digest in digests]
    assert allowed["default-src"] == allowed["frame-ancestors"] == ["'none'"]


def test_fn_08_it_leads_nowhere_where_the_deployment_hides_its_console_and_its_documentation(
    api: Api, deployed: Callable[..., None]
) -> None:
    deployed(API_DOCS="none", CONSOLE="none")
    answer = api.get("/", headers={"Accept": "text/html"})
    assert answer.status == 200
    assert [value for name, value in Page(answer.text).attributes if name == "href"] == ["data:,"]
    assert "not shown here" in answer.text
