"""GET /docs in a browser: all that the document has is there to be read, and nothing comes from elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Browser, chromium
from tests.support.served import ROOT, served

DOCUMENT = json.loads((ROOT / "functions/site/openapi.json").read_text("utf-8"))
OPERATIONS = {
    (method.upper(), path): sorted(operation["responses"])
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}

pytestmark = pytest.mark.real


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with served(tmp_path, DATA="none") as app, chromium(tmp_path) as page:
        page.open(f"{app.url}/docs")
        page.until("document.querySelectorAll('.opblock').length > 0")
        yield page


def test_every_operation_is_shown_and_no_error_and_nothing_from_elsewhere(browser: Browser) -> None:
    shown = browser.value(
        "[...document.querySelectorAll('.opblock')].map(block => ["
        "block.querySelector('.opblock-summary-method').textContent,"
        "block.querySelector('.opblock-summary-path').dataset.path])"
    )
    assert sorted(map(tuple, shown)) == sorted(OPERATIONS)
    for tag in browser.value("[...document.querySelectorAll('.opblock-tag')].map(each => each.id)"):
        assert _statuses(browser, tag) in OPERATIONS.values(), tag
    assert browser.value("document.querySelectorAll('.errors-wrapper').length") == 0
    assert browser.told("Runtime.exceptionThrown") == []
    assert browser.told("Log.entryAdded") == []
    assert browser.told("Runtime.consoleAPICalled") == []
    asked = {urlsplit(one["request"]["url"]) for one in browser.told("Network.requestWillBeSent")}
    fetched = {(url.hostname, url.path) for url in asked if url.scheme != "data"}
    assert fetched == {("localhost", "/docs"), ("localhost", "/openapi.json")}


def _statuses(browser: Browser, tag: str) -> list[str]:
    """The statuses that a dialect's first operation shows, unfolded: for all the page is too slow."""
    block = f"document.getElementById('{tag}').parentElement.querySelector('.opblock')"
    browser.value(f"{block}.querySelector('.opblock-summary-control').click()")
    browser.until(f"{block}.querySelector('.responses-inner') !== null")
    shown: list[str] = browser.value(
        f"[...{block}.querySelectorAll('.responses-inner [data-code]')].map(each => each.dataset.code)"
    )
    return sorted(shown)


def test_fn_13_what_it_is_and_how_to_sign_in_stand_in_front(browser: Browser) -> None:
    browser.until("document.querySelector('.info .description h3') !== null")
    front = browser.value("document.querySelector('.info .description').innerText")
    assert front.startswith("Roster is a directory")
    assert "How to sign in" in front
    assert browser.value(
        "document.querySelector('.info').getBoundingClientRect().bottom"
        " <= document.querySelector('.opblock').getBoundingClientRect().top"
    )


def test_fn_13_the_shape_of_an_error_is_folded(browser: Browser) -> None:
    block = "document.getElementById('operations-Workspaces-createUser')"
    browser.value(f"{block}.querySelector('.opblock-summary-control').click()")
    browser.until(f"{block}.querySelector('.responses-inner details') !== null")
    assert (
        browser.value(f"{block}.querySelector('textarea, .body-param__example').textContent").count("USER")
        == 1
    )
    coded = browser.value(f"{block}.querySelector('[data-code=\"415\"] summary code').textContent")
    assert coded == "application/json"
    error = f"{block}.querySelector('[data-code=\"409\"]')"
    assert "In use" in browser.value(f"{error}.innerText")
    assert "CONFLICT" not in browser.value(f"{error}.textContent")
    browser.value(f"{error}.querySelector('summary').click()")
    browser.until(f"{error}.textContent.includes('CONFLICT')")
    assert browser.told("Runtime.exceptionThrown") == []
