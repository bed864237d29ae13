"""One server with the demo's data and one browser for all tests of a worker; a new page for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import demo
from tests.browser.chromium import Browser, chromium
from tests.console.person import Person
from tests.console.roster import Roster
from tests.support.served import served

PICTURES = Path(os.environ["PICTURES"]).absolute() if os.environ.get("PICTURES") else None
"""Where pictures of the main pages go, where they are asked for."""


@pytest.fixture(scope="session")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roster]:
    """The server, and what a program does there beside the person: as the platform's ADMIN, over the API."""
    with served(tmp_path_factory.mktemp("roster"), DATA="demo", **Roster.SETTINGS) as app:
        yield Roster(app)


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        browser.wire.call(
            "",
            "Browser.setDownloadBehavior",
            {"behavior": "allowAndName", "downloadPath": str(downloads), "eventsEnabled": True},
        )
        yield browser


@pytest.fixture
def person(
    chrome: Browser, roster: Roster, downloads: Path, request: pytest.FixtureRequest
) -> Iterator[Person]:
    """One who has not signed in; parametrized by "keyboard" (see BOTH_WAYS) one without a mouse.

    Whatever the browser held against the page by the end of the test fails it.
    """
    keyboard = getattr(request, "param", "mouse") == "keyboard"
    someone = Person(chrome.tab(), roster.app, downloads, keyboard)
    someone.begins()
    someone.forgets()
    yield someone
    complaints = someone.leaves()
    assert complaints == []


@pytest.fixture
def admin(person: Person) -> Person:
    """The platform's ADMIN of the demo, signed in, at no page yet."""
    person.comes_as(demo.ADMIN, demo.PASSWORD)
    return person


@pytest.fixture
def lead(person: Person) -> Person:
    """The ADMIN of the workspace Northwind Freight, signed in, at no page yet."""
    person.comes_as(demo.LEAD, demo.PASSWORD)
    return person


@pytest.fixture(scope="module")
def visitor(chrome: Browser, roster: Roster, downloads: Path) -> Iterator[Person]:
    """The platform's ADMIN, who loads the console once and goes through all pages of a module's tests."""
    someone = Person(chrome.tab(), roster.app, downloads)
    someone.begins()
    someone.forgets()
    someone.comes_as(demo.ADMIN, demo.PASSWORD)
    someone.at("")
    someone.settles()
    someone.expects(404, "/api/auth/invitations/look")
    yield someone
    assert someone.leaves() == []
