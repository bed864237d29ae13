"""100,000 users: the first view takes few calls, and the far end of the list is as near as its beginning."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import bulk_users
from cli import demo
from local.embedded import open_embedded
from roster.db import keys
from tests.browser.chromium import Browser
from tests.console.person import Person
from tests.support import tally
from tests.support.served import Served, served

pytestmark = pytest.mark.real

USERS = 100_000
CALLS = 5


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, and as many more users as there are to be: rows of the list, which is all that it reads."""
    folder = tmp_path_factory.mktemp("peopled")
    file = folder / "roster.db"
    with served(folder, DATA="demo", STORE=str(file)) as app:
        cookie = app.login(demo.ADMIN, demo.PASSWORD)
        there = app.send("GET", "/api/admin/users?page=1&size=1", cookie=cookie).json["meta"]["total"]
    store = open_embedded(file)
    for rows in bulk_users.rows_alone(there + 1, USERS):
        store.bulk_put(rows)
    store.bulk_put(list(bulk_users.tree(keys.USERS, range(1, USERS + 1))))
    store.close()
    with served(folder, STORE=str(file)) as app:
        yield app


@pytest.fixture
def admin(chrome: Browser, peopled: Served, downloads: Path) -> Iterator[Person]:
    someone = Person(chrome.tab(), peopled, downloads)
    someone.begins()
    someone.forgets()
    someone.comes_as(demo.ADMIN, demo.PASSWORD)
    yield someone
    assert someone.leaves() == []


def test_the_first_and_the_last_page(admin: Person) -> None:
    admin.at("#/users")
    admin.sees("100,000 in all", "Amara Okafor")
    admin.settles()
    first = admin.calls()
    assert len(first) <= CALLS, first
    admin.clicks("link", "Last page")
    admin.arrives("#/users?page=2000")
    admin.sees("99,951–100,000 of 100,000")
    last = admin.calls()[len(first) :]
    assert len(last) == 1, last
    spent = "performance.getEntriesByType('resource').filter(one => one.name.includes('/api/'))"
    took = admin.browser.value(f"{spent}.map(one => Math.round(one.duration))")
    tally.say("console at 100,000 users, ms of each call", json.dumps(took))
    admin.goes_back()
    admin.sees("Amara Okafor")
    admin.at("#/")
    admin.sees("100,000")
