"""What is in a workspace, at the console: projects, spaces, features, groups, tokens, webhooks, events."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli import demo
from tests.console.person import Person
from tests.console.roster import BOTH_WAYS, PASSWORD, Roster
from tests.webhooks.receiver import Receiver, answers, receiving

pytestmark = pytest.mark.real

Workspace = dict[str, Any]
BOUND = 15.0


@pytest.fixture
def workspace(roster: Roster) -> Workspace:
    """A new workspace with two members; `lead` administers it."""
    made = roster.workspace("Analytical Engines")
    lead, member = roster.user("Ada Lovelace"), roster.user("Grace Hopper")
    roster.member(made, lead, "ADMIN")
    roster.member(made, member)
    return {**made, "lead": lead, "member": member}


@pytest.fixture
def lead(person: Person, workspace: Workspace) -> Person:
    """The ADMIN of the new workspace, signed in."""
    person.comes_as(workspace["lead"]["email"], PASSWORD)
    return person


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(answers(204)) as there:
        yield there


def made(roster: Roster, workspace: Workspace, path: str, **body: Any) -> dict[str, Any]:
    """What a POST below the workspace made."""
    found: dict[str, Any] = roster.send("POST", f"/api/workspaces/{workspace['id']}/{path}", body).json[
        "data"
    ]
    return found


def read(roster: Roster, workspace: Workspace, path: str) -> Any:
    return roster.send("GET", f"/api/workspaces/{workspace['id']}/{path}").json["data"]


def until(there: Callable[[], Any]) -> None:
    end = time.monotonic() + BOUND
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def names_grace(person: Person, label: str) -> None:
    """Find Grace in a field of a member, as she is listed, and choose her."""
    person.tabs_to("combobox", label)  # its list may be open already, and has the same name
    person.presses("Control+a")
    person.writes("grace")
    listed = "document.querySelector('[role=option][aria-selected=true]')?.textContent ?? ''"
    until(lambda: person.browser.value(listed).startswith("Grace Hopper ("))
    person.presses("Enter")


def role(person: Person, name: str, held: bool) -> None:
    """Wait until the grid's box of this name is so; its cell has the same name."""
    box = f"document.querySelector('input[aria-label={json.dumps(name)}]')?.checked"
    until(lambda: person.browser.value(box) is held)


# Projects.


@BOTH_WAYS
def test_a_project_is_made_changed_given_a_member_and_a_database_and_deleted(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    at = f"#/workspaces/{workspace['id']}/projects"
    lead.at(at)
    lead.sees("No project yet")
    lead.clicks("New project")
    lead.types("Name", "Difference")
    lead.types("Abbreviation", "DIFF")
    lead.agrees("Create")
    lead.arrives(f"{at}/*")
    lead.sees("Difference", "DIFF")

    lead.clicks("Edit")
    lead.types("Description", "Polynomials by wheels")
    lead.agrees("Save")
    lead.sees("Saved.", "Polynomials by wheels")

    lead.clicks("Add member")
    names_grace(lead, "Member")
    lead.agrees("Add")
    lead.sees("Grace Hopper")
    [project] = read(roster, workspace, "projects")
    [member] = read(roster, workspace, f"projects/{project['id']}/members")
    assert member["userId"] == workspace["member"]["id"]
    lead.picks("Grace Hopper")
    lead.clicks("Remove", inside="1 selected")
    lead.agrees("Remove")
    lead.sees("Nobody is in this project yet")

    lead.clicks("Add database")
    lead.types("Host", "db.engines.test")
    lead.types("Connect timeout, seconds", "5")
    lead.agrees("Save")
    lead.sees("db.engines.test")
    lead.clicks("Edit", inside="db.engines.test")
    lead.types("Port", "5432")
    lead.agrees("Save")
    lead.sees("5432")
    [project] = read(roster, workspace, "projects")
    assert project["database"][0] | {"host": "db.engines.test", "port": "5432"} == project["database"][0]
    lead.clicks("Remove", inside="db.engines.test")
    lead.agrees("Remove")
    lead.sees("No database")

    lead.clicks("Delete")
    lead.sees("Delete Difference?")
    lead.agrees("Delete")
    lead.arrives(at)
    lead.sees("No project yet")


@BOTH_WAYS
def test_projects_are_deleted_several_at_once_and_what_is_refused_is_told(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    full = made(roster, workspace, "projects", name="Full")
    made(roster, workspace, "projects", name="Bare")
    made(roster, workspace, "spaces", name="staging", projectId=full["id"])
    lead.at(f"#/workspaces/{workspace['id']}/projects")
    lead.picks("Full", "Bare")
    lead.expects(409, "/projects/")
    lead.clicks("Delete", inside="2 selected")
    lead.sees("Delete 2 projects?")
    lead.clicks("button", "Delete")
    lead.sees("1 done, 1 failed", "Something is still in it")
    lead.presses("Escape")
    lead.sees("Full", "1 in all")


# Spaces.


@BOTH_WAYS
def test_a_space_is_made_changed_and_deleted(lead: Person, roster: Roster, workspace: Workspace) -> None:
    made(roster, workspace, "projects", name="Difference")
    at = f"#/workspaces/{workspace['id']}/spaces"
    lead.at(at)
    lead.clicks("New space")
    lead.types("Name", "staging")
    lead.chooses("Project", "Difference")
    names_grace(lead, "Owner")
    lead.checks("SSH allowed", False)
    lead.agrees("Create")
    lead.arrives(f"{at}/*")
    [space] = read(roster, workspace, "spaces")
    assert (space["ownerId"], space["allowSsh"]) == (workspace["member"]["id"], False)
    lead.sees("staging", "Difference", "Grace Hopper (")

    lead.clicks("Edit")
    lead.types("Name", "production")
    lead.chooses("Project", "No project")
    lead.agrees("Save")
    lead.sees("production")
    [space] = read(roster, workspace, "spaces")
    assert (space["name"], space["projectId"], space["ownerId"]) == ("production", None, space["ownerId"])

    lead.clicks("Delete")
    lead.agrees("Delete")
    lead.arrives(at)
    lead.sees("No space yet")


@BOTH_WAYS
def test_spaces_are_filtered_by_project_in_the_address(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    project = made(roster, workspace, "projects", name="Difference")
    made(roster, workspace, "spaces", name="inside", projectId=project["id"])
    made(roster, workspace, "spaces", name="outside")
    lead.at(f"#/workspaces/{workspace['id']}/spaces")
    lead.sees("inside", "outside")
    lead.chooses("Project", "Difference")
    lead.arrives(f"#/workspaces/{workspace['id']}/spaces?projectId={project['id']}")
    lead.sees_no("outside")
    lead.loads_again()
    lead.sees("inside")
    lead.sees_no("outside")
    lead.goes_back()
    lead.sees("outside")


@BOTH_WAYS
def test_roles_are_given_and_taken_in_the_grid(lead: Person, roster: Roster, workspace: Workspace) -> None:
    space = made(roster, workspace, "spaces", name="staging")
    roles = f"spaces/{space['id']}/roles"
    lead.at(f"#/workspaces/{workspace['id']}/spaces/{space['id']}")
    lead.sees("Nobody holds a role yet")
    lead.clicks("Add person")
    names_grace(lead, "Member")
    lead.agrees("Add")
    role(lead, "Developer: Grace Hopper", True)
    lead.clicks("checkbox", "Developer: Grace Hopper")
    lead.sees("Grace Hopper is no longer Developer.")
    assert read(roster, workspace, roles) == []
    lead.clicks("button", "Undo")
    lead.sees("Undone.")
    role(lead, "Developer: Grace Hopper", True)
    lead.clicks("checkbox", "Auditor: Grace Hopper")
    lead.sees("Grace Hopper is Auditor now.")
    assert {one["role"] for one in read(roster, workspace, roles)} == {"developer", "auditor"}


def test_the_arrow_keys_walk_the_grid(lead: Person, roster: Roster, workspace: Workspace) -> None:
    space = made(roster, workspace, "spaces", name="staging")
    for who in ("lead", "member"):
        roster.send(
            "PUT",
            f"/api/workspaces/{workspace['id']}/spaces/{space['id']}/roles/manager/{workspace[who]['id']}",
            {},
        )
    lead.at(f"#/workspaces/{workspace['id']}/spaces/{space['id']}")
    lead.tabs_to("checkbox", "Developer: Ada Lovelace")
    for key, there in (
        ("ArrowRight", "Manager: Ada Lovelace"),
        ("ArrowDown", "Manager: Grace Hopper"),
        ("ArrowDown", "Manager: Grace Hopper"),
        ("Home", "Developer: Grace Hopper"),
        ("ArrowLeft", "Developer: Grace Hopper"),
        ("End", "Auditor: Grace Hopper"),
        ("ArrowUp", "Auditor: Ada Lovelace"),
        ("Control+End", "Auditor: Grace Hopper"),
        ("Control+Home", "Developer: Ada Lovelace"),
    ):
        lead.presses(key)
        lead.is_on("checkbox", there)
    lead.presses("Space")
    lead.sees("Ada Lovelace is Developer now.")


def test_a_role_that_is_refused_goes_back(lead: Person, roster: Roster, workspace: Workspace) -> None:
    space = made(roster, workspace, "spaces", name="staging")
    member = workspace["member"]["id"]
    held = f"/api/workspaces/{workspace['id']}/spaces/{space['id']}/roles/manager/{member}"
    roster.send("PUT", held, {})
    lead.at(f"#/workspaces/{workspace['id']}/spaces/{space['id']}")
    role(lead, "Manager: Grace Hopper", True)
    roster.send("DELETE", f"/api/workspaces/{workspace['id']}/members/{member}")
    lead.expects(409, "/roles/")
    lead.clicks("checkbox", "Auditor: Grace Hopper")
    lead.sees("The user is not a member of the workspace.")
    role(lead, "Auditor: Grace Hopper", False)


def test_a_manager_of_a_space_gives_roles_and_makes_no_apps(
    person: Person, roster: Roster, workspace: Workspace
) -> None:
    space, member = made(roster, workspace, "spaces", name="staging"), workspace["member"]
    roles = f"/api/workspaces/{workspace['id']}/spaces/{space['id']}/roles"
    roster.send("PUT", f"{roles}/manager/{member['id']}", {})
    person.comes_as(member["email"], PASSWORD)
    person.at(f"#/workspaces/{workspace['id']}/spaces/{space['id']}")
    person.clicks("checkbox", "Auditor: Grace Hopper")
    person.sees("Grace Hopper is Auditor now.")
    person.finds_no("button", "New app")
    person.finds_no("button", "Edit")
    person.finds_no("button", "Delete")


def test_an_auditor_reads_roles_and_changes_none(
    person: Person, roster: Roster, workspace: Workspace
) -> None:
    space, member = made(roster, workspace, "spaces", name="staging"), workspace["member"]
    roles = f"/api/workspaces/{workspace['id']}/spaces/{space['id']}/roles"
    roster.send("PUT", f"{roles}/auditor/{member['id']}", {})
    person.comes_as(member["email"], PASSWORD)
    person.at(f"#/workspaces/{workspace['id']}/spaces/{space['id']}")
    person.sees("Yes", inside="Grace Hopper")
    person.finds_no("checkbox", "Auditor: Grace Hopper")
    person.finds_no("button", "Add person")


@BOTH_WAYS
def test_apps_are_made_and_deleted(lead: Person, roster: Roster, workspace: Workspace) -> None:
    space = made(roster, workspace, "spaces", name="staging")
    lead.at(f"#/workspaces/{workspace['id']}/spaces/{space['id']}")
    lead.sees("No app yet")
    lead.clicks("New app")
    lead.types("Name", "mill")
    lead.agrees("Create")
    lead.sees("mill")
    lead.picks("mill")
    lead.clicks("Delete", inside="1 selected")
    lead.sees("Delete the app?")
    lead.agrees("Delete")
    lead.sees("No app yet")
    assert read(roster, workspace, f"spaces/{space['id']}/apps") == []


# Features.


@BOTH_WAYS
def test_a_feature_is_made_switched_changed_and_deleted(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    at = f"#/workspaces/{workspace['id']}/features"
    lead.at(at)
    lead.clicks("New feature")
    lead.types("Name", "Tables")
    lead.chooses("Module", "Boards")
    lead.agrees("Create")
    lead.arrives(f"{at}/*")
    lead.sees("Tables", "Boards", "Last changed by Ada Lovelace")
    lead.clicks("link", "Features", inside="Where you are")
    lead.arrives(at)
    lead.clicks("switch", "Tables")
    until(lambda: [one["enabled"] for one in read(roster, workspace, "features")] == [False])
    lead.clicks("link", "Tables")
    lead.holds("Tables", "false")
    lead.clicks("Edit")
    lead.types("Name", "Logarithms")
    lead.chooses("Module", "No module")
    lead.agrees("Save")
    lead.sees("Logarithms")
    [feature] = read(roster, workspace, "features")
    assert (feature["name"], feature["module"], feature["enabled"]) == ("Logarithms", None, False)
    lead.clicks("Delete")
    lead.agrees("Delete")
    lead.sees("No feature yet")


def test_a_save_of_what_changed_meanwhile_is_refused_and_loses_nothing(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    feature = made(roster, workspace, "features", name="Tables")
    lead.at(f"#/workspaces/{workspace['id']}/features/{feature['id']}")
    lead.clicks("Edit")
    lead.types("Name", "Logarithms")
    roster.send("PUT", f"/api/workspaces/{workspace['id']}/features/{feature['id']}", {"email": "a@b.test"})
    lead.expects(412, "/features/")
    lead.clicks("button", "Save")
    lead.sees("Somebody changed this")
    lead.holds("Name", "Logarithms")
    lead.clicks("Load again")
    lead.holds("E-mail", "a@b.test")
    lead.agrees("Save")
    lead.sees("Logarithms", "a@b.test")


def test_a_member_sees_switches_that_are_not_theirs(
    person: Person, roster: Roster, workspace: Workspace
) -> None:
    made(roster, workspace, "features", name="Tables")
    person.comes_as(workspace["member"]["email"], PASSWORD)
    person.at(f"#/workspaces/{workspace['id']}/features")
    person.sees("Tables")
    assert person.browser.value("document.querySelector('main [role=switch]').disabled")
    person.finds_no("button", "New feature")


# SCIM, groups and tokens.


@BOTH_WAYS
def test_scim_is_set_up_and_what_the_provider_does_is_seen(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    at = f"#/workspaces/{workspace['id']}"
    lead.at(f"{at}/scim")
    lead.sees(f"{roster.app.url}/scim/v2/{workspace['id']}")
    lead.clicks("New token")
    lead.types("Name", "Entra ID")
    lead.clicks("button", "Create")
    lead.sees("It is shown this once")
    secret = lead.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    lead.presses("Escape")  # closes no secret
    lead.agrees("I have it")
    lead.sees("Entra ID", "Never")

    def provision(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = roster.app.send(
            "POST", f"/scim/v2/{workspace['id']}/{path}", body, Authorization=f"Bearer {secret}"
        )
        assert answer.status == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    user = provision(
        "Users", {"userName": f"alan-{workspace['id']}@engines.test", "displayName": "Alan Turing"}
    )
    provision("Groups", {"displayName": "Wranglers", "members": [{"value": user["id"]}]})
    lead.loads_again()
    lead.sees("What the provider did with Entra ID", "workspace_group.created", "Wranglers")
    lead.clicks("link", "Wranglers")
    lead.arrives(f"{at}/groups/*")
    lead.sees(f"alan-{workspace['id']}@engines.test")
    lead.clicks("Make administrators")
    lead.sees("One person becomes an administrator")
    lead.agrees("Make administrators")
    lead.finds("button", "Take administration")
    member = read(roster, workspace, f"members/{user['id']}")
    assert member["role"] == "ADMIN"
    lead.clicks("Take administration")
    lead.agrees("Take administration")
    lead.finds("button", "Make administrators")
    assert read(roster, workspace, f"members/{user['id']}")["role"] == "MEMBER"

    lead.at(f"{at}/scim")
    lead.picks("Entra ID")
    lead.clicks("Delete", inside="1 selected")
    lead.agrees("Delete")
    lead.sees("No token yet")
    assert (
        roster.app.send("GET", f"/scim/v2/{workspace['id']}/Users", Authorization=f"Bearer {secret}").status
        == 401
    )


def test_a_secret_whose_answer_was_lost_is_not_pretended(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    lead.at(f"#/workspaces/{workspace['id']}/scim")
    lead.clicks("New token")
    lead.types("Name", "Entra ID")
    lead.meets(503, "POST", "/api/workspaces/.*/scim-tokens", after=True)
    lead.clicks("button", "Create")
    lead.sees("The secret was lost on its way: make another.", "Entra ID")
    assert len(read(roster, workspace, "scim-tokens")) == 1


def test_groups_are_said_to_come_from_the_provider(lead: Person, workspace: Workspace) -> None:
    lead.at(f"#/workspaces/{workspace['id']}/groups")
    lead.sees("No group yet")
    lead.clicks("link", "Set up SCIM")
    lead.arrives(f"#/workspaces/{workspace['id']}/scim")


@BOTH_WAYS
def test_a_token_of_the_workspace_is_made_and_ended(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    lead.at(f"#/workspaces/{workspace['id']}/tokens")
    lead.sees("No token yet")
    lead.clicks("New token")
    lead.types("Name", "nightly")
    lead.clicks("button", "Create")
    lead.sees("It is shown this once")
    secret = lead.browser.value("document.querySelector('dialog[open] .secret code').textContent")
    lead.agrees("I have it")
    lead.sees("nightly")
    asked = f"/api/workspaces/{workspace['id']}"
    assert roster.app.send("GET", asked, Authorization=f"Bearer {secret}").status == 200
    lead.picks("nightly")
    lead.clicks("Delete", inside="1 selected")
    lead.agrees("Delete")
    lead.sees("No token yet")
    assert roster.app.send("GET", asked, Authorization=f"Bearer {secret}").status == 401


# Webhooks and events.


def webhook_life(person: Person, roster: Roster, at: str, path: str, receiver: Receiver) -> None:
    """Make a webhook, test, rotate, switch it off and on, and delete it."""
    person.at(at)
    person.clicks("New webhook")
    person.types("URL", receiver.url)
    person.types("Description", "Ledger")
    person.checks("roster.member.*")
    person.types("More types", "roster.workspace.changed")
    person.clicks("button", "Create")
    person.sees("It is shown this once", "whsec_", "whpk_")
    person.agrees("I have it")
    person.arrives(f"{at}/*")
    [webhook] = [
        one for one in roster.send("GET", path).json["data"] if one["id"] == person.address.split("/")[-1]
    ]
    assert webhook["types"] == ["roster.member.*", "roster.workspace.changed"]
    person.sees(receiver.url, "On", webhook["publicKey"])

    person.clicks("Send a test")
    person.sees("The test arrived.", "204")
    person.presses("Escape")
    person.clicks("New secret")
    person.agrees("New secret")
    person.sees("whsec_")
    person.agrees("I have it")
    person.sees("Former keys sign until")
    person.sees_no(webhook["publicKey"])

    person.clicks("Disable")
    person.finds("button", "Enable")
    person.clicks("Enable")
    person.finds("button", "Disable")
    person.clicks("Edit")
    person.checks("roster.project.*")
    person.agrees("Save")
    person.sees("roster.project.*")


@BOTH_WAYS
def test_a_webhook_of_a_workspace_is_made_tested_and_read(
    lead: Person, roster: Roster, workspace: Workspace, receiver: Receiver
) -> None:
    at = f"#/workspaces/{workspace['id']}/webhooks"
    webhook_life(lead, roster, at, f"/api/workspaces/{workspace['id']}/webhooks", receiver)

    receiver.behaviour = answers(500, b'<img src=x onerror=alert(1)> "no"')
    project = made(roster, workspace, "projects", name="Difference")
    until(lambda: any(project["id"] in one.body.decode() for one in receiver.received))
    until(lambda: len(deliveries(roster, workspace, lead)[0]["attempts"]) == 2)  # the next is minutes away
    lead.clicks("Refresh")
    lead.sees("roster.project.created")
    lead.clicks("500, 2 attempts")
    lead.sees('<img src=x onerror=alert(1)> "no"')

    receiver.behaviour = answers(200, b"thanks")
    lead.picks("roster.project.created")
    lead.clicks("Try again", inside="1 selected")
    until(lambda: deliveries(roster, workspace, lead)[0]["state"] == "delivered")
    lead.clicks("Refresh")
    lead.sees("Delivered")
    heard = len(receiver.received)
    lead.clicks("Replay")
    lead.agrees("Replay")
    lead.sees("The events are sent once more.")
    until(lambda: len(receiver.received) > heard)

    lead.clicks("Delete")
    lead.sees(f"Delete {receiver.url}?")
    lead.agrees("Delete")
    lead.arrives(at)
    lead.sees("No webhook yet")


def deliveries(roster: Roster, workspace: Workspace, person: Person) -> Any:
    webhook_id = person.address.split("/")[-1]
    return read(roster, workspace, f"webhooks/{webhook_id}/deliveries") or [{"attempts": [], "state": ""}]


@BOTH_WAYS
def test_a_webhook_of_the_site_is_made_tested_and_deleted(
    person: Person, roster: Roster, receiver: Receiver
) -> None:
    person.comes_as(demo.ADMIN, demo.PASSWORD)
    webhook_life(person, roster, "#/webhooks", "/api/admin/webhooks", receiver)
    person.clicks("Delete")
    person.agrees("Delete")
    person.arrives("#/webhooks")
    person.sees_no(receiver.url)


def test_a_url_that_is_refused_is_told_beside_its_field(lead: Person, workspace: Workspace) -> None:
    lead.at(f"#/workspaces/{workspace['id']}/webhooks")
    lead.clicks("New webhook")
    lead.types("URL", "https://10.0.0.1/in")
    lead.expects(400, "/webhooks")
    lead.clicks("button", "Create")
    lead.finds("textbox", "URL")
    lead.sees("must", inside="URL")
    lead.holds("URL", "https://10.0.0.1/in")


@BOTH_WAYS
def test_the_feed_of_a_workspace_is_read_page_by_page(
    lead: Person, roster: Roster, workspace: Workspace
) -> None:
    for number in range(30):
        made(roster, workspace, "projects", name=f"Project {number}")
    until(lambda: len(read(roster, workspace, "events?limit=100")) > 30)
    events = read(roster, workspace, "events?limit=100")
    at = f"#/workspaces/{workspace['id']}/events"
    lead.at(at)
    lead.sees(f"{roster.app.url}/api/workspaces/{workspace['id']}/events", "roster.workspace.created")
    lead.clicks("roster.workspace.created")
    lead.sees(json.dumps(events[0]["id"]))
    lead.clicks("Next page")
    lead.arrives(f"{at}?after=*")
    lead.sees(events[25]["subject"])
    lead.sees_no("roster.workspace.created")
    lead.clicks("Next page")
    lead.sees("No newer event")
    lead.goes_back()
    lead.sees(events[25]["subject"])
    lead.clicks("First page")
    lead.sees("roster.workspace.created")


@BOTH_WAYS
def test_the_feed_of_the_site_shows_all_workspaces(
    admin: Person, roster: Roster, workspace: Workspace
) -> None:
    admin.at("#/events")
    admin.sees(f"{roster.app.url}/api/admin/events", "Next page")
