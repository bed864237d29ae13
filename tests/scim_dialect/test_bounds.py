"""How large things may be, and what is answered where they are larger."""

import json
from pathlib import Path
from typing import Any

import pytest

from roster import bounds
from roster.db.store import Store
from roster.dialects.scim import filters, groups, lists, patches, users
from roster.directory import members, workspace_groups
from roster.errors import Unavailable
from tests.scim_dialect.conftest import Provider, op, user
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.race import before_the_commit

ROOT = Path(__file__).parents[2]


def test_a_user_has_sixteen_kilobytes_of_attributes_and_twenty_addresses(provider: Provider) -> None:
    ada = provider.user("ada")
    long = [{"type": "other", "formatted": f"{number:4}" * 250} for number in range(17)]
    addresses = [{"value": f"{number}@example.com"} for number in range(users.ADDRESSES + 1)]
    with provider.api.no_effect():
        for refused in (
            provider.post("/Users", user("bob", addresses=long)),
            provider.put(f"/Users/{ada}", user("ada", addresses=long)),
            provider.patch(f"/Users/{ada}", *(op("add", "addresses", [each]) for each in long)),
            provider.post("/Users", user("bob", emails=addresses)),
            provider.patch(f"/Users/{ada}", op("add", "emails", addresses)),
        ):
            assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")
    assert provider.put(f"/Users/{ada}", user("ada", addresses=long[:15])).status == 200
    full = provider.put(f"/Users/{ada}", user("ada", emails=addresses[1:]))
    assert len(full.json["emails"]) == users.ADDRESSES
    # All of them are others at once: still one transaction.
    others = [{"value": f"other{number}@example.com"} for number in range(users.ADDRESSES)]
    off = provider.put(f"/Users/{ada}", user("new", emails=others, active=False, externalId="e"))
    assert (off.status, off.json["active"]) == (200, False)


def test_a_body_has_four_megabytes(provider: Provider) -> None:
    group = provider.group("Staff")
    headers = {"Content-Type": "application/scim+json"}

    def put(size: int) -> int:
        raw = json.dumps({"displayName": "Staff", "members": []}).encode()
        path = f"{provider.base}/Groups/{group}"
        sent = raw + b" " * (size - len(raw))
        return provider.api.send("PUT", path, raw=sent, bearer=provider.token, headers=headers).status

    assert put(bounds.SCIM_BODY_BYTES) == 200
    assert put(bounds.SCIM_BODY_BYTES + 1) == 413


def test_a_group_of_thousands_is_read_whole(provider: Provider) -> None:
    """A PUT may name more members than any body elsewhere has values; strangers are refused all the same."""
    named = [{"value": f"nobody-{number}", "display": "x", "type": "User"} for number in range(30_000)]
    refused = provider.put(f"/Groups/{provider.group('Staff')}", {"displayName": "Staff", "members": named})
    assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize(
    ("query", "start", "count"),
    [
        ("startIndex=0", 1, 4),
        ("startIndex=-7&count=2", 1, 2),
        ("startIndex=99999999999999999999", 9_999_999_999, 0),
        ("startIndex=4", 4, 1),
        ("count=99999999999999999999", 1, 4),
        ("count=0", 1, 0),
        ("count=-1", 1, 0),
        ("STARTINDEX=2&COUNT=2", 2, 2),
        ("startIndex=&count=", 1, 4),
    ],
)
def test_count_and_start_index(provider: Provider, query: str, start: int, count: int) -> None:
    for name in ("ada", "bob", "cid"):
        provider.user(name)
        provider.group(name)
    provider.group("dan")
    for path in (f"/Users?{query}", f"/Groups?{query}", f"/Users?filter=userName%20pr&{query}"):
        page = provider.get(path).json
        assert (page["totalResults"], page["startIndex"]) == (4, start)
        assert page["itemsPerPage"] == len(page["Resources"]) == count


@pytest.mark.parametrize("query", ["count=many", "startIndex=1.5", "count=--1"])
def test_what_is_no_number_is_refused(provider: Provider, query: str) -> None:
    refused = provider.get(f"/Users?{query}")
    assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")


def test_a_page_has_two_hundred(provider: Provider, directory: Directory) -> None:
    assert lists.paging({"count": "500"}) == lists.paging({}) == (1, 200)
    assert provider.get("/ServiceProviderConfig").json["filter"] == {"supported": True, "maxResults": 200}


def test_a_filter_is_evaluated_on_a_thousand_and_what_a_key_answers_on_any_number(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EVALUATED", 2)
    people = [provider.user(name, externalId="same") for name in ("ada", "bob", "cid")]
    teams = [provider.group(name, *people) for name in ("x", "y", "z")]
    for kind, filter in (
        ("Users", "title pr"),
        ("Users", 'userName sw "a"'),
        ("Users", 'not (userName eq "ada@example.com")'),
        ("Users", 'externalId eq "same"'),  # a provider may repeat it
        ("Groups", 'displayName co "x"'),
        ("Groups", f'members eq "{people[0]}"'),
    ):
        refused = provider.get(f"/{kind}?filter={filter.replace(' ', '%20')}")
        assert (refused.status, refused.json["scimType"]) == (400, "tooMany"), filter
    for kind, filter, found in (
        ("Users", 'userName eq "ada@example.com"', people[:1]),
        ("Users", f'id eq "{people[1]}" and userName sw "b"', people[1:2]),
        ("Users", 'emails[type eq "work"].value eq "cid@example.com"', people[2:]),
        ("Users", 'shoeSize eq "42"', []),  # which nobody has: no need to look
        ("Users", 'urn:acme:User:shoe eq "42" and title pr', []),
        ("Users", 'userName eq ""', []),
        ("Groups", 'displayName eq "X"', teams[:1]),
        ("Groups", f'id eq "{teams[1]}" and members[value eq "{people[0]}"]', teams[1:2]),
        ("Groups", f'id eq "{teams[1]}" and not (members eq "{people[0]}")', []),
        ("Groups", 'shoe eq "42"', []),
    ):
        assert provider.find(kind, filter) == found, filter


def test_a_page_of_large_groups_holds_fewer(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [provider.user(name) for name in ("ada", "bob", "cid")]
    teams = [provider.group(name, *people[:many]) for name, many in (("x", 2), ("y", 2), ("z", 0))]
    monkeypatch.setattr(groups, "MEMBERS_OF_A_PAGE", 3)
    page = provider.get("/Groups").json
    assert (page["totalResults"], page["itemsPerPage"]) == (3, 1)
    rest = provider.get("/Groups?startIndex=2").json
    assert [each["id"] for each in rest["Resources"]] == teams[1:]
    assert provider.get("/Groups?excludedAttributes=members").json["itemsPerPage"] == 3


# Addresses of a view.


def test_any_address_of_a_view_is_found_in_three_calls(provider: Provider, meter: Meter) -> None:
    home = {"value": "Ada@Home.example", "type": "home"}
    ada = provider.user("ada", userName="ada", emails=[{"value": "ada@example.com", "primary": True}, home])
    bob = provider.user("bob", emails=[{"value": "bob@example.com", "type": "work"}, home])

    def found(filter: str) -> list[str]:
        with meter.measure() as reading:
            ids = provider.find("Users", filter)
        assert reading.trips <= 3
        return sorted(ids)

    assert found('emails.value eq "ada@home.EXAMPLE"') == sorted([ada, bob])
    assert found('emails[type eq "home"].value eq "ada@home.example"') == sorted([ada, bob])
    assert found('emails[type eq "work"].value eq "ada@home.example"') == []
    assert found('emails.value eq "ada@home.example" and userName eq "ada"') == [ada]
    assert found('emails.value eq "ada@example.com"') == [ada]
    assert found('emails[value eq "bob@example.com"]') == [bob]  # the user name's lock leads there
    assert found('emails.value eq "nobody"') == []
    place = f"/Users/{bob}"
    assert provider.patch(place, op("replace", "userName", "bob")).status == 200
    assert found('emails eq "bob@example.com"') == [bob]
    assert provider.patch(place, op("remove", 'emails[type eq "home"]')).status == 200
    assert found('emails.value eq "ada@home.example"') == [ada]
    assert provider.put(f"/Users/{ada}", user("ada", emails=[{"value": "new@example.com"}])).status == 200
    assert found('emails.value eq "ada@home.example"') == []
    assert found('emails.value eq "new@example.com"') == [ada]
    assert provider.delete(f"/Users/{ada}").status == 204
    assert found('emails.value eq "new@example.com"') == []


def test_an_address_that_the_profile_alone_has_is_not_found_by_it(
    provider: Provider, directory: Directory
) -> None:
    """The view is what SCIM shows, and what is searched; of who has none it is the profile."""
    other = directory.user("eve")
    directory.member(provider.workspace, other)
    assert provider.find("Users", 'emails.value eq "eve@example.com"') == [other.id]
    provider.user("eve")
    changed = op("replace", 'emails[type eq "work"].value', "eve@other.example")
    assert provider.patch(f"/Users/{other.id}", changed, op("replace", "userName", "e")).status == 200
    assert provider.find("Users", 'emails.value eq "eve@example.com"') == []
    assert provider.find("Users", 'emails.value eq "eve@other.example"') == [other.id]


# Groups that more than one transaction writes.


def test_a_group_and_its_first_members_come_in_one_transaction(
    large: tuple[Provider, list[str]], monkeypatch: pytest.MonkeyPatch, directory: Directory
) -> None:
    provider, people = large

    def leave() -> None:
        members.remove(
            provider.api.store, provider.workspace, people[0], by=directory.by, even_last_admin=False
        )

    before_the_commit(monkeypatch, leave)
    body = {"displayName": "Staff", "members": [{"value": each} for each in people[:20]]}
    assert provider.post("/Groups", body).status == 400
    assert provider.get("/Groups").json["totalResults"] == 0
    body["members"] = [{"value": each} for each in people[1:21]]
    assert len(provider.post("/Groups", body).json["members"]) == 20


def _late(after: int) -> Any:
    """`_add_some` and `_remove_some` that time runs out for, after so many transactions."""
    left = [after]

    def limited(done: Any) -> Any:
        def some(store: Store, *given: Any) -> Any:
            if not left[0]:
                raise Unavailable
            left[0] -= 1
            return done(store, *given)

        return some

    return limited


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_does_not_come_in_time_is_said_and_may_be_sent_again(
    large: tuple[Provider, list[str]], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    provider, people = large
    named = [{"value": each} for each in people]
    body: Any = {"displayName": "Staff", "members": named}
    place = "/Groups"
    if method != "POST":
        place = f"/Groups/{provider.group('Staff')}"
    if method == "PATCH":
        body = {"Operations": [op("add", "members", named)]}
    monkeypatch.setattr(workspace_groups, "_add_some", _late(1)(workspace_groups._add_some))
    stopped = provider.send(method, place, body)
    monkeypatch.undo()
    assert (stopped.status, stopped.headers["retry-after"]) == (503, "1")
    [group] = provider.find("Groups", 'displayName eq "Staff"')
    assert 0 < len(provider.members(group)) < len(people)
    if method == "POST":  # what exists is said, for a second POST is refused
        assert "PUT or PATCH" in stopped.json["detail"]
        assert provider.send(method, place, body).status == 409
        method, place = "PUT", f"/Groups/{group}"
    else:
        assert "again is safe" in stopped.json["detail"]
    for _ in range(2):
        assert provider.send(method, place, body).status in (200, 204)
        assert provider.members(group) == people


def test_a_group_that_makes_admins_is_judged_before_its_first_row(
    large: tuple[Provider, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, people = large
    monkeypatch.setattr(workspace_groups, "MOST_ADMINS", 40)
    group = provider.group("Staff", *people[:30])
    path = f"/api/workspaces/{provider.workspace.id}/groups/{group}"
    root = Directory(provider.api.store, provider.api.clock).admin()
    assert provider.api.put(path, {"workspaceRole": "ADMIN"}, as_=root).status == 200
    come = op("add", "members", [{"value": each} for each in people[20:50]])
    with provider.api.no_effect():
        refused = provider.patch(f"/Groups/{group}", op("replace", "displayName", "Crew"), come)
    assert refused.status == 409
    gone = op("remove", "members", [{"value": each} for each in people[:20]])
    assert provider.patch(f"/Groups/{group}", gone, come).status == 204
    assert len(provider.members(group)) == 30


def test_the_document_says_the_bounds() -> None:
    said = " ".join((ROOT / "docs/scim.md").read_text().split())
    for words in (
        f"{bounds.SCIM_VIEW_BYTES // 1024} KB of attributes, and {users.ADDRESSES} e-mail addresses",
        f"A body may have {bounds.SCIM_BODY_BYTES // 1024**2} MB",
        f"up to {lists.EVALUATED:,} resources",
        f"`count` is {lists.PAGE} at most",
        f"more than {groups.MEMBERS_OF_A_PAGE:,} in one group",
        f"at most {workspace_groups.MOST_ADMINS} members",
        f"its first {workspace_groups._FIRST} members",
        f"at most {filters.TERMS} comparisons and {filters.DEPTH} brackets",
        f"a PATCH at most {patches.OPERATIONS:,} operations",
        f"at most {patches.PATH_CHARACTERS // 1024} KB together",
    ):
        assert words in said
