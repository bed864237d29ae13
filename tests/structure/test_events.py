"""The table of events is all that the audit is told of, and the document shows it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from roster.events import STATES, Event
from tools.events import PAGES

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("layers/roster/roster", "functions", "cli", "local")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in SOURCES}

ACTIONS = {
    "access.ended",
    "app.created",
    "audit.erased",
    "client.created",
    "credentials.ended",
    "directory.repaired",
    "family.ended",
    "family.renewed",
    "family.started",
    "feature.created",
    "group.created",
    "member.added",
    "member.removed",
    "project.created",
    "project_member.added",
    "role.created",
    "session.ended",
    "session.started",
    "sessions.ended",
    "space.created",
    "space_role.added",
    "token.created",
    "token.revoked",
    "user.changed",
    "user.created",
    "user.deleted",
    "user.unlocked",
    "workspace.created",
}
"""What items in tables hold already: a name may come, and none may go or change."""


def audited() -> Iterator[tuple[str, ast.Module, ast.Call]]:
    """Every call of `Transaction.audit`, with its file."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr == "audit" and ast.unparse(node.func) != "keys.audit":
                yield name, tree, node


def events_in(node: ast.AST) -> set[Event]:
    """The events that an expression or a function names."""
    return {
        Event[each.attr]
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Event"
    }


def told_by(tree: ast.Module, call: ast.Call) -> set[Event]:
    """The events that a call may tell of: named in its place, or by a function of the same file."""
    kind: ast.AST = call.args[0]
    if isinstance(kind, ast.Call) and isinstance(kind.func, ast.Name):
        named = kind.func.id
        (kind,) = (one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == named)
    return events_in(kind)


CALLS = list(audited())


@pytest.mark.parametrize(("name", "tree", "call"), CALLS, ids=[name for name, _, _ in CALLS])
def test_an_audit_tells_of_an_event_of_the_table_and_says_what_the_table_says(
    name: str, tree: ast.Module, call: ast.Call
) -> None:
    told = told_by(tree, call)
    assert told, "an event that is not of the table"
    given = [keyword.arg for keyword in call.keywords]
    for event in told:
        assert tuple(one for one in given if one not in ("before", "after", "within")) == event.details
        assert bool(event.states) == bool({"before", "after"} & set(given))


def test_every_event_of_the_table_is_told() -> None:
    assert {event for _, tree, call in CALLS for event in told_by(tree, call)} == set(Event)


def test_only_the_table_spells_an_action() -> None:
    for name, tree in TREES.items():
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert name == "layers/roster/roster/events.py" or not texts & ACTIONS, name


def test_the_actions_of_stored_items_stay() -> None:
    assert {event.action for event in Event} >= ACTIONS


def test_a_type_is_of_one_event_and_has_a_noun_and_a_verb() -> None:
    types = [event.type for event in Event]
    assert len(set(types)) == len(types)
    assert all(re.fullmatch(r"roster(\.[a-z_]+)+\.[a-z]+", one) for one in types)


def test_no_event_shows_a_name_an_address_or_a_secret() -> None:
    known = {"roles", "active", "kind", "role_number", "groups", "default_workspace_id", "role", "limits"}
    known |= {"permissions", "is_default", "grants", "scopes", "user_id"}  # of the site's reference data
    known |= {"project_id", "owner_id", "allow_ssh"}  # of spaces
    known |= {"types"}  # of events that a webhook hears of
    known |= {"state", "expires_at", "number"}  # of invitations, of projects
    known |= {"suspended", "managed"}  # of a membership, and of what an identity provider says of a member
    known |= {"enabled", "module"}  # whether a feature is on, and the module of the profile that it turns on
    assert known >= STATES, "look whether what is new may be shown to every platform ADMIN"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_the_document_shows_the_table(path: Path) -> None:
    page = (ROOT / path).read_text("utf-8")
    assert page == PAGES[path](page), "python -m tools.events writes it"
