"""The faults of other servers that docs/scim.md is written against: each is a test of its name."""

from typing import Any

import pytest

from roster.dialects.scim import groups
from roster.directory import users, workspaces
from roster.domain import User
from tests.scim_dialect.conftest import PATCH, Provider, op, user
from tests.support.race import before_the_commit


@pytest.fixture
def people(provider: Provider) -> list[str]:
    return [provider.user(name) for name in ("ada", "bob", "cid")]


@pytest.mark.parametrize(
    "path",
    [
        'members[value eq "nobody"]',
        'members[value eq ""]',
        'members[value sw "no-such"]',
        'members[shoe eq "42"]',
        'members[value eq "nobody" and type eq "User"]',
        "members[not (value pr)]",
    ],
)
def test_a_filtered_removal_that_clears_all(provider: Provider, people: list[str], path: str) -> None:
    group = provider.group("Staff", *people)
    with provider.api.no_effect():
        assert provider.patch(f"/Groups/{group}", op("remove", path)).status == 204
    assert provider.members(group) == people


def test_a_filtered_removal_that_clears_all_addresses(provider: Provider, people: list[str]) -> None:
    place = f"/Users/{people[0]}"
    with provider.api.no_effect():
        assert provider.patch(place, op("remove", 'emails[type eq "home"]')).status == 200
        assert provider.patch(place, op("remove", 'emails[value eq "x"].value')).status == 200
    assert len(provider.get(place).json["emails"]) == 1


def test_a_member_list_cut_at_a_page_and_then_wiped(
    large: tuple[Provider, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group is shown whole or without members: so a client that sends back what it saw removes nobody."""
    provider, people = large
    group = provider.group("Staff", *people)
    place = f"/Groups/{group}"
    shown = provider.get(f"{place}?count=2&startIndex=1").json
    assert [each["value"] for each in shown["members"]] == people
    assert provider.put(place, shown).json["members"] == shown["members"]
    monkeypatch.setattr(groups, "MEMBERS_OF_A_PAGE", len(people) - 1)
    for path in (place, "/Groups", '/Groups?filter=displayName%20eq%20"Staff"'):
        refused = provider.get(path)
        assert (refused.status, refused.json["scimType"]) == (400, "tooMany")
    less = provider.get(f"{place}?excludedAttributes=members").json
    assert "members" not in less
    assert "members" not in provider.put(place, less).json
    monkeypatch.undo()
    assert provider.members(group) == people


def test_an_index_that_shifts_while_members_are_removed(large: tuple[Provider, list[str]]) -> None:
    provider, people = large
    group = provider.group("Staff", *people)
    each = [op("remove", f'members[value eq "{id}"]') for id in people[:40:2]]
    assert provider.patch(f"/Groups/{group}", *each).status == 204
    assert provider.members(group) == [*people[1:40:2], *people[40:]]
    ada = provider.user("ada", emails=[{"value": f"{n}@example.com", "type": "other"} for n in range(9)])
    kinds = provider.patch(
        f"/Users/{ada}",
        op("add", "emails", {"value": "w@example.com", "type": "work"}),
        op("remove", 'emails[type eq "other"]'),
    )
    assert kinds.json["emails"] == [{"value": "w@example.com", "type": "work"}]


@pytest.mark.parametrize(
    "rename",
    [
        lambda bob: ("PATCH", [op("add", "userName", "ADA@example.com")]),
        lambda bob: ("PATCH", [op("Replace", None, {"userName": "ada@EXAMPLE.com"})]),
        lambda bob: ("PATCH", [op("replace", "userName", "boss@example.com")]),  # whom no provider made
        lambda bob: ("PUT", {**user("bob"), "userName": "Ada@example.com"}),
    ],
)
def test_a_patch_of_user_name_without_the_uniqueness_check(
    provider: Provider, people: list[str], rename: Any
) -> None:
    method, body = rename(people[1])
    sent = {"schemas": [PATCH], "Operations": body} if method == "PATCH" else body
    with provider.api.no_effect():
        refused = provider.send(method, f"/Users/{people[1]}", sent)
    assert (refused.status, refused.json["scimType"]) == (409, "uniqueness")


def test_a_patch_of_user_name_without_the_uniqueness_check_at_the_same_time(
    provider: Provider, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob, _ = people
    rename = op("replace", "userName", "new")
    before_the_commit(monkeypatch, lambda: provider.patch(f"/Users/{ada}", rename))
    assert provider.patch(f"/Users/{bob}", rename).status == 409
    assert provider.find("Users", 'userName eq "NEW"') == [ada]


def test_an_owners_account_taken_over_by_a_create(provider: Provider, boss: User) -> None:
    """Who has an account already keeps profile, mail and role, whatever a provider writes of them."""
    made = provider.post("/Users", user("boss", name={"formatted": "Mallory"}, password="x", roles=["none"]))
    assert (made.status, made.json["id"]) == (201, boss.id)
    place = f"/Users/{boss.id}"
    changed = provider.patch(
        place, op("replace", 'emails[type eq "work"].value', "mallory@evil.example"), op("add", "title", "x")
    )
    assert changed.json["emails"][0]["value"] == "mallory@evil.example"
    present = users.alive(provider.api.store, boss.id)
    assert (present.email, present.full_name) == (boss.email, boss.full_name)
    assert workspaces.alive(provider.api.store, provider.workspace.id).admins == 1
    assert provider.api.get(f"/api/workspaces/{provider.workspace.id}/audit", as_=boss).status == 200
    assert provider.delete(place).status == 409


def test_a_retried_create_that_wipes_fields(provider: Provider) -> None:
    ada = provider.user("ada", title="Countess", externalId="a")
    with provider.api.no_effect():
        again = provider.post("/Users", user("ada"))
        other = provider.post("/Users", user("ada", userName="another", externalId="b"))
    assert {(one.status, one.json["scimType"]) for one in (again, other)} == {(409, "uniqueness")}
    assert provider.get(f"/Users/{ada}").json["title"] == "Countess"


@pytest.mark.parametrize(
    ("operation", "status", "left"),
    [
        (op("remove", "members", []), 204, 3),
        (op("Remove", "members", [{"value": "nobody"}]), 204, 3),
        (op("remove", "members", None), 400, 3),
        (op("remove", "members", ""), 400, 3),
        (op("remove", "members", {}), 400, 3),
        (op("remove", "members", [None]), 400, 3),
        (op("remove", "members", [{"display": "ada"}]), 400, 3),
        (op("replace", "members", None), 400, 3),
        (op("replace", None, {"members": None}), 204, 3),
        # What the RFC means by all:
        (op("remove", "members"), 204, 0),
        (op("replace", "members", []), 204, 0),
        (op("replace", None, {"members": []}), 204, 0),
        (op("remove", 'members[type eq "User"]'), 204, 0),
    ],
)
def test_a_value_removal_read_as_remove_all(
    provider: Provider, people: list[str], operation: dict[str, object], status: int, left: int
) -> None:
    group = provider.group("Staff", *people)
    assert provider.patch(f"/Groups/{group}", operation).status == status
    assert len(provider.members(group)) == left


SOMEBODY = {"value": "<ada>"}


@pytest.mark.parametrize(
    ("kind", "body", "scim_type"),
    [
        ("Groups", {"displayName": "X"}, "invalidSyntax"),  # a PUT's body
        ("Groups", {"members": [SOMEBODY]}, "invalidSyntax"),
        ("Groups", {"Operations": op("add", "members", [SOMEBODY])}, "invalidSyntax"),
        ("Groups", [op("increment", "members", [SOMEBODY])], "invalidSyntax"),
        ("Groups", [{"path": "members", "value": [SOMEBODY]}], "invalidSyntax"),
        ("Groups", [op("add", "members")], "invalidSyntax"),
        ("Groups", [op("add", None, [SOMEBODY])], "invalidSyntax"),
        ("Groups", [op("remove", None, {"members": [SOMEBODY]})], "noTarget"),
        ("Groups", [op("add", "members", [{"id": "<ada>"}])], "invalidValue"),
        ("Groups", [op("add", "members", [SOMEBODY, {}])], "invalidValue"),
        ("Groups", [op("add", "members", [5])], "invalidValue"),
        ("Groups", [op("add", "members", [{"value": "<ada>", "type": "Group"}])], "invalidValue"),
        ("Groups", [op("add", 'members[value eq "<ada>"', None)], "invalidFilter"),
        ("Groups", [op("replace", 'members[value eq "<ada>"]', SOMEBODY)], "mutability"),
        ("Users", {"active": False}, "invalidSyntax"),
        ("Users", [op("replace", "active", "no")], "invalidValue"),
        ("Users", [op("replace", None, "active")], "invalidSyntax"),
        ("Users", [op("replace", "emails[type is work].value", "x@example.com")], "invalidFilter"),
        ("Users", [op("replace", None, {"emails[type is work].value": "x@example.com"})], "invalidFilter"),
        ("Users", [op("replace", None, {'roles[type eq "x"].value': "x"})], "noTarget"),
    ],
)
def test_an_unknown_shape_answered_200_and_ignored(
    provider: Provider, people: list[str], kind: str, body: Any, scim_type: str
) -> None:
    place = f"/Users/{people[0]}" if kind == "Users" else f"/Groups/{provider.group('Staff')}"
    sent = {"schemas": [PATCH], "Operations": body} if isinstance(body, list) else body
    with provider.api.no_effect():
        refused = provider.send("PATCH", place, _told(sent, people[0]))
    assert (refused.status, refused.json.get("scimType")) == (400, scim_type)


def _told(value: Any, ada: str) -> Any:
    if isinstance(value, dict):
        return {name: _told(each, ada) for name, each in value.items()}
    if isinstance(value, list):
        return [_told(each, ada) for each in value]
    return value.replace("<ada>", ada) if isinstance(value, str) else value


@pytest.mark.parametrize("members", [[{"id": "x"}], [None], [{}], {"users": ["x"]}, ["nobody"], 5])
def test_an_unknown_shape_of_members_in_a_whole_group(provider: Provider, members: Any) -> None:
    group = provider.group("Staff")
    with provider.api.no_effect():
        for refused in (
            provider.post("/Groups", {"displayName": "New", "members": members}),
            provider.put(f"/Groups/{group}", {"displayName": "Other", "members": members}),
        ):
            assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")


def test_a_stale_read_written_back(
    provider: Provider, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another request wrote between the reading and the writing of this one stays."""
    ada, bob, cid = people
    place = f"/Users/{ada}"
    before_the_commit(monkeypatch, lambda: provider.patch(place, op("replace", "name.familyName", "King")))
    both = provider.patch(place, op("add", "title", "Countess"))
    assert (both.json["title"], both.json["name"]["familyName"]) == ("Countess", "King")

    group = provider.group("Staff", ada)
    at = f"/Groups/{group}"

    def meanwhile() -> None:
        provider.patch(at, op("add", "members", [{"value": bob}]), op("replace", "displayName", "Crew"))

    before_the_commit(monkeypatch, meanwhile)
    assert provider.patch(at, op("add", "members", [{"value": cid}])).status == 204
    before_the_commit(monkeypatch, lambda: provider.patch(at, op("remove", "members", [{"value": bob}])))
    assert provider.patch(at, op("replace", "externalId", "g")).status == 204
    shown = provider.get(at).json
    assert (shown["displayName"], shown["externalId"]) == ("Crew", "g")
    assert sorted(provider.members(group)) == sorted([ada, cid])


@pytest.mark.parametrize("kind", ["Users", "Groups"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_stale_read_written_back_although_if_match_forbids_it(
    provider: Provider, people: list[str], monkeypatch: pytest.MonkeyPatch, kind: str, method: str
) -> None:
    ada, bob, _ = people
    place = f"/Users/{ada}" if kind == "Users" else f"/Groups/{provider.group('Staff')}"
    body: Any = user("ada", title="x") if kind == "Users" else {"displayName": "Staff", "members": [{"value": bob}]}  # fmt: skip # noqa: E501
    change = op("add", "members", [{"value": ada}]) if kind == "Groups" else op("add", "nickName", "n")
    if method == "PATCH":
        mine = op("add", "title", "x") if kind == "Users" else op("add", "members", [{"value": bob}])
        body = {"schemas": [PATCH], "Operations": [mine]}
    tag = provider.get(place).headers["etag"]
    before_the_commit(monkeypatch, lambda: provider.patch(place, change))
    refused = provider.send(method, place, body if method != "DELETE" else None, If_Match=tag)
    assert refused.status == 412
    if kind == "Groups":
        assert [each["value"] for each in provider.get(place).json["members"]] == [ada]
    else:
        assert "title" not in provider.get(place).json
