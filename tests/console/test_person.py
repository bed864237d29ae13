"""The person of these tests at a page of their own: what is shown of the console below rests on it."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.chromium import Browser, Refused
from tests.console.person import Person
from tests.console.roster import BOTH_WAYS
from tests.support.served import Served

pytestmark = pytest.mark.real


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def page() -> Iterator[str]:
    handler = partial(Quiet, directory=str(Path(__file__).parent / "page"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def person(page: str, chrome: Browser, downloads: Path, request: pytest.FixtureRequest) -> Iterator[Person]:
    app = Served(None, [], page)  # type: ignore[arg-type]  # it has no process
    keyboard = getattr(request, "param", "mouse") == "keyboard"
    someone = Person(chrome.tab(), app, downloads, keyboard, home="/")
    someone.begins()
    someone.at("")
    yield someone
    assert someone.leaves() == []


@BOTH_WAYS
def test_a_form_is_filled_and_sent(person: Person) -> None:
    person.types("Name", "Ada Lovelace-King")
    person.chooses("Role", "User")
    person.checks("Notify")
    person.clicks("button", "Save")
    person.sees('{"name":"Ada Lovelace-King","role":"c","on":"on"}')
    person.types("Name", "Zoë 🦊 " + "x" * 255)
    person.clicks("button", "Save")
    person.sees("Zoë 🦊 xxx")


@BOTH_WAYS
def test_of_several_alike_the_one_inside_is_meant(person: Person) -> None:
    person.chooses("Role", "User")
    person.chooses("Role", "Admin")
    person.clicks("End", inside="Grace")
    person.sees("End the session of Ada?")
    person.agrees("End it")
    person.sees("ended Grace End, 2 changes")
    person.picks("Ada")
    assert (person.value("Select Ada"), person.value("Select Grace")) == ("true", "false")
    person.clicks("tab", "Two")
    person.sees("tab Two")


def test_of_two_alike_none_is_meant(person: Person) -> None:
    with pytest.raises(Refused, match="2 elements"):
        person._one_now("End", "button", "")


def test_a_link_a_file_and_keys(person: Person) -> None:
    person.clicks("link", "Users")
    person.arrives("#/users")
    person.clicks("Export")
    assert person.download() == ("list.csv", "a,b\n")
    person.tabs_to("Name")
    person.presses("a", "B", "/", "?", "Space", "Control+a", "Backspace", "z")
    person.holds("Name", "z")
    person.is_on("textbox", "Name")


def test_faults_are_met(person: Person) -> None:
    fault = person.meets(503, "GET", "/api/thing")
    person.clicks("Fetch")
    person.sees("status 503")
    assert fault.met == 1
    person.loses_connection()
    person.clicks("Fetch")
    person.sees("no connection")
    person.has_connection_again()
    person.expects(404, "/api/thing")
    person.clicks("Fetch")
    person.sees("status 404")


def test_complaints_are_heard(person: Person) -> None:
    person.browser.value("console.warn('careful')")
    person.browser.value("setTimeout(() => { throw new Error('oops') })")
    person.browser.value("fetch('http://127.0.0.1:9/').catch(() => 0)")
    person.waits(lambda: len(person.complaints()) >= 4, "complaints")
    told = "\n".join(person.complaints())
    assert all(word in told for word in ("careful", "oops", "off the origin: http://127.0.0.1:9/", "log: "))
    person.browser.wire.events.clear()
