"""The site as those who run it see it: overview, users, groups, roles, clients, and the audit."""

import csv
import io
from typing import Any

import pyotp
import pytest

from cli import demo
from tests.console.person import Person
from tests.console.roster import BOTH_WAYS, PASSWORD, Roster

pytestmark = pytest.mark.real

MARKUP = "<img src=x onerror=alert(1)> \u05d0\u05d1 🦊"
TILES = (
    "Object.fromEntries([...document.querySelectorAll('.tile')].map(one =>"
    " [one.querySelector('span').innerText, one.querySelector('b').innerText]))"
)


def is_admin(person: Person) -> None:
    """Come as the platform's ADMIN."""
    person.comes_as(demo.ADMIN, demo.PASSWORD)


def total(roster: Roster, path: str) -> int:
    number: int = roster.send("GET", path).json["meta"]["total"]
    return number


def user_now(roster: Roster, user: dict[str, Any], part: str = "") -> Any:
    return roster.send("GET", f"/api/admin/users/{user['id']}{part}").json["data"]


def login(roster: Roster, user: dict[str, Any], password: str = PASSWORD) -> tuple[int, str]:
    """The status of a login elsewhere, and the cookie of its session."""
    body = {"email": user["email"], "password": password}
    answer = roster.app.send("POST", "/api/auth/login", body)
    return answer.status, answer.cookies[0].partition(";")[0] if answer.status == 200 else ""


def is_let_in(roster: Roster, cookie: str) -> bool:
    return roster.app.send("GET", "/api/auth/me", cookie=cookie).status == 200


def shown_secret(person: Person) -> str:
    secret: str = person.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    return secret


def takes_found(person: Person, label: str, text: str) -> None:
    """Choose in a field that finds as one types, once one is left."""
    person.tabs_to("combobox", label)
    person.writes(text)
    person.browser.until("document.querySelectorAll('dialog[open] [role=option]').length === 1")
    if person.keyboard:
        person.presses("Enter")
    else:
        person.clicks("option", inside=text)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


# The overview.


@BOTH_WAYS
def test_the_overview_counts_what_there_is_and_leads_there(person: Person, roster: Roster) -> None:
    suspended = roster.user("Charles Babbage")
    roster.send("PUT", f"/api/admin/users/{suspended['id']}", {"active": False})
    users = total(roster, "/api/admin/users?page=1&size=1")
    count = total(roster, "/api/admin/users?status=suspended&page=1&size=1")
    homes = total(roster, "/api/workspaces?page=1&size=1")
    is_admin(person)
    person.at("#/")
    person.sees("Administrators", "What happened lately", "User suspended", "Charles Babbage")
    tiles = person.browser.value(TILES)
    assert (tiles["Users"], tiles["Suspended"], tiles["Workspaces"]) == (str(users), str(count), str(homes))
    person.sees("Northwind Freight", "13", inside="Northwind Freight")
    person.sees("Suspended", inside="Meridian Surveys")
    person.clicks("As a table", inside="Sign-ins")
    person.sees("Day (UTC)", inside="Sign-ins")
    person.clicks("link", f"Suspended {count}")
    person.arrives("#/users?status=suspended")
    person.sees(f"{count} found")


@BOTH_WAYS
def test_an_administrator_of_a_workspace_sees_an_overview_of_it(person: Person, roster: Roster) -> None:
    workspace, ruler = roster.workspace("Analytical Engines", settings={}), roster.user("Ada Lovelace")
    roster.member(workspace, ruler, "ADMIN")
    roster.send("PUT", f"/api/workspaces/{workspace['id']}", {"limits": {"members": 1}})
    body = {"email": "soon@console.test", "role": "MEMBER"}
    roster.send("POST", f"/api/workspaces/{workspace['id']}/invitations", body)
    person.comes_as(ruler["email"], PASSWORD)
    person.at("#/")
    person.sees(
        "Analytical Engines", "Members", "of 1", "soon@console.test ends", "Member added Ada Lovelace"
    )
    assert person.browser.value(TILES)["Members"] == "1"
    person.clicks("All of it")
    person.arrives(f"#/workspaces/{workspace['id']}/audit")
    person.sees("Invitation created", "state: open")


def test_a_member_of_several_workspaces_sees_them_side_by_side(person: Person, roster: Roster) -> None:
    member = roster.user("Grace Hopper")
    for name in ("Compilers", "Navy"):
        roster.member(roster.workspace(name), member)
    person.comes_as(member["email"], PASSWORD)
    person.at("#/")
    person.sees("Your workspaces")
    assert person.browser.value(TILES) == {"Compilers": "1", "Navy": "1"}
    person.clicks("link", "Navy 1 member")
    person.arrives("#/workspaces/*")
    assert not [path for _, path, status in person.calls() if status == 403]


# Users.


@BOTH_WAYS
def test_users_are_found_as_one_types_and_by_status_and_role(person: Person, roster: Roster) -> None:
    grace = roster.user("Grace Hopper")
    roster.send("PUT", f"/api/admin/users/{grace['id']}", {"active": False})
    is_admin(person)
    person.at("#/users")
    person.sees("Amara Okafor")
    person.types("Find in Users", "grace hop")
    person.arrives("#/users?find=grace+hop")
    person.sees("Grace Hopper", "Suspended")
    person.sees_no("Mateo Silva")
    asked = [path for _, path, _ in person.calls() if "q=" in path]
    assert len(asked) < len("grace hop") - 2, "one search for several letters"
    person.chooses("State", "Suspended")
    person.arrives("#/users?status=suspended")
    person.sees("Priya Raman")
    person.chooses("Role", "Administrator")
    person.arrives("#/users?role=ADMIN")
    person.sees_no("Priya Raman")
    person.loads_again()
    person.sees("Amara Okafor")
    person.goes_back()
    person.arrives("#/users?status=suspended")
    person.sees("Priya Raman")


@BOTH_WAYS
def test_several_users_are_suspended_and_enabled(person: Person, roster: Roster) -> None:
    name = f"Konrad{'key' if person.keyboard else 'mouse'}"
    people = [roster.user(f"{name} {last}") for last in ("Zuse", "Adenauer")]
    is_admin(person)
    person.at(f"#/users?find={name}")
    person.picks(*(one["fullName"] for one in people))
    person.clicks("button", "Suspend")
    person.sees("Suspend 2?", "end for good", people[1]["fullName"])
    person.agrees("Suspend")
    person.sees("Done for 2.")
    assert [user_now(roster, one)["active"] for one in people] == [False, False]
    person.picks(people[0]["fullName"])
    person.clicks("button", "Enable")
    person.sees("Done.")
    assert [user_now(roster, one)["active"] for one in people] == [True, False]


@BOTH_WAYS
def test_a_user_is_made_with_a_link_that_is_shown_once(person: Person, roster: Roster) -> None:
    email = f"new.{'key' if person.keyboard else 'mouse'}@console.test"
    is_admin(person)
    person.at("#/users")
    person.clicks("button", "Create user")
    person.types("Name", MARKUP)
    person.types("E-mail address", email)
    person.chooses("Site role", "Lead")
    person.checks("Quality")
    person.clicks("button", "Create user")
    person.sees("A link to choose a password", "It is shown this once")
    assert "/console#/" in shown_secret(person)
    person.clicks("button", "I have it")
    person.arrives("#/users/*")
    person.sees(MARKUP, email, "Not verified", "Lead", "Quality")
    [made] = roster.send("GET", f"/api/admin/users?email={email}").json["data"]
    assert (made["fullName"], made["roles"], made["groups"]) == (MARKUP, ["USER"], [1])


def test_a_refused_field_is_told_beside_it_and_nothing_typed_is_lost(person: Person, roster: Roster) -> None:
    is_admin(person)
    person.expects(400)
    person.expects(409)
    person.at("#/users")
    person.clicks("button", "Create user")
    person.types("Name", "Nobody New")
    person.types("E-mail address", demo.LEAD)
    person.types("Password", "password")
    person.clicks("button", "Create user")
    person.is_on("textbox", "Password")
    person.types("Password", PASSWORD)
    person.clicks("button", "Create user")
    person.sees("in use")
    person.holds("Name", "Nobody New")


# One user.


@BOTH_WAYS
def test_a_user_is_edited_and_a_stale_save_overwrites_nothing(person: Person, roster: Roster) -> None:
    user = roster.user("Ada Byron")
    is_admin(person)
    person.expects(412)
    person.at(f"#/users/{user['id']}")
    person.clicks("button", "Edit")
    person.types("Name", "Ada Lovelace")
    person.checks("E-mail verified")
    roster.send("PUT", f"/api/admin/users/{user['id']}", {"timezone": "Europe/London"})
    person.clicks("button", "Save")
    person.sees("Somebody changed this after you opened it")
    person.clicks("button", "Load again")
    person.holds("Time zone", "Europe/London")
    person.holds("Name", "Ada Lovelace")
    person.clicks("button", "Save")
    person.sees("Saved.", "Ada Lovelace", "Verified")
    now = user_now(roster, user)
    assert (now["fullName"], now["timezone"], now["emailVerified"]) == ("Ada Lovelace", "Europe/London", True)


@BOTH_WAYS
def test_a_user_is_suspended_and_that_is_undone(person: Person, roster: Roster) -> None:
    user = roster.user("Alan Turing")
    is_admin(person)
    person.at(f"#/users/{user['id']}")
    person.clicks("button", "Suspend")
    person.sees("Suspend Alan Turing?")
    person.agrees("Suspend")
    person.sees("Saved.")
    assert not user_now(roster, user)["active"]
    person.clicks("button", "Undo")
    person.sees("Undone.")
    person.finds("button", "Suspend")
    assert user_now(roster, user)["active"]


@BOTH_WAYS
def test_a_reset_link_an_unlocked_address_and_reset_factors(person: Person, roster: Roster) -> None:
    user = roster.user("Joan Clarke")
    _, cookie = login(roster, user)
    made = roster.app.send("POST", "/api/auth/factors/totp", {}, cookie=cookie).json["data"]
    confirm = f"/api/auth/factors/totp/{made['factorId']}/confirm"
    code = {"code": pyotp.TOTP(made["secret"]).now()}
    assert roster.app.send("POST", confirm, code, cookie=cookie).status == 200
    for _ in range(5):
        assert login(roster, user, "not hers")[0] == 401
    is_admin(person)
    person.at(f"#/users/{user['id']}")
    person.clicks("button", "Reset second factors")
    person.sees("be sure who asked you")
    person.agrees("Reset second factors")
    person.sees("Done.")
    assert login(roster, user)[0] == 401, "the address waits"
    person.clicks("button", "Unlock")
    person.settles()
    assert login(roster, user)[0] == 200
    person.clicks("button", "Make a reset link")
    person.sees("A link to choose a password")
    token = shown_secret(person).rpartition("/")[2]
    person.clicks("button", "I have it")
    body = {"token": token, "password": "a mill and a store"}
    assert roster.app.send("POST", "/api/auth/password/reset", body).status == 200
    assert login(roster, user, "a mill and a store")[0] == 200


@BOTH_WAYS
def test_memberships_in_all_workspaces(person: Person, roster: Roster) -> None:
    user, home = roster.user("Mary Somerville"), roster.workspace("Difference Engines")
    is_admin(person)
    person.at(f"#/users/{user['id']}")
    person.sees("In no workspace")
    person.clicks("button", "Add to a workspace", inside="Memberships")
    takes_found(person, "Workspace", home["key"])
    person.holds("Workspace", f"Difference Engines ({home['key']})")
    person.chooses("Role", "Administrator")
    person.agrees("Add to a workspace")
    person.sees("Administrator", inside="Difference Engines")
    assert [one["role"] for one in user_now(roster, user, "/memberships")] == ["ADMIN"]
    other = roster.user("Another Admin")
    roster.member(home, other, "ADMIN")
    person.picks("Difference Engines")
    person.clicks("button", "Remove")
    person.sees("Remove Mary Somerville from the workspace?")
    person.agrees("Remove")
    person.sees("In no workspace")
    person.is_on("heading", "Memberships")
    assert user_now(roster, user, "/memberships") == []


@BOTH_WAYS
def test_sessions_and_tokens_end_one_and_all(person: Person, roster: Roster) -> None:
    user = roster.user("Mary Shelley")
    first, second = login(roster, user)[1], login(roster, user)[1]
    body = {"name": "Frankenstein"}
    secret = roster.app.send("POST", "/api/auth/tokens", body, cookie=first).json["data"]["token"]
    is_admin(person)
    person.at(f"#/users/{user['id']}")
    person.picks("Frankenstein")
    person.clicks("button", "End")
    person.agrees("End")
    person.sees("Done.")
    ended = roster.app.send("GET", "/api/auth/me", Authorization=f"Bearer {secret}")
    assert ended.status == 401
    assert is_let_in(roster, first)
    assert is_let_in(roster, second)
    person.clicks("button", "End all")
    person.sees("Sessions: 2, API tokens: 0")
    person.agrees("End all")
    person.sees("No session, no token")
    assert not is_let_in(roster, first)
    assert not is_let_in(roster, second)


@BOTH_WAYS
def test_a_user_is_deleted_by_typing_their_address(person: Person, roster: Roster) -> None:
    user = roster.user("Percy Shelley")
    is_admin(person)
    person.expects(404, f"/api/admin/users/{user['id']}")
    person.at(f"#/users/{user['id']}")
    person.clicks("button", "Delete")
    person.sees("Delete Percy Shelley?")
    person.types(f"Type {user['email']} to confirm", user["email"])
    person.agrees("Delete")
    person.arrives("#/users")
    person.sees("Deleted.")
    person.at(f"#/users/{user['id']}")
    person.sees("Not found")


def test_one_does_not_suspend_or_delete_oneself(person: Person, roster: Roster) -> None:
    is_admin(person)
    person.at(f"#/users/{demo.ADMIN_ID}")
    person.finds("button", "Edit")
    for name in ("Suspend", "Delete", "Make a reset link", "Reset second factors"):
        person.finds_no("button", name)


# Groups, roles and clients.


@BOTH_WAYS
def test_a_group_is_made_renamed_and_deleted(person: Person, roster: Roster) -> None:
    name = f"Night {'owls' if person.keyboard else 'shift'}"
    is_admin(person)
    person.at("#/groups")
    person.clicks("button", "Create group")
    person.types("Name", name)
    person.clicks("button", "Create group")
    person.sees("Saved.", name)
    person.clicks("button", "Edit", inside=name)
    person.types("Name", f"{name} two")
    person.clicks("button", "Save")
    person.sees(f"{name} two")
    person.picks(f"{name} two")
    person.clicks("button", "Delete")
    person.sees("Every user leaves a deleted group.")
    person.agrees("Delete")
    person.sees("Done.")
    groups = roster.send("GET", "/api/admin/groups").json["data"]
    assert name not in "".join(one["name"] for one in groups)


@BOTH_WAYS
def test_a_role_is_made_with_permissions_and_deleted(person: Person, roster: Roster) -> None:
    name = f"Auditor {'key' if person.keyboard else 'mouse'}"
    is_admin(person)
    person.at("#/roles")
    person.sees("Default", inside="Viewer")
    person.clicks("button", "Create role")
    person.types("Name", name)
    person.types("Permissions", "audit.read\nusers.read")
    person.clicks("button", "Create role")
    person.sees("audit.read", "users.read", inside=name)
    person.clicks("button", "Edit", inside=name)
    person.types("Permissions", "audit.read")
    person.clicks("button", "Save")
    person.sees_no("users.read", inside=name)
    [made] = [one for one in roster.send("GET", "/api/admin/roles").json["data"] if one["name"] == name]
    assert (made["permissions"], made["isDefault"]) == (["audit.read"], False)
    person.picks(name)
    person.clicks("button", "Delete")
    person.agrees("Delete")
    person.sees("Done.")


@BOTH_WAYS
def test_a_client_gets_a_secret_once_and_another_and_is_deleted(person: Person, roster: Roster) -> None:
    ident = f"ci-{'key' if person.keyboard else 'mouse'}"
    user = roster.user("Build Robot Two")
    is_admin(person)
    person.at("#/clients")
    person.clicks("button", "Create client")
    person.types("Name", "Continuous")
    person.checks("client_credentials")
    takes_found(person, "Acts as user", user["email"])
    person.holds("Acts as user", f"Build Robot Two ({user['email']})")
    person.types("ID", ident)
    person.clicks("button", "Create client")
    person.sees("The client's secret", "It is shown this once")
    first = shown_secret(person)
    person.clicks("button", "I have it")
    person.arrives(f"#/clients/{ident}")
    person.sees("Continuous", "Build Robot Two", "With a secret")
    person.sees_no(first)
    person.clicks("button", "Make another secret")
    person.sees("works for 24 hours more")
    person.clicks("button", "Make another secret")
    person.sees("It is shown this once")
    assert shown_secret(person) not in ("", first)
    person.clicks("button", "I have it")
    person.sees("The former secret works until")
    person.clicks("button", "Delete")
    person.types(f"Type {ident} to confirm", ident)
    person.agrees("Delete")
    person.arrives("#/clients")
    person.sees("Deleted.")
    clients = roster.send("GET", "/api/admin/clients").json["data"]
    assert ident not in [one["id"] for one in clients]


# The audit.


@BOTH_WAYS
def test_the_audit_has_its_filters_in_the_address_and_tells_before_and_after(
    person: Person, roster: Roster
) -> None:
    user = roster.user("Emmy Noether")
    roster.send("PUT", f"/api/admin/users/{user['id']}", {"roles": ["ADMIN", "USER"], "fullName": "Amalie N"})
    is_admin(person)
    person.at("#/audit")
    person.sees("User changed", "User created")
    person.types("Of (ID)", user["id"])
    person.presses("Enter")
    person.arrives(f"#/audit?target={user['id']}")
    person.sees("roles: USER → ADMIN, USER", "also changed: full_name", "Amara Okafor", "Amalie N")
    person.clicks("button", "CSV")
    name, text = person.download()
    assert name.endswith(".csv")
    told = rows_of(text)
    assert [one["What"] for one in told] == ["user.changed", "user.created"]
    assert {one["Of"] for one in told} == {user["id"]}
    assert '"before":{"roles":["USER"]}' in told[0]["Before and after"]
    person.loads_again()
    person.sees("also changed: full_name")
    person.at(f"#/audit?target={user['id']}&to=2020-01-01T00:00:00Z&from=2019-01-01T00:00:00Z")
    person.sees("Nothing found")
    person.clicks("Show all")
    person.arrives("#/audit")


@BOTH_WAYS
def test_from_a_user_one_comes_to_what_they_did(person: Person, roster: Roster) -> None:
    is_admin(person)
    person.at(f"#/users/{demo.LEAD_ID}")
    person.clicks("What this user did")
    person.arrives(f"#/audit?actor={demo.LEAD_ID}")
    person.sees("Invitation revoked", "state: open → revoked")


@BOTH_WAYS
def test_the_audit_of_a_workspace_is_its_own_alone(person: Person, roster: Roster) -> None:
    workspace, ruler = roster.workspace("Ciphers"), roster.user("Ada Lovelace")
    roster.member(workspace, ruler, "ADMIN")
    person.comes_as(ruler["email"], PASSWORD)
    person.at(f"#/workspaces/{workspace['id']}/audit")
    person.sees("Workspace created", "Member added", "Ada Lovelace", "role: ADMIN")
    person.clicks("Ada Lovelace", inside="Member added")
    person.arrives(f"#/workspaces/{workspace['id']}/audit?target={ruler['id']}")
    person.sees_no("Workspace created")
    person.clicks("button", "CSV")
    assert [one["What"] for one in rows_of(person.download()[1])] == ["member.added"]
