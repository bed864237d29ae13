"""Workspaces, their members, invitations and exports, as the people who run them do it."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cli import demo
from tests.console.person import Person
from tests.console.roster import BOTH_WAYS, PASSWORD, Roster

pytestmark = pytest.mark.real

MARKUP = "<img src=x onerror=alert(1)>"


def home(workspace: dict[str, Any], *parts: str) -> str:
    return "/".join((f"#/workspaces/{workspace['id']}", *parts))


def is_admin(person: Person) -> None:
    """Come as the platform's ADMIN."""
    person.comes_as(demo.ADMIN, demo.PASSWORD)


def ruled(roster: Roster, name: str = "Analytical Engines") -> tuple[dict[str, Any], dict[str, Any]]:
    """A new workspace, and its ADMIN."""
    workspace, ruler = roster.workspace(name), roster.user("Ada Lovelace")
    roster.member(workspace, ruler, "ADMIN")
    return workspace, ruler


def finds_user(person: Person, user: dict[str, Any]) -> None:
    """Choose a user in the field that finds them as one types."""
    person.is_on("combobox", "User")
    person.writes(user["email"])
    person.sees(user["email"], inside=user["fullName"])
    if person.keyboard:
        chosen = "document.querySelector('[role=option][aria-selected=true]')?.innerText ?? ''"
        person.waits(lambda: user["email"] in person.browser.value(chosen), "the user is marked")
        person.presses("Enter")
    else:
        person.clicks("option", inside=user["email"])
    person.holds("User", user["fullName"])


def now_of(roster: Roster, workspace: dict[str, Any], part: str = "") -> Any:
    return roster.send("GET", f"/api/workspaces/{workspace['id']}{part}").json["data"]


# The list, and a new one.


@BOTH_WAYS
def test_a_workspace_is_made_and_found(person: Person, roster: Roster) -> None:
    is_admin(person)
    person.at("#/workspaces")
    person.clicks("button", "New workspace")
    name = f"Zuse & Söhne {'K' if person.keyboard else 'M'}"
    person.types("Name", name)
    key = f"zuse-sohne-{name[-1].lower()}"
    person.holds("Key", key)
    person.clicks("button", "Create")
    person.arrives("#/workspaces/*")
    person.sees(name, key)
    roster.awaits("/api/workspaces", key)
    person.at("#/workspaces")
    person.types("Find in Workspaces", key[:-2])
    person.sees("found", name)
    person.sees_no("Northwind")
    person.arrives(f"#/workspaces?find={key[:-2]}")
    person.clicks("link", name)
    person.finds("heading", name)
    person.goes_back()
    person.holds("Find in Workspaces", key[:-2])
    person.sees_no("Northwind")


def test_a_taken_key_is_told_and_nothing_typed_is_lost(admin: Person, roster: Roster) -> None:
    workspace = roster.workspace()
    admin.at("#/workspaces")
    admin.clicks("button", "New workspace")
    admin.types("Key", workspace["key"])
    admin.types("Name", "Another")
    admin.expects(409, "/api/workspaces")
    admin.clicks("button", "Create")
    admin.sees("Request")
    admin.holds("Name", "Another")
    admin.holds("Key", workspace["key"])
    admin.types("Key", workspace["key"] + "-b")
    admin.clicks("button", "Create")
    admin.arrives("#/workspaces/*")
    admin.sees(workspace["key"] + "-b")


@BOTH_WAYS
def test_several_are_suspended_and_resumed(admin: Person, roster: Roster) -> None:
    name = f"Group {uuid4().hex}"
    all_ = [roster.workspace(f"{name} {number}") for number in range(3)]
    admin.at(f"#/workspaces?find={name.replace(' ', '+').lower()}")
    admin.picks(*(one["name"] for one in all_[:2]))
    admin.clicks("button", "Suspend")
    admin.sees("Suspend 2 workspaces?", all_[0]["name"])
    admin.agrees("Suspend")
    admin.sees("Done for 2")
    assert [now_of(roster, one)["active"] for one in all_] == [False, False, True]
    admin.picks(*(one["name"] for one in all_[:2]))
    admin.clicks("button", "Resume")
    # What tells of the first two may still be there.
    admin.waits(lambda: all(now_of(roster, one)["active"] for one in all_), "all are resumed")


def test_a_member_sees_theirs_and_what_a_member_may(person: Person, roster: Roster) -> None:
    workspace, user = roster.workspace("Quiet Rooms"), roster.user("Grace Hopper")
    roster.member(workspace, user)
    person.comes_as(user["email"], PASSWORD)
    person.at("#/workspaces")
    person.sees("Quiet Rooms")
    person.sees_no("Northwind")
    person.finds_no("button", "New workspace")
    person.clicks("link", "Quiet Rooms", inside=workspace["key"])
    person.sees("Members", "Projects", workspace["key"])
    person.finds_no("link", "Settings")
    person.finds_no("link", "Invitations")
    person.at(home(workspace, "members"))
    person.sees("Grace Hopper", user["email"])
    person.finds_no("button", "Add member")
    person.finds_no("checkbox", "Select Grace Hopper")
    person.clicks("link", "Grace Hopper")
    person.sees("Last sign-in")
    person.finds_no("button", "Remove")


def test_names_are_text(admin: Person, roster: Roster) -> None:
    workspace, user = roster.workspace(MARKUP), roster.user("أحمد " + "x" * 240 + MARKUP[:8])
    roster.member(workspace, user)
    admin.at(home(workspace))
    admin.finds("heading", MARKUP)
    admin.at(home(workspace, "members"))
    admin.sees("أحمد", MARKUP[:8])
    admin.sits_at(390)
    admin.settles()
    assert admin.browser.value("document.documentElement.scrollWidth") <= 390
    admin.at("#/workspaces?find=%3Cimg")
    admin.finds("link", MARKUP)


# Settings.


@BOTH_WAYS
def test_settings_show_what_moments_will_look_like(person: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    person.comes_as(ruler["email"], PASSWORD)
    person.at(home(workspace))
    person.clicks("link", "Settings", inside="Analytical Engines")
    person.types("Name", "Engines of Berlin")
    person.types("Locale", "de-DE")
    person.types("Time zone", "Asia/Tokyo")
    person.types("Date format", "'am' d. MMMM yyyy")
    person.types("Time format", "HH:mm")
    tokyo = "new Intl.DateTimeFormat('de-DE', {dateStyle: 'long', timeZone: 'Asia/Tokyo'}).format(new Date())"
    person.sees("am " + str(person.browser.value(tokyo)))
    person.types("Locale", "en-GB")
    person.sees("am " + str(person.browser.value(tokyo)).split(".")[0] + ". ")
    person.types("Time zone", "Mars/Base")
    person.sees("No such locale")
    person.types("Time zone", "Asia/Tokyo")
    person.clicks("button", "Save")
    person.sees("Saved", "Engines of Berlin")
    person.finds("button", "Workspace Engines of Berlin")
    found = now_of(roster, workspace)
    assert found["name"] == "Engines of Berlin"
    assert (found["settings"]["locale"], found["settings"]["timeZone"]) == ("en-GB", "Asia/Tokyo")
    assert found["settings"]["dateFormat"] == "'am' d. MMMM yyyy"


def test_what_the_server_refuses_stands_at_its_field(lead: Person, roster: Roster) -> None:
    lead.at("#/workspaces/ws-northwind/settings")
    lead.types("Locale", "not_a_locale")
    lead.expects(400, "/api/workspaces/ws-northwind")
    lead.clicks("button", "Save")
    lead.sees("must be a language tag", inside="Locale")
    lead.is_on("Locale")
    lead.finds_no("link", "Suspend and delete")
    lead.finds_no("link", "Key and limits")


@BOTH_WAYS
def test_the_organisation_is_changed(person: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    person.comes_as(ruler["email"], PASSWORD)
    person.at(home(workspace, "settings"))
    person.clicks("link", "Organisation")
    person.types("Administrator", "Ada L.")
    person.types("Postal code", "W1")
    person.clicks("button", "Save")
    person.sees("Saved")
    assert now_of(roster, workspace)["organisation"]["adminName"] == "Ada L."
    assert now_of(roster, workspace)["organisation"]["pinCode"] == "W1"


def test_a_stale_save_loses_nothing(lead: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster, "Before")
    lead.comes_as(ruler["email"], PASSWORD)
    lead.at(home(workspace, "settings"))
    lead.types("Time format", "HH.mm")
    roster.send("PUT", f"/api/workspaces/{workspace['id']}", {"name": "Meanwhile"})
    lead.expects(412)
    lead.clicks("button", "Save")
    lead.sees("Somebody changed this")
    lead.clicks("button", "Load again")
    lead.holds("Name", "Meanwhile")
    lead.holds("Time format", "HH.mm")
    lead.clicks("button", "Save")
    lead.sees("Saved")
    found = now_of(roster, workspace)
    assert (found["name"], found["settings"]["timeFormat"]) == ("Meanwhile", "HH.mm")


# Limits, suspension, deletion.


@BOTH_WAYS
def test_limits_are_set_and_usage_is_shown_against_them(person: Person, roster: Roster) -> None:
    workspace, _ = ruled(roster)
    other = roster.user("Charles Babbage")
    is_admin(person)
    person.at(home(workspace, "settings?part=limits"))
    person.types("Key", workspace["key"] + "-x")
    person.types("Members at most", "1")
    person.types("Projects at most", "8")
    person.clicks("button", "Save")
    person.sees("Saved")
    found = now_of(roster, workspace)
    assert (found["key"], found["limits"]) == (workspace["key"] + "-x", {"members": 1, "projects": 8})
    person.at(home(workspace))
    person.sees("of 1: full", "of 8", workspace["key"] + "-x")
    person.at(home(workspace, "members"))
    person.clicks("button", "Add member")
    finds_user(person, other)
    person.expects(409, "/members")
    person.clicks("button", "Add member")
    person.sees("as many as there may be", "Request")


@BOTH_WAYS
def test_a_workspace_is_suspended_resumed_and_deleted(person: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster, "Soon gone")
    is_admin(person)
    person.at(home(workspace, "settings"))
    person.clicks("link", "Suspend and delete")
    person.sees("Suspend it first")
    person.clicks("button", "Suspend")
    person.sees("Suspend the workspace?", "lose access at once")
    person.agrees("Suspend")
    person.clicks("button", "Undo")
    person.sees("Undone", "Suspend it first")
    assert now_of(roster, workspace)["active"]
    person.clicks("button", "Suspend")
    person.agrees("Suspend")
    person.finds("button", "Resume")
    person.at(home(workspace))
    person.sees("Suspended", "no access")
    person.at(home(workspace, "settings?part=end"))
    person.clicks("button", "Delete")
    person.sees("Delete Soon gone?", "cannot be undone")
    person.types(f"Type {workspace['key']} to confirm", workspace["key"])
    person.agrees("Delete")
    person.sees("Deleted.")
    person.arrives("#/workspaces")
    assert roster.app.send("GET", f"/api/workspaces/{workspace['id']}", cookie=roster.cookie).status in {
        403,
        404,
    }


# Members.


@BOTH_WAYS
def test_members_are_added_given_roles_and_removed(person: Person, roster: Roster) -> None:
    workspace, _ = ruled(roster)
    added, second = roster.user("Charles Babbage"), roster.user("Mary Somerville")
    roster.member(workspace, second)
    is_admin(person)
    person.at(home(workspace, "members"))
    person.clicks("button", "Add member")
    finds_user(person, added)
    person.chooses("Role", "Administrator")
    person.clicks("button", "Add member")
    person.sees("Administrator", inside=added["email"])
    person.picks("Charles Babbage", "Mary Somerville")
    person.clicks("button", "Make member")
    person.sees("Done.")
    person.sees("Member", inside=added["email"])
    person.picks("Charles Babbage", "Mary Somerville")
    person.clicks("button", "Make administrator")
    person.sees("Done for 2.")
    person.settles()
    assert {one["role"] for one in now_of(roster, workspace, "/members")} == {"ADMIN"}
    person.picks("Charles Babbage", "Mary Somerville")
    person.clicks("button", "Remove")
    person.sees("Remove 2 members?", "The account stays")
    person.agrees("Remove")
    person.sees_no(added["email"], second["email"])
    assert [one["fullName"] for one in now_of(roster, workspace, "/members")] == ["Ada Lovelace"]


@BOTH_WAYS
def test_one_member_has_a_page(person: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    member = roster.user("Charles Babbage")
    roster.member(workspace, member)
    roster.app.login(member["email"], PASSWORD)
    person.comes_as(ruler["email"], PASSWORD)
    person.at(home(workspace, "members"))
    person.clicks("link", "Charles Babbage")
    person.clicks("button", "Make administrator")
    person.sees("Saved.")
    person.finds("button", "Make member")
    assert now_of(roster, workspace, f"/members/{member['id']}")["role"] == "ADMIN"
    person.clicks("button", "Undo")
    person.sees("Undone.")
    person.finds("button", "Make administrator")
    assert now_of(roster, workspace, f"/members/{member['id']}")["role"] == "MEMBER"
    person.clicks("button", "Remove")
    person.sees("Remove the member?")
    person.agrees("Remove")
    person.sees("Done.")
    person.arrives(home(workspace, "members"))
    person.sees_no(member["email"])


@BOTH_WAYS
def test_who_last_signed_in_is_told(lead: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    never = roster.user("Never Seen")
    roster.member(workspace, never)
    lead.comes_as(ruler["email"], PASSWORD)
    lead.at(home(workspace, "members"))
    lead.sees("ago", inside=ruler["email"])
    lead.sees("\u2013", inside=never["email"])
    seen = now_of(roster, workspace, f"/members/{ruler['id']}")["lastSignInAt"]
    assert lead.browser.value(f"document.querySelector('time[datetime=\"{seen}\"]').title") == seen


@BOTH_WAYS
def test_an_admin_of_the_workspace_adds_by_id_and_keeps_the_last_admin(
    person: Person, roster: Roster
) -> None:
    workspace, ruler = ruled(roster)
    added = roster.user("Charles Babbage")
    person.comes_as(ruler["email"], PASSWORD)
    person.at(home(workspace, "members"))
    person.clicks("button", "Add member")
    person.types("User ID", "nobody-of-this-id")
    person.expects(404, "/members")
    person.clicks("button", "Add member")
    person.sees("Request")
    person.types("User ID", added["id"])
    person.clicks("button", "Add member")
    person.sees(added["email"])
    person.picks("Ada Lovelace")
    person.expects(409, "/members")
    person.clicks("button", "Remove")
    person.sees("Remove the member?")
    person.clicks("button", "Remove")
    person.sees("Ada Lovelace", "1 failed")
    person.presses("Escape")
    person.sees(ruler["email"])


@BOTH_WAYS
def test_an_account_is_suspended_from_the_list(admin: Person, roster: Roster) -> None:
    workspace, _ = ruled(roster)
    member = roster.user("Charles Babbage")
    roster.member(workspace, member)
    admin.at(home(workspace, "members"))
    admin.picks("Charles Babbage")
    admin.clicks("button", "Suspend account")
    admin.sees("Suspend the account?", "in any workspace")
    admin.agrees("Suspend account")
    admin.sees("Done.")
    assert not roster.send("GET", f"/api/admin/users/{member['id']}").json["data"]["active"]


@BOTH_WAYS
def test_members_are_found_and_kept_as_a_table(lead: Person, roster: Roster) -> None:
    lead.at("#/workspaces/ws-northwind/members")
    lead.types("Find in Members", "ingrid")
    lead.sees("1", "Ingrid Lindqvist")
    lead.sees_no("Amara Okafor")
    lead.clicks("button", "CSV")
    name, text = lead.download()
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert name == "Members.csv"
    assert [(row["E-mail address"], row["Role"]) for row in rows] == [(demo.DEVELOPER, "MEMBER")]


# Invitations.


def link_of(person: Person) -> str:
    person.sees("It is shown this once")
    shown: str = person.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    return shown


def looks_at(roster: Roster, link: str) -> int:
    body = {"token": link.rpartition("/")[2]}
    return roster.app.send("POST", "/api/auth/invitations/look", body).status


@BOTH_WAYS
def test_somebody_is_invited_again_and_no_more(person: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    person.comes_as(ruler["email"], PASSWORD)
    person.browser.call(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    person.at(home(workspace, "invitations"))
    person.sees("No invitation yet")
    person.clicks("button", "Invite")
    person.types("E-mail address", "grace@console.test")
    person.chooses("Role", "Administrator")
    person.clicks("button", "Invite")
    first = link_of(person)
    assert "#/invitations/" in first
    assert looks_at(roster, first) == 200
    person.clicks("button", f"Copy {first[:60]}")
    person.sees("Copied")
    assert person.browser.result("navigator.clipboard.readText()") == first
    person.agrees("I have it")
    person.sees("Open", "Administrator", "in 6 days", inside="grace@console.test")
    person.clicks("button", "New link", inside="grace@console.test")
    second = link_of(person)
    assert second != first
    assert (looks_at(roster, first), looks_at(roster, second)) == (404, 200)
    person.agrees("I have it")
    person.picks("grace@console.test")
    person.clicks("button", "Revoke")
    person.sees("Revoke the invitation?")
    person.agrees("Revoke")
    person.sees("Done.")
    person.sees("Revoked", inside="grace@console.test")
    person.finds_no("button", "New link")
    assert looks_at(roster, second) == 404


def test_invitations_are_filtered_and_one_is_for_a_member(lead: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    base = f"/api/workspaces/{workspace['id']}/invitations"
    for name in ("one", "two"):
        made = roster.send("POST", base, {"email": f"{name}@console.test", "role": "MEMBER"}).json["data"]
    roster.send("DELETE", f"{base}/{made['id']}")
    lead.comes_as(ruler["email"], PASSWORD)
    lead.at(home(workspace, "invitations"))
    lead.sees("one@console.test", "two@console.test")
    lead.chooses("State", "Revoked")
    lead.sees_no("one@console.test")
    lead.arrives(home(workspace, "invitations?state=revoked"))
    lead.loads_again()
    lead.sees("two@console.test")
    lead.sees_no("one@console.test")
    lead.clicks("button", "Invite")
    lead.types("E-mail address", ruler["email"])
    lead.expects(409, "/invitations")
    lead.clicks("button", "Invite")
    lead.sees("Request")
    lead.holds("E-mail address", ruler["email"])


def test_an_invitation_whose_answer_was_lost_is_made_once(person: Person, roster: Roster) -> None:
    workspace, ruler = ruled(roster)
    person.comes_as(ruler["email"], PASSWORD)
    person.at(home(workspace, "invitations"))
    person.clicks("button", "Invite")
    person.types("E-mail address", "lost@console.test")
    fault = person.meets(503, "POST", "/api/workspaces/.*/invitations", after=True)
    person.clicks("button", "Invite")
    person.sees("lost@console.test is invited by mail. If none comes, make a new link.")
    assert fault.met == 1
    person.clicks("button", "New link", inside="lost@console.test")
    assert looks_at(roster, link_of(person)) == 200
    person.agrees("I have it")
    assert len(now_of(roster, workspace, "/invitations")) == 1


# Export.


@BOTH_WAYS
def test_records_of_a_workspace_import_elsewhere(person: Person, roster: Roster, tmp_path: Path) -> None:
    person.comes_as(demo.LEAD, demo.PASSWORD)
    person.at("#/workspaces/ws-northwind/export")
    person.sees("roster export --workspace northwind")
    person.clicks("button", "Download")
    name, text = person.download()
    records = [json.loads(line) for line in text.splitlines()]
    kinds = {record["type"] for record in records}
    assert name == "northwind.jsonl"
    assert kinds >= {"workspace", "user", "membership", "project", "projectMembership", "space", "spaceRole"}
    assert kinds >= {"app", "feature"}
    (tmp_path / name).write_text(text, "utf-8")
    store = str(tmp_path / "elsewhere.db")
    command = [sys.executable, "-m", "cli.main", "import", str(tmp_path / name), "--store", store]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
