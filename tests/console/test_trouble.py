"""What goes wrong in the middle of a form: nothing typed is lost, nothing done twice, and it is told so."""

from typing import Any

import pytest

from cli import demo
from tests.console.person import Person
from tests.console.roster import PASSWORD, Roster

pytestmark = pytest.mark.real


@pytest.fixture
def user(roster: Roster) -> dict[str, Any]:
    return roster.user("Grace Hopper")


def users_called(roster: Roster, name: str) -> int:
    """How many users have this name."""
    found: list[dict[str, Any]] = roster.send("GET", "/api/admin/users?page=1&size=1000").json["data"]
    return sum(one["fullName"] == name for one in found)


def now(roster: Roster, user: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = roster.send("GET", f"/api/admin/users/{user['id']}").json["data"]
    return data


def edits(person: Person, user: dict[str, Any]) -> None:
    """Open the form of a user, and change the first name."""
    person.at(f"#/users/{user['id']}")
    person.clicks("button", "Edit")
    person.types("First name", "Admiral")


def test_a_stale_save(admin: Person, roster: Roster, user: dict[str, Any]) -> None:
    edits(admin, user)
    admin.types("Last name", "Hopper")
    changed = {"fullName": "Grace Murray Hopper", "lastName": "Murray"}
    roster.send("PUT", f"/api/admin/users/{user['id']}", changed)
    admin.expects(412, user["id"])
    admin.clicks("button", "Save")
    admin.sees("Somebody changed this after you opened it", "nothing was saved")
    admin.holds("First name", "Admiral")
    assert now(roster, user)["firstName"] is None
    admin.clicks("button", "Load again")
    admin.sees("It is “Murray” now; saving puts yours in its place")
    admin.holds("Name", "Grace Murray Hopper")
    admin.holds("First name", "Admiral")
    admin.holds("Last name", "Hopper")
    admin.clicks("button", "Save")
    admin.sees("Saved.")
    saved = now(roster, user)
    names = (saved["fullName"], saved["firstName"], saved["lastName"])
    assert names == ("Grace Murray Hopper", "Admiral", "Hopper")


def test_a_server_that_is_not_available(admin: Person, roster: Roster) -> None:
    """It is asked again twice, then it is told; a click sends what was typed again, under the same key."""
    admin.at("#/users")
    admin.clicks("button", "Create user")
    admin.types("Name", "Annie Jump Cannon")
    admin.types("E-mail address", "annie@console.test")
    fault = admin.meets(503, "POST", "/api/admin/users", times=3, after=True)
    admin.clicks("button", "Create user", inside="Administrator")
    admin.sees("The service is not available for the moment.", "tried-by-a-test")
    assert fault.met == 3
    admin.holds("Name", "Annie Jump Cannon")
    admin.clicks("button", "Create user", inside="Administrator")
    admin.arrives("#/users/*")
    admin.sees("Annie Jump Cannon", "Make a reset link")
    assert users_called(roster, "Annie Jump Cannon") == 1


def test_a_short_failure_is_not_noticed(admin: Person, user: dict[str, Any]) -> None:
    fault = admin.meets(503, "GET", f"/api/admin/users/{user['id']}", headers={"Retry-After": "1"})
    admin.at(f"#/users/{user['id']}")
    admin.sees("Grace Hopper", user["email"])
    assert fault.met == 1


def test_a_page_that_cannot_be_read_says_so_and_tries_again(admin: Person) -> None:
    admin.meets(503, "GET", "/api/admin/users", times=3)
    admin.at("#/users")
    admin.sees("The service is not available for the moment.", "tried-by-a-test")
    admin.clicks("button", "Try again")
    admin.sees("Amara Okafor")


def test_a_lost_connection(admin: Person, roster: Roster, user: dict[str, Any]) -> None:
    edits(admin, user)
    admin.loses_connection()
    admin.clicks("button", "Save")
    admin.sees("No answer came")
    admin.holds("First name", "Admiral")
    admin.has_connection_again()
    admin.clicks("button", "Save")
    admin.sees("Saved.")
    assert now(roster, user)["firstName"] == "Admiral"


def test_an_expired_session(admin: Person, roster: Roster, user: dict[str, Any]) -> None:
    """One signs in over the page, and what was typed is saved."""
    edits(admin, user)
    admin.browser.call("Network.clearBrowserCookies")
    admin.expects(401)
    admin.clicks("button", "Save")
    admin.sees("Sign in again", "What you typed is still here")
    admin.holds("E-mail address", demo.ADMIN)
    admin.types("Password", "not the password")
    admin.clicks("button", "Sign in")
    admin.sees("The address or the password is not right.")
    admin.types("Password", demo.PASSWORD)
    admin.clicks("button", "Sign in")
    admin.sees("Saved.")
    assert now(roster, user)["firstName"] == "Admiral"


@pytest.mark.row("CO-05")
def test_somebody_else_who_signs_in_sees_nothing_of_the_page(
    admin: Person, roster: Roster, user: dict[str, Any]
) -> None:
    edits(admin, user)
    other = roster.user("Charles Babbage")
    admin.browser.call("Network.clearBrowserCookies")
    admin.expects(401)
    admin.clicks("button", "Save")
    admin.sees("Sign in again")
    admin.types("E-mail address", other["email"])
    admin.types("Password", PASSWORD)
    admin.expects(403)
    admin.clicks("button", "Sign in")
    admin.sees("Charles Babbage")
    admin.sees_no("Grace Hopper")
    assert admin.browser.value("document.querySelectorAll('dialog').length") == 0
    assert now(roster, user)["firstName"] is None


@pytest.mark.row("CO-05")
def test_after_signing_out_nothing_is_seen_by_going_back(admin: Person, user: dict[str, Any]) -> None:
    admin.at("#/users")
    admin.at(f"#/users/{user['id']}")
    admin.sees("Unlock", user["email"])
    admin.clicks("button", "More")
    admin.clicks("Sign out")
    admin.sees("Sign in to Roster")
    admin.goes_back()
    admin.sees("Sign in to Roster")
    admin.sees_no(user["email"])
    admin.loads_again()
    admin.sees("Sign in to Roster")
    kept = admin.browser.value("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert user["email"] not in kept
    assert demo.ADMIN not in kept


def test_two_tabs(admin: Person, roster: Roster, user: dict[str, Any]) -> None:
    """What one tab saves the other does not overwrite; when one signs out the other keeps what is typed."""
    edits(admin, user)
    other = admin.tab()
    other.at(f"#/users/{user['id']}")
    other.clicks("button", "Edit")
    other.types("First name", "Commodore")
    other.clicks("button", "Save")
    other.sees("Saved.")
    admin.turns_here()
    admin.expects(412, user["id"])
    admin.clicks("button", "Save")
    admin.sees("Somebody changed this after you opened it")
    admin.holds("First name", "Admiral")
    assert now(roster, user)["firstName"] == "Commodore"
    other.turns_here()
    other.clicks("button", "More")
    other.clicks("Sign out")
    other.sees("Sign in to Roster")
    admin.turns_here()
    admin.expects(401)
    admin.clicks("button", "Load again")
    admin.sees("Sign in again")
    admin.types("Password", demo.PASSWORD)
    admin.clicks("button", "Sign in")
    admin.sees("It is “Commodore” now")
    admin.holds("First name", "Admiral")


def test_who_leaves_with_something_typed_is_asked(admin: Person) -> None:
    admin.at("#/account")
    admin.types("Full name", "Amara N. Okafor")
    admin.clicks("link", "Users")
    admin.sees("Leave without saving?")
    admin.agrees("Cancel")
    admin.holds("Full name", "Amara N. Okafor")
    admin.arrives("#/account")
    admin.clicks("link", "Users")
    admin.agrees("Leave")
    admin.arrives("#/users")
    admin.sees("Create user")
