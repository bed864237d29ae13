"""What one sees first, and in other ways: paint and shifts, keys, print, motion, languages, time zones."""

import base64
import json
import re

import pytest

from cli import demo
from tests.console import pages
from tests.console.person import Person
from tests.console.roster import PASSWORD, Roster
from tests.support import tally
from tests.support.served import ROOT

pytestmark = pytest.mark.real

MAIN = (
    "#/",
    "#/users",
    f"#/users/{demo.LEAD_ID}",
    "#/audit",
    f"#/workspaces/{demo.ORG_ID}/members",
    "#/account",
)

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
TIMES = """(() => {
    const [page] = performance.getEntriesByType("navigation");
    const calls = performance.getEntriesByType("resource").filter(one => one.name.includes("/api/"));
    return { paint: Math.round(%s), call: Math.round(calls[0]?.responseEnd ?? 0),
        loaded: Math.round(page.loadEventEnd), bytes: performance.getEntriesByType("resource")
            .concat(page).reduce((sum, one) => sum + one.transferSize, 0) };
})()"""


def test_the_first_paint_waits_for_no_call(admin: Person) -> None:
    """Nothing is answered before the frame of the page stands there."""
    held = admin.meets(503, "GET", "/api/.*", times=0)
    admin.browser.call("Page.navigate", url=f"{admin.app.url}/console#/users")
    admin.browser.until(f"{PAINTED} > 0")
    admin.browser.until("document.querySelector('.skeleton')?.checkVisibility()")
    assert [status for _, _, status in admin.calls() if status] == []
    assert held.met == 0
    admin.sees("Amara Okafor")
    assert admin.calls()


def test_nothing_that_was_seen_moves(admin: Person) -> None:
    """A load and the pages after it, at a common and at a narrow width; the figures are told."""
    for width in (1440, 390):
        admin.sits_at(width)
        for place in MAIN:
            if place == MAIN[0]:
                admin.at("/docs")
            admin.at(place)
            admin.settles()
            moved = admin.browser.value("__shift && __shifted.concat(__shift)")
            assert not moved, (width, place, moved)
    admin.at("/docs")
    admin.at("#/users")
    admin.settles()
    times = admin.browser.value(TIMES % PAINTED)
    tally.say("console first view of users", json.dumps(times))


def test_keys(admin: Person) -> None:
    admin.at("#/users")
    admin.finds("link", "Amara Okafor")
    admin.is_on("heading", "Users")
    admin.presses("/")
    admin.is_on("searchbox", "Find in Users")
    admin.presses("ArrowDown")
    admin.is_on("link", "Amara Okafor")
    admin.presses("ArrowDown", "ArrowDown")
    admin.is_on("link", "Ingrid Lindqvist")
    admin.presses("ArrowUp")
    admin.is_on("link", "Mateo Silva")
    admin.presses("Home")
    admin.is_on("link", "Amara Okafor")
    admin.presses("?")
    admin.sees("Keys and help")
    admin.presses("Escape")
    admin.sees_no("Keys and help")
    admin.is_on("link", "Amara Okafor")
    admin.presses("ArrowDown", "Enter")
    admin.arrives(f"#/users/{demo.LEAD_ID}")
    admin.is_on("heading", "Mateo Silva Active")
    admin.goes_back()
    admin.is_on("heading", "Users")
    admin.presses("Tab")
    assert admin.focused()[0] in ("button", "searchbox")


def test_every_state_is_an_address(admin: Person) -> None:
    admin.at("#/audit")
    admin.sees("Audit")
    admin.at("#/users?find=silva")
    admin.sees("Mateo Silva")
    admin.holds("Find in Users", "silva")
    admin.clicks("link", "Mateo Silva")
    admin.arrives(f"#/users/{demo.LEAD_ID}")
    admin.goes_back()
    admin.arrives("#/users?find=silva")
    admin.holds("Find in Users", "silva")
    admin.sees_no("Ingrid Lindqvist")
    admin.loads_again()
    admin.sees("Mateo Silva")
    admin.sees_no("Ingrid Lindqvist")
    assert admin.title.endswith("Roster")


def test_print(admin: Person) -> None:
    """The page itself, without what is there to be clicked beside it."""
    admin.at("#/users")
    admin.sees("Amara Okafor")
    admin.looks("dark", media="print")
    admin.sees("Amara Okafor", "E-mail")
    admin.sees_no("Webhooks", "Create user", "My account")
    paper = admin.browser.value("getComputedStyle(document.body).backgroundColor")
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    pdf = base64.b64decode(admin.browser.call("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4


def test_who_wants_no_motion_gets_none(admin: Person) -> None:
    longest = """Math.max(...[...document.querySelectorAll("*")].flatMap(one => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(one);
        const moves = animationName === "none" ? "0s" : animationDuration;
        return `${transitionDuration}, ${moves}`.split(", ").map(parseFloat);
    }))"""
    admin.at("#/users")
    admin.sees("Amara Okafor")
    assert admin.browser.value(longest) <= 0.01
    admin.clicks("button", "Create user")
    admin.sees("Site role")
    assert admin.browser.value(longest) <= 0.01
    assert (
        admin.browser.value("document.getAnimations().filter(one => one.playState === 'running').length") == 0
    )


def test_german(person: Person, roster: Roster) -> None:
    """By the browser's language, and by choice, which is kept."""
    user = roster.user("Ada Lovelace")
    person.speaks("de-DE")
    person.lives_in("Europe/Berlin")
    person.at("")
    person.sees("Anmelden")
    person.clicks("link", "Passwort vergessen")
    person.sees("Link")
    person.comes_as(user["email"], PASSWORD)
    person.at("#/account")
    person.loads_again()
    person.sees("Profil", "Mein Konto")
    assert person.browser.value("document.documentElement.lang") == "de"
    person.at("#/account/sessions")
    person.sees("Sitzungen")
    person.browser.until("document.querySelector('main time') !== null")
    clock = person.browser.value("document.querySelector('main time').innerText")
    assert not re.search(r"[AP]M", clock), clock
    person.clicks("button", "Mehr")
    person.clicks("English")
    person.sees("Sessions")
    person.loads_again()
    person.sees("Sessions", "My account")
    assert person.browser.value("document.documentElement.lang") == "en"


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_is_missing(language: str, admin: Person, roster: Roster) -> None:
    """No page shows the name of a text in place of the text."""
    admin.speaks(language)
    admin.expects(404, "/api/auth/invitations/look")
    admin.at("")
    named = r"(?<![\w@./-])[a-z_]+\.(?!read|write)[a-zA-Z_]+(?![\w@./-])"
    known = known_texts()
    for route in pages.ROUTES:
        admin.at(pages.address(route, roster))
        admin.settles()
        shown = re.findall(named, admin.browser.value("document.body.innerText"))
        assert [one for one in shown if one.split(".")[0] in known] == [], route


def known_texts() -> set[str]:
    """The sections of the texts."""
    text = (ROOT / "console" / "texts" / "en.js").read_text("utf-8")
    return set(re.findall(r"^  (\w+): \{", text, re.MULTILINE))


def test_a_time_is_told_in_the_readers_zone(admin: Person) -> None:
    """Two readers read two times of the same moment; both find the same ISO time in the tooltip."""
    read = "[document.querySelector('main td time').innerText, document.querySelector('main td time').title]"
    told = []
    for zone in ("Asia/Tokyo", "America/New_York"):
        admin.lives_in(zone)
        admin.at("#/users?find=silva")
        admin.loads_again()
        admin.sees("Mateo Silva")
        told.append(admin.browser.value(read))
    assert told[0][0] != told[1][0]
    assert told[0][1] == told[1][1]
    assert re.match(r"\d{4}-\d\d-\d\dT", told[0][1])
