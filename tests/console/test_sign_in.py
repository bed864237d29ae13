"""Signing in at the console: by password and by a second factor."""

import pytest

from cli import demo
from tests.console.person import Person
from tests.console.roster import BOTH_WAYS, PASSWORD, Roster
from tests.console.test_account import has_app, next_code

pytestmark = pytest.mark.real


def signs_in(person: Person, email: str, password: str = PASSWORD) -> None:
    person.types("E-mail address", email)
    person.types("Password", password)
    person.clicks("button", "Sign in")


@BOTH_WAYS
def test_one_comes_to_the_page_that_was_wanted(person: Person) -> None:
    person.at("#/users?role=ADMIN")
    person.sees("Sign in to Roster")
    person.expects(401, "/api/auth/login")
    signs_in(person, demo.ADMIN, "not the password")
    person.sees("The address or the password is not right.")
    person.holds("E-mail address", demo.ADMIN)
    person.types("Password", demo.PASSWORD)
    person.clicks("button", "Sign in")
    person.arrives("#/users?role=ADMIN")
    person.finds("link", "Amara Okafor")
    assert person.title == "Users · Roster"


@BOTH_WAYS
def test_a_second_factor_is_asked_for(person: Person, roster: Roster) -> None:
    ada = roster.user()
    app = has_app(roster, ada["email"])
    person.at("")
    person.expects(401, "/api/auth/login")
    signs_in(person, ada["email"])
    person.sees("Now prove your second factor")
    person.is_on("textbox", "Code")
    person.types("Code", "000000")
    person.clicks("button", "Go on")
    person.sees("The code is not right")
    person.types("Code", next_code(app))
    person.clicks("button", "Go on")
    person.sees("Ada Lovelace")


@BOTH_WAYS
def test_a_recovery_code_signs_in_without_the_device(person: Person, roster: Roster) -> None:
    ada = roster.user()
    app = has_app(roster, ada["email"])
    code = next_code(app)
    first = roster.app.send("POST", "/api/auth/login", {"email": ada["email"], "password": PASSWORD})
    second = {"challenge": first.json["data"]["challenge"], "code": code}
    given = "; ".join(one.partition(";")[0] for one in first.cookies)
    inside = roster.app.send("POST", "/api/auth/login/second", second, cookie=given)
    cookie = next(one for one in inside.cookies if one.startswith("session=")).partition(";")[0]
    codes = roster.app.send("POST", "/api/auth/factors/recovery-codes", cookie=cookie).json["data"]["codes"]
    person.at("")
    person.expects(401, "/api/auth/login")
    signs_in(person, ada["email"])
    person.types("Code", codes[0])
    person.clicks("button", "Go on")
    person.sees("Ada Lovelace")
