"""GET /docs: a page that loads the document, and that no injected script could make load anything else."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from local.gateway import RESULT_BYTES, HttpRequest
from tests.support.api import Answer, Api


class Page(HTMLParser):
    """The inline texts of a page by tag, and every attribute that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.attributes: list[tuple[str, str | None]] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in self.inline:
            self.inline[self._within].append(data)


def policy(answer: Answer) -> dict[str, list[str]]:
    """The sources that the page's policy allows, by directive."""
    directives = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in directives}


def test_it_is_a_page_for_anybody(api: Api) -> None:
    answer = api.get("/docs")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.text.startswith("<!doctype html>")


def test_only_the_pages_own_scripts_and_styles_may_run(api: Api) -> None:
    answer = api.get("/docs")
    page, allowed = Page(answer.text), policy(answer)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        digests = [b64encode(sha256(text.encode()).digest()).decode() for text in page.inline[tag]]
        assert allowed[directive] == [f"'sha256-{digest}'" for digest in digests]
    assert allowed["default-src"] == allowed["base-uri"] == allowed["frame-ancestors"] == ["'none'"]
    assert allowed["connect-src"] == ["'self'"]


def test_it_refers_to_nothing_elsewhere(api: Api) -> None:
    page = Page(api.get("/docs").text)
    assert [value for name, value in page.attributes if name in ("src", "href")] == ["data:,"]
    assert re.search(r'"url": "openapi\.json"', page.inline["script"][-1])


def test_it_is_compressed_for_who_takes_that_and_small_enough_for_who_does_not(api: Api) -> None:
    plain = api.gateway.handle(HttpRequest.of("GET", "/docs"))
    packed = api.gateway.handle(HttpRequest.of("GET", "/docs", [("accept-encoding", "gzip")]))
    assert dict(packed.headers)["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 3 < len(plain.body) < RESULT_BYTES / 2


def test_another_method_is_404_in_the_shape_of_the_rest(api: Api) -> None:
    for path in ("/docs", "/openapi.json"):
        answer = api.post(path)
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_a_body_is_not_read(api: Api) -> None:
    for path in ("/docs", "/openapi.json"):
        assert api.send("GET", path, raw=b'{"a": 1, "a": \xff').status == 200
