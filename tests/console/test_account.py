"""One's own account, and the links by which people come in."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from cli import demo
from tests.browser.chromium import Browser
from tests.browser.test_passkeys import Device
from tests.console.axe import violations, wider_than_the_window
from tests.console.person import Person
from tests.console.roster import BOTH_WAYS, PASSWORD, Roster
from tests.support.served import served

pytestmark = pytest.mark.real

NEW_PASSWORD = "a mill and a store"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def link_of(answer: Any) -> str:
    """The fragment of the link in an answer."""
    link: str = answer.json["data"]["link"]
    return link[link.index("#") :]


def session_of(roster: Roster, email: str, password: str = PASSWORD, **headers: str) -> str:
    """The cookie of a session that somebody has elsewhere."""
    answer = roster.app.send("POST", "/api/auth/login", {"email": email, "password": password}, **headers)
    assert answer.status == 200, answer.text
    return answer.cookies[0].partition(";")[0]


def status_of(roster: Roster, cookie: str, path: str = "/api/auth/me") -> int:
    return roster.app.send("GET", path, cookie=cookie).status


def has_app(roster: Roster, email: str) -> pyotp.TOTP:
    """Give a user an authenticator, from a session elsewhere."""
    cookie = session_of(roster, email)
    answer = roster.app.send("POST", "/api/auth/factors/totp", {"name": "Old phone"}, cookie=cookie)
    made = answer.json["data"]
    app = pyotp.TOTP(made["secret"])
    path = f"/api/auth/factors/totp/{made['factorId']}/confirm"
    assert roster.app.send("POST", path, {"code": app.now()}, cookie=cookie).status == 200
    return app


def next_code(app: pyotp.TOTP) -> str:
    """A code that was not used when the app was confirmed; one step early is taken."""
    return app.at(int(time.time()) + 30)


def shown_secret(person: Person) -> str:
    secret: str = person.browser.value("document.querySelector('dialog[open] code').textContent")
    return secret.replace(" ", "")


def shown_codes(person: Person) -> list[str]:
    text: str = person.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    return text.split()


@pytest.fixture
def device(person: Person) -> Iterator[Device]:
    """An authenticator of the person's browser, whose user is there and is known."""
    person.browser.call("WebAuthn.enable")
    yield Device.added(person.browser)
    person.browser.call("WebAuthn.disable")


# Links.


@BOTH_WAYS
def test_who_forgot_the_password_asks_for_a_link_and_sets_a_new_one(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.at("")
    person.clicks("link", "Forgotten password")
    person.sees("We send a link")
    person.types("E-mail address", ada["email"])
    person.clicks("button", "Send the link")
    person.sees(f"If {ada['email']} has an account, a link is on its way")
    person.at(link_of(roster.send("POST", f"/api/admin/users/{ada['id']}/password-link")))
    person.types("New password", NEW_PASSWORD)
    person.clicks("button", "Set password")
    person.sees("Your new password is set")
    person.clicks("link", "Sign in")
    person.types("E-mail address", ada["email"])
    person.types("Password", NEW_PASSWORD)
    person.clicks("button", "Sign in")
    person.sees("Ada Lovelace")


def test_a_weak_password_is_told_beside_its_field_and_does_not_spend_the_link(
    person: Person, roster: Roster
) -> None:
    ada = roster.user()
    person.at(link_of(roster.send("POST", f"/api/admin/users/{ada['id']}/password-link")))
    person.expects(400, "/api/auth/password/reset")
    person.types("New password", "password1")
    person.clicks("button", "Set password")
    person.is_on("textbox", "New password")
    person.holds("New password", "password1")
    person.clicks("Show New password")
    person.types("New password", NEW_PASSWORD)
    person.checks("End my API tokens too")
    person.clicks("button", "Set password")
    person.sees("Your new password is set")


def test_a_dead_link_says_what_to_do(person: Person, roster: Roster) -> None:
    ada = roster.user()
    link = link_of(roster.send("POST", f"/api/admin/users/{ada['id']}/password-link"))
    roster.send("POST", f"/api/admin/users/{ada['id']}/password-link")
    person.expects(400, "/api/auth/password/reset")
    person.expects(404, "/api/auth/invitations/look")
    person.at(link)
    person.types("New password", NEW_PASSWORD)
    person.clicks("button", "Set password")
    person.sees("This link is not good any more")
    person.clicks("link", "Ask for another link")
    person.arrives("#/forgotten")
    person.at("#/invitations/none")
    person.sees("This link is not good any more", "Ask whoever invited you")


@BOTH_WAYS
def test_somebody_new_accepts_an_invitation(person: Person, roster: Roster) -> None:
    workspace = roster.workspace("<img src=x onerror=alert(1)>")
    email = f"{workspace['key']}@new.test"
    path = f"/api/workspaces/{workspace['id']}/invitations"
    person.at(link_of(roster.send("POST", path, {"email": email, "role": "ADMIN"})))
    person.sees("Join <img src=x onerror=alert(1)>", "Administrator")
    person.holds("E-mail address", email)
    person.types("Full name", "Grace Hopper")
    person.types("New password", PASSWORD)
    person.clicks("button", "Create account and join")
    person.arrives("#/")
    person.sees("Grace Hopper", "<img src=x onerror=alert(1)>")


@BOTH_WAYS
def test_who_has_an_account_signs_in_and_joins(person: Person, roster: Roster) -> None:
    ada, workspace = roster.user(), roster.workspace()
    path = f"/api/workspaces/{workspace['id']}/invitations"
    person.at(link_of(roster.send("POST", path, {"email": ada["email"], "role": "MEMBER"})))
    person.sees("Join Analytical Engines", "This address has an account")
    person.holds("E-mail address", ada["email"])
    person.types("Password", PASSWORD)
    person.clicks("button", "Sign in")
    person.arrives("#/")
    person.sees("Ada Lovelace", "Analytical Engines")


@BOTH_WAYS
def test_who_is_signed_in_joins_with_one_click(person: Person, roster: Roster) -> None:
    ada, workspace = roster.user(), roster.workspace()
    path = f"/api/workspaces/{workspace['id']}/invitations"
    person.comes_as(ada["email"], PASSWORD)
    person.at(link_of(roster.send("POST", path, {"email": ada["email"].upper(), "role": "MEMBER"})))
    person.clicks("button", "Join")
    person.arrives("#/")
    person.sees("Analytical Engines")


def test_an_invitation_of_another_address_is_told_to_who_is_signed_in(person: Person, roster: Roster) -> None:
    ada, grace, workspace = roster.user(), roster.user("Grace Hopper"), roster.workspace()
    path = f"/api/workspaces/{workspace['id']}/invitations"
    person.comes_as(ada["email"], PASSWORD)
    person.at(link_of(roster.send("POST", path, {"email": grace["email"], "role": "MEMBER"})))
    person.sees(f"You are signed in as {ada['email']}")
    person.types("Password", PASSWORD)
    person.clicks("button", "Sign in")
    person.arrives("#/")
    person.sees("Grace Hopper", "Analytical Engines")


@BOTH_WAYS
def test_a_new_user_chooses_the_first_password(person: Person, roster: Roster) -> None:
    email = f"first-{time.time_ns()}@console.test"
    body = {"email": email, "fullName": "Mary Somerville", "roles": ["USER"]}
    person.at(link_of(roster.send("POST", "/api/admin/users", body)))
    person.sees("Welcome to Roster")
    person.holds("E-mail address", email)
    person.types("New password", PASSWORD)
    person.clicks("button", "Set password")
    person.arrives("#/")
    person.sees("Mary Somerville")


# Profile and password.


@BOTH_WAYS
def test_one_changes_the_profile(person: Person, roster: Roster) -> None:
    ada, workspace = roster.user(), roster.workspace("Babbage & Sons")
    roster.member(workspace, ada)
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account")
    person.types("Full name", "Ada King")
    person.types("First name", "Ada")
    person.types("Time zone", "berlin")
    person.sees("Europe/Berlin")
    person.sees_no("America/Belem")
    if person.keyboard:
        person.presses("ArrowDown", "Enter")
    else:
        person.clicks("option", "Europe/Berlin")
    person.holds("Time zone", "Europe/Berlin")
    person.chooses("Default workspace", "Babbage & Sons")
    person.clicks("button", "Save")
    person.sees("Saved.")
    person.at("#/account/password")
    person.sees("A new password ends")
    person.at("#/account")
    person.holds("Full name", "Ada King")
    person.holds("Time zone", "Europe/Berlin")
    user = roster.send("GET", f"/api/admin/users/{ada['id']}").json["data"]
    wanted = ("Ada King", "Ada", None, "Europe/Berlin", workspace["id"])
    names = ("fullName", "firstName", "lastName", "timezone", "defaultWorkspaceId")
    assert tuple(user[name] for name in names) == wanted
    person.types("First name", "")
    person.clicks("button", "Save")
    person.settles()
    assert roster.send("GET", f"/api/admin/users/{ada['id']}").json["data"]["firstName"] is None


def test_a_stale_profile_is_loaded_again_and_keeps_what_was_typed(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account")
    person.types("First name", "Augusta")
    roster.send("PUT", f"/api/admin/users/{ada['id']}", {"fullName": "Ada King"})
    person.expects(412, "/api/auth/me")
    person.clicks("button", "Save")
    person.sees("Somebody changed this")
    person.clicks("button", "Load again")
    person.holds("Full name", "Ada King")
    person.holds("First name", "Augusta")
    person.clicks("button", "Save")
    person.sees("Saved.")
    user = roster.send("GET", f"/api/admin/users/{ada['id']}").json["data"]
    assert (user["fullName"], user["firstName"]) == ("Ada King", "Augusta")


@BOTH_WAYS
def test_one_changes_the_password(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    elsewhere = session_of(roster, ada["email"])
    person.at("#/account/password")
    person.expects(400, "/api/auth/me/password")
    person.types("Present password", "wrong")
    person.types("New password", NEW_PASSWORD)
    person.clicks("button", "Change password")
    person.is_on("textbox", "Present password")
    person.holds("New password", NEW_PASSWORD)
    person.types("Present password", PASSWORD)
    person.clicks("button", "Change password")
    person.sees("Your password is changed")
    person.holds("New password", "")
    assert status_of(roster, elsewhere) == 401
    assert status_of(roster, session_of(roster, ada["email"], NEW_PASSWORD)) == 200


@BOTH_WAYS
def test_who_must_change_the_password_is_led_there(person: Person, roster: Roster) -> None:
    ada = roster.user(mustChangePassword=True)
    person.expects(403, "/api/")
    person.at("")
    person.types("E-mail address", ada["email"])
    person.types("Password", PASSWORD)
    person.clicks("button", "Sign in")
    person.arrives("#/account/password")
    person.sees("Choose a new password before you go on")
    person.finds_no("link", "Tokens")
    person.types("Present password", PASSWORD)
    person.types("New password", NEW_PASSWORD)
    person.clicks("button", "Change password")
    person.finds("link", "Tokens")
    person.sees_no("Choose a new password before you go on")


# Second factors.


@BOTH_WAYS
def test_one_adds_an_authenticator_app_and_keeps_the_codes(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/factors")
    person.sees("No second factor yet")
    person.clicks("button", "Add an authenticator app")
    person.types("Name", "Phone")
    person.clicks("button", "Next")
    person.sees("Scan this code")
    size = "(one => one.complete && one.naturalWidth)(document.querySelector('dialog[open] img'))"
    person.browser.until(size)
    app = pyotp.TOTP(shown_secret(person))
    person.expects(400, "/confirm")
    person.types("The six digits that the app shows", "000000")
    person.clicks("button", "Confirm")
    person.is_on("textbox", "The six digits that the app shows")
    person.types("The six digits that the app shows", app.now())
    person.clicks("button", "Confirm")
    person.sees("It is shown this once", ada["email"])
    codes = shown_codes(person)
    assert len(set(codes)) == 10
    person.browser.value("globalThis.printed = 0; globalThis.print = () => { globalThis.printed += 1 }; 0")
    person.clicks("button", "Print")
    assert person.browser.value("globalThis.printed") == 1
    person.clicks("button", "I have it")
    person.sees("Phone", "Authenticator app")
    # A recovery code signs in, once.
    answer = roster.app.send("POST", "/api/auth/login", {"email": ada["email"], "password": PASSWORD})
    assert answer.status == 401
    challenge = answer.json["data"]["challenge"]
    cookie = answer.cookies[0].partition(";")[0]
    body = {"challenge": challenge, "code": codes[0]}
    assert roster.app.send("POST", "/api/auth/login/second", body, cookie=cookie).status == 200
    # New ones end the old.
    person.clicks("button", "Make new recovery codes")
    person.clicks("button", "Make new codes")
    person.sees("It is shown this once")
    assert not set(shown_codes(person)) & set(codes)
    person.clicks("button", "I have it")
    person.clicks("button", "Remove", inside="Phone")
    person.sees("It is your last one")
    person.agrees("Remove")
    person.sees("No second factor yet")
    assert status_of(roster, session_of(roster, ada["email"])) == 200


@BOTH_WAYS
def test_one_adds_a_passkey_and_signs_in_by_it(person: Person, roster: Roster, device: Device) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/factors")
    person.clicks("button", "Add a passkey")
    person.types("Name", "Laptop")
    person.clicks("button", "Next")
    person.sees("It is shown this once")
    person.clicks("button", "I have it")
    person.sees("Laptop", "Passkey")
    # The device has one already, and says so in the form.
    person.clicks("button", "Add a passkey")
    person.clicks("button", "Next")
    person.sees("This device has a passkey of yours already")
    person.presses("Escape")
    person.at("#/account/sessions")
    person.clicks("button", "Sign out", inside="this one")
    person.arrives("#/sign-in*")
    person.clicks("button", "Sign in with a passkey")
    person.sees("Ada Lovelace")


def test_the_dialogs_of_factors_are_for_everybody(person: Person, roster: Roster) -> None:
    """The QR code, the recovery codes and the proof: axe-core holds nothing against them, nor does 320 px."""

    def looked_at() -> list[str]:
        found = []
        for scheme, width in (("light", 1440), ("dark", 320)):
            person.looks(scheme)
            person.sits_at(width)
            found += violations(person) + wider_than_the_window(person)
        return found

    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/factors")
    person.meets(403, "POST", "/api/auth/factors/totp", code="REAUTHENTICATION_REQUIRED")
    person.clicks("button", "Add an authenticator app")
    person.clicks("button", "Next")
    person.sees("Is it you?")
    found = looked_at()
    person.types("Password", PASSWORD)
    person.clicks("button", "Go on")
    person.sees("Scan this code")
    found += looked_at()
    person.types("The six digits that the app shows", pyotp.TOTP(shown_secret(person)).now())
    person.clicks("button", "Confirm")
    person.sees("It is shown this once")
    assert found + looked_at() == []


def test_a_passkey_that_is_refused_is_told_and_nothing_is_added(
    person: Person, roster: Roster, device: Device
) -> None:
    ada = roster.user()
    device.do("setUserVerified", isUserVerified=False)
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/factors")
    person.clicks("button", "Add a passkey")
    person.types("Name", "Laptop")
    person.clicks("button", "Next")
    person.sees("No passkey was made")
    person.holds("Name", "Laptop")
    person.presses("Escape")
    person.sees("No second factor yet")


@BOTH_WAYS
def test_a_fresh_proof_is_asked_by_the_factor_and_the_work_goes_on(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)  # a session from before the factor proves too little
    app = has_app(roster, ada["email"])
    person.expects(403, "/api/auth/tokens")
    person.expects(400, "/api/auth/reauthenticate")
    person.at("#/account/tokens")
    person.clicks("button", "Create token")
    person.types("Name", "ci")
    person.clicks("button", "Create")
    person.sees("Is it you?")
    person.types("Code", "000000")
    person.clicks("button", "Go on")
    person.is_on("textbox", "Code")
    person.types("Code", next_code(app))
    person.clicks("button", "Go on")
    person.sees("The new token")
    person.clicks("button", "I have it")
    person.sees("ci")
    made = [call for call in person.calls() if call[:2] == ("POST", "/api/auth/tokens")]
    assert [status for _, _, status in made] == [403, 200]


def test_a_fresh_proof_is_given_by_a_passkey(person: Person, roster: Roster, device: Device) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/factors")
    person.clicks("button", "Add a passkey")
    person.clicks("button", "Next")
    person.clicks("button", "I have it")
    person.sees("Make new recovery codes")
    person.meets(403, "POST", "/api/auth/factors/recovery-codes", code="REAUTHENTICATION_REQUIRED")
    person.clicks("button", "Make new recovery codes")
    person.clicks("button", "Make new codes")
    person.sees("Is it you?")
    person.clicks("button", "Use a passkey")
    person.sees("It is shown this once")
    assert len(shown_codes(person)) == 10


@BOTH_WAYS
def test_a_fresh_proof_is_asked_by_the_password_and_may_be_refused(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/factors")
    person.meets(403, "POST", "/api/auth/factors/totp", code="REAUTHENTICATION_REQUIRED", times=2)
    person.clicks("button", "Add an authenticator app")
    person.types("Name", "Phone")
    person.clicks("button", "Next")
    person.sees("Is it you?")
    person.presses("Escape")
    person.sees("The service is not available for the moment.")  # as the answer says
    person.holds("Name", "Phone")
    person.clicks("button", "Next")
    person.types("Password", PASSWORD)
    person.clicks("button", "Go on")
    person.sees("Scan this code")


# Sessions and tokens.


@BOTH_WAYS
def test_one_ends_sessions(person: Person, roster: Roster) -> None:
    ada = roster.user()
    person.comes_as(ada["email"], PASSWORD)
    first = session_of(roster, ada["email"], **{"User-Agent": FIREFOX})
    others = [session_of(roster, ada["email"]) for _ in range(2)]
    person.at("#/account/sessions")
    person.sees("4 in all", "Firefox on Linux")
    person.clicks("button", "End", inside="Firefox on Linux")
    person.sees("End “Firefox on Linux”?")
    person.agrees("End")
    person.sees("It has ended.", "3 in all")
    assert status_of(roster, first) == 401
    assert [status_of(roster, one) for one in others] == [200, 200]
    person.clicks("button", "End all others")
    person.agrees("End all")
    person.sees("1 in all")
    assert [status_of(roster, one) for one in others] == [401, 401]
    person.clicks("button", "Sign out", inside="this one")
    person.arrives("#/sign-in*")


@BOTH_WAYS
def test_one_creates_a_token_copies_it_and_deletes_it(person: Person, roster: Roster) -> None:
    ada, workspace = roster.user(), roster.workspace()
    roster.member(workspace, ada)
    person.comes_as(ada["email"], PASSWORD)
    person.at("#/account/tokens")
    person.sees("No tokens yet")
    person.clicks("button", "Create token")
    person.types("Name", "nightly report")
    person.chooses("Works in", "Analytical Engines")
    person.chooses("Ends", "30 days")
    person.clicks("button", "Create")
    person.sees("It is shown this once")
    granted = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    person.browser.call("Browser.grantPermissions", permissions=granted)
    secret: str = person.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    person.clicks("button", f"Copy {secret[:60]}")
    person.sees("Copied.")
    assert person.browser.result("navigator.clipboard.readText()") == secret
    person.clicks("button", "I have it")
    person.sees("nightly report", "Analytical Engines")
    assert secret not in person.browser.value("document.documentElement.innerHTML")
    [token] = roster.send("GET", f"/api/admin/users/{ada['id']}/credentials").json["data"]["tokens"]
    assert token["workspaceId"] == workspace["id"]

    def asked() -> int:
        return roster.app.send("GET", "/api/auth/me", Authorization=f"Bearer {secret}").status

    assert asked() == 200
    person.clicks("button", "Delete", inside="nightly report")
    person.agrees("Delete")
    person.sees("No tokens yet")
    assert asked() == 401


# A deployment that demands a second factor.


@pytest.fixture
def newcomer(chrome: Browser, downloads: Path, tmp_path: Path) -> Iterator[Person]:
    """One who has not signed in, at a server that demands a second factor of everybody."""
    with served(tmp_path, DATA="demo", SECOND_FACTOR="all") as app:
        someone = Person(chrome.tab(), app, downloads)
        someone.begins()
        someone.forgets()
        yield someone
        complaints = someone.leaves()
    assert complaints == []


def test_who_must_enrol_is_led_to_the_factors_and_then_everywhere(newcomer: Person) -> None:
    person = newcomer
    person.expects(403, "/api/")
    person.at("#/account/tokens")
    person.types("E-mail address", demo.LEAD)
    person.types("Password", demo.PASSWORD)
    person.clicks("button", "Sign in")
    person.arrives("#/account/factors")
    person.sees("This site demands a second factor")
    person.finds_no("link", "Tokens")
    person.clicks("button", "Add an authenticator app")
    person.clicks("button", "Next")
    person.sees("Scan this code")
    person.types("The six digits that the app shows", pyotp.TOTP(shown_secret(person)).now())
    person.clicks("button", "Confirm")
    person.sees(f"For {demo.LEAD} at")
    person.clicks("button", "I have it")
    person.sees_no("This site demands a second factor")
    person.finds("link", "Tokens")
    person.expects(409, "/api/auth/factors/")
    person.clicks("button", "Remove", inside="Authenticator app")
    person.agrees("Remove")
    person.sees("A second factor is demanded of you; enrol another one first.")
    person.finds("button", "Remove", inside="Authenticator app")
