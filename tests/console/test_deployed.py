"""The console as a build has it, joined and compressed, does in a browser what its sources do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli import demo
from tests.browser.chromium import Browser
from tests.console import pages
from tests.console.person import Person
from tests.console.roster import Roster
from tests.support.served import served
from tools import console

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roster]:
    files = tmp_path_factory.mktemp("deployed") / "files"
    console.write(files)
    with served(tmp_path_factory.mktemp("roster"), DATA="demo", CONSOLE_FILES=str(files)) as app:
        yield Roster(app)


@pytest.mark.parametrize("route", pages.ROUTES)
def test_every_page_is_there(route: str, visitor: Person, roster: Roster) -> None:
    visitor.at(pages.address(route, roster))
    visitor.settles()
    visitor.browser.until("document.querySelectorAll('main h1').length === 1")
    assert visitor.browser.value("document.querySelector('main .failure') === null")


def test_it_is_a_few_files_that_are_compressed_and_asked_for_once(
    chrome: Browser, roster: Roster, downloads: Path
) -> None:
    someone = Person(chrome.tab(), roster.app, downloads)
    someone.begins()
    someone.comes_as(demo.ADMIN, demo.PASSWORD)
    someone.speaks("de")
    someone.at("")
    someone.settles()
    someone.sees("Benutzer")
    someone.at("#/account")
    someone.settles()
    files = _files(someone)
    assert set(files) == {"console", "style.css", "app.js", "de.js"}
    coding = {name: _header(one, "content-encoding") for name, one in files.items()}
    assert set(coding.values()) <= {"gzip", "br"}, coding
    someone.at("")
    someone.sees("Benutzer")
    again = someone.browser.value(
        "performance.getEntriesByType('resource').filter((one) => one.name.includes('/console/'))"
        ".map((one) => [one.name.split('/').pop(), one.transferSize])"
    )
    assert sorted(again) == [["app.js", 0], ["de.js", 0], ["style.css", 0]]
    assert someone.leaves() == []


def _files(someone: Person) -> dict[str, dict[str, Any]]:
    """The answers that the page got of the console's files by the file's name."""
    answers = [one["response"] for one in someone.browser.told("Network.responseReceived")]
    return {
        urlsplit(one["url"]).path.rpartition("/")[2]: one
        for one in answers
        if urlsplit(one["url"]).path.startswith("/console")
    }


def _header(response: dict[str, Any], name: str) -> str:
    return next((value for key, value in response["headers"].items() if key.lower() == name), "")
