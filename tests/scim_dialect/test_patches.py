"""PATCH as intentions: what each kind of operation does to a user, and wants of a group."""

# ruff: noqa: E501

from typing import Any

import pytest

from roster.dialects.scim.attributes import ENTERPRISE, GROUPS, USERS
from roster.dialects.scim.patches import (
    Coming,
    Exactly,
    Going,
    GoingWhere,
    attributes_of,
    intentions,
    patched,
    steps,
)
from roster.dialects.scim.refusals import ScimRefused

WORK = {"type": "work", "value": "ada@example.com", "primary": True}
HOME = {"type": "home", "value": "ada@home.example"}
ADA: dict[str, Any] = {
    "userName": "ada@example.com",
    "name": {"givenName": "Ada", "familyName": "King"},
    "active": True,
    "emails": [WORK, HOME],
    ENTERPRISE: {"department": "Analysis"},
}


def body(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


def op(name: str, path: str | None = None, *value: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"op": name}
    if path is not None:
        given["path"] = path
    return {**given, "value": value[0]} if value else given


def after(*operations: dict[str, Any]) -> dict[str, Any]:
    return patched(ADA, intentions(body(*operations), USERS), USERS)


def with_(**more: Any) -> dict[str, Any]:
    return {**ADA, **more}


NAME = {"givenName": "Ada", "familyName": "Lovelace"}
BOSS = {"department": "Analysis", "manager": {"value": "7"}}


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        (op("Replace", "active", "False"), with_(active=False)),
        (op("replace", None, {"active": False}), with_(active=False)),
        (op("REPLACE", "name.familyName", "Lovelace"), with_(name=NAME)),
        (op("replace", None, {"name.familyName": "Lovelace"}), with_(name=NAME)),
        (op("add", None, {"name": {"familyName": "Lovelace"}}), with_(name=NAME)),
        (op("replace", "name", {"familyName": "Lovelace"}), with_(name=NAME)),
        (op("add", "title", "Countess"), with_(title="Countess")),
        (op("Add", "USERNAME", "countess"), with_(userName="countess")),
        (op("replace", None, {"id": "other", "title": "x"}), with_(title="x")),
        (op("replace", "shoeSize", 42), ADA),
        (op("add", None, {"shoe": {"size": 42}, "title": None}), ADA),
        (op("replace", "urn:acme:2.0:User:shoe", "42"), ADA),
        (op("add", f"{ENTERPRISE}:manager", "7"), with_(**{ENTERPRISE: BOSS})),
        (op("add", f"{ENTERPRISE.upper()}:manager", [{"value": "7"}]), with_(**{ENTERPRISE: BOSS})),
        (op("add", None, {f"{ENTERPRISE}:manager": {"value": "7"}}), with_(**{ENTERPRISE: BOSS})),
        (op("add", None, {ENTERPRISE: {"manager.value": "7"}}), with_(**{ENTERPRISE: BOSS})),
        (op("add", ENTERPRISE, {"manager": "7"}), with_(**{ENTERPRISE: BOSS})),
        (op("remove", f"{ENTERPRISE}:department"), {n: v for n, v in ADA.items() if n != ENTERPRISE}),
        (op("remove", ENTERPRISE), {n: v for n, v in ADA.items() if n != ENTERPRISE}),
        (op("remove", "active"), {n: v for n, v in ADA.items() if n != "active"}),
        (op("replace", "title", None), ADA),
        (op("add", "name", None), ADA),
        (op("replace", "name", None), {n: v for n, v in ADA.items() if n != "name"}),
        (op("replace", None, {"name": None}), ADA),
        (op("replace", "department", "Engines"), with_(**{ENTERPRISE: {"department": "Engines"}})),
        (op("replace", None, {"department": "Engines"}), ADA),
        (op("remove", "emails"), {n: v for n, v in ADA.items() if n != "emails"}),
        (op("replace", None, {'emails[type eq "home"].value': "h@b.example", 'emails[type eq "x"].value': None}), with_(emails=[WORK, {**HOME, "value": "h@b.example"}])),
        (op("replace", 'emails[type eq "home"].primary', True), with_(emails=[{**WORK, "primary": False}, {**HOME, "primary": True}])),
        (op("add", 'emails[type eq "work"].display', "Ada"), with_(emails=[{**WORK, "display": "Ada"}, HOME])),
        (op("replace", 'emails[type eq "work"].value', "a@b.example"), with_(emails=[{**WORK, "value": "a@b.example"}, HOME])),
        (op("replace", 'emails[type eq "other"].value', "a@b.example"), with_(emails=[WORK, HOME, {"type": "other", "value": "a@b.example"}])),
        (op("add", 'phoneNumbers[type eq "work"].value', "+1"), with_(phoneNumbers=[{"type": "work", "value": "+1"}])),
        (op("add", 'addresses[type eq "work"].country', "IS"), with_(addresses=[{"type": "work", "country": "IS"}])),
        (op("replace", 'emails[primary eq "True"].display', "Ada"), with_(emails=[{**WORK, "display": "Ada"}, HOME])),
        (op("remove", 'emails[type eq "home"]'), with_(emails=[WORK])),
        (op("remove", 'emails[type eq "none"]'), ADA),
        (op("remove", "emails", [{"value": HOME["value"]}]), with_(emails=[WORK])),
        (op("remove", "emails", []), ADA),
        (op("add", "emails", [HOME]), ADA),
        (op("add", "emails", {**HOME, "value": "c@d.example", "primary": True}), with_(emails=[{**WORK, "primary": False}, HOME, {**HOME, "value": "c@d.example", "primary": True}])),
        (op("replace", "emails", [HOME]), with_(emails=[HOME])),
    ],
)  # fmt: skip
def test_an_operation_does_what_it_says(operation: dict[str, Any], wanted: dict[str, Any]) -> None:
    before = repr(ADA)
    assert after(operation) == wanted
    assert repr(ADA) == before


def test_operations_are_done_in_their_order() -> None:
    changed = after(op("add", "title", "a"), op("replace", "title", "b"), op("remove", "nickName"))
    assert changed == with_(title="b")


@pytest.mark.parametrize(
    ("given", "scim_type"),
    [
        ({}, "invalidSyntax"),
        ({"Operations": []}, "invalidSyntax"),
        ({"Operations": {"op": "add"}}, "invalidSyntax"),
        ({"Operations": ["add"]}, "invalidSyntax"),
        (body(op("move", "title", "x")), "invalidSyntax"),
        (body({"path": "title", "value": "x"}), "invalidSyntax"),
        (body(op("add", "title")), "invalidSyntax"),
        (body(op("replace", None, "x")), "invalidSyntax"),
        (body(op("remove")), "noTarget"),
        (body(op("replace", "title[", "x")), "invalidFilter"),
        (body(op("replace", "emails[type is 1]", "x")), "invalidFilter"),
        (body(op("replace", "a b", "x")), "invalidPath"),
        (body({"op": "add", "path": 5, "value": 1}), "invalidPath"),
        (body(op("replace", 'title[type eq "x"]', "x")), "invalidPath"),
        (body(op("replace", "id", "x")), "mutability"),
        (body(op("replace", "meta.version", "x")), "mutability"),
        (body(op("remove", "userName")), "mutability"),
        (body(op("replace", 'emails[value eq "nobody"].value', "x")), "noTarget"),
        (body(op("replace", 'emails[type eq "x" and value pr].value', "x")), "noTarget"),
        (body(op("replace", 'roles[type eq "x"].value', "x")), "noTarget"),
        (body(op("replace", "active", "maybe")), "invalidValue"),
        (body(op("replace", "active", 1)), "invalidValue"),
        (body(op("replace", "title", 5)), "invalidValue"),
        (body(op("replace", "name", "Ada")), "invalidValue"),
        (body(op("replace", "title", "x\u202ey")), "invalidValue"),
        (body(op("replace", f"{ENTERPRISE}:manager", [{"value": "1"}, {"value": "2"}])), "invalidValue"),
        (body(op("remove", "emails", None)), "invalidValue"),
        (body(*[op("add", "title", "x")] * 1_001), "tooMany"),
        (body(op("add", None, {f"{'x' * n}[y pr]": "x" for n in range(600)})), "tooMany"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_name(given: dict[str, Any], scim_type: str) -> None:
    with pytest.raises(ScimRefused) as refused:
        patched(ADA, intentions(given, USERS), USERS)
    assert refused.value.scim_type == scim_type


A, B = {"value": "a"}, {"value": "b"}


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        (op("Add", "members", [A, B]), [Coming(("a", "b"))]),
        (op("add", "members", A), [Coming(("a",))]),
        (op("add", None, {"members": [A, A]}), [Coming(("a",))]),
        (op("add", "members", []), [Coming(())]),
        (op("remove", 'members[value eq "a"]'), [Going(("a",))]),
        (op("remove", 'members[value eq "a" or value eq "b"]'), [Going(("a", "b"))]),
        (op("Remove", "members", [A]), [Going(("a",))]),
        (op("remove", "members", A), [Going(("a",))]),
        (op("remove", "members", []), [Going(())]),  # nobody: never all
        (op("remove", "members"), [GoingWhere(None)]),
        (op("replace", "members", [A]), [Exactly(("a",))]),
        (op("replace", "members", []), [Exactly(())]),
        (op("replace", None, {"displayName": "x", "members": [A]}), [Exactly(("a",))]),
        (op("replace", "displayName", "x"), []),
    ],
)
def test_an_operation_on_members_says_who_comes_and_who_goes(operation: Any, wanted: list[Any]) -> None:
    assert steps(intentions(body(operation), GROUPS)) == wanted


def test_an_operation_a_member_is_one_step_and_the_order_stays() -> None:
    each = [op("add", "members", A), op("add", "members", B), op("remove", "members", [A])]
    assert steps(intentions(body(*each, op("remove", "members", B), op("add", "members", A)), GROUPS)) == [
        Coming(("a", "b")),
        Going(("a", "b")),
        Coming(("a",)),
    ]


def test_a_filter_that_names_no_ids_one_by_one_is_kept() -> None:
    [step] = steps(intentions(body(op("remove", 'members[value sw "a"]')), GROUPS))
    assert isinstance(step, GoingWhere)
    assert step.filter is not None


def test_the_attributes_of_a_group() -> None:
    named = op("replace", None, {"id": "1", "displayName": "x"})
    wanted = intentions(body(named, op("remove", "externalId")), GROUPS)
    assert attributes_of(wanted) == {"displayName": "x", "externalId": None}


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        (op("remove", "displayName"), "mutability"),
        (op("remove", "members", [{}]), "invalidValue"),
        (op("remove", "members", [5]), "invalidValue"),
        (op("add", "members", [{"type": "User"}]), "invalidValue"),
        (op("add", "members", [{"value": "g", "type": "Group"}]), "invalidValue"),
        (op("replace", 'members[value eq "a"].value', "b"), "mutability"),
        (op("replace", 'members[value eq "a"]', {"value": "b"}), "mutability"),
        (op("remove", "members.value"), "mutability"),
    ],
)
def test_what_cannot_be_done_to_a_group_is_refused(operation: Any, scim_type: str) -> None:
    with pytest.raises(ScimRefused) as refused:
        steps(intentions(body(operation), GROUPS))
    assert refused.value.scim_type == scim_type
