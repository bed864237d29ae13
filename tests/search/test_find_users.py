"""Users, workspaces and members are found by the beginning of an address or of a word of a name."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Store
from roster.db.transactions import Transaction
from roster.directory import members, users
from roster.domain import Actor, PlatformRole
from tests.support.api import Answer, Api, Clock
from tests.support.directory import Directory
from tests.support.stream import route
from tests.workspaces.fixtures import Fixtures, assert_invalid, assert_meta, assert_refused


@pytest.fixture
def people(api: Api, directory: Directory) -> Fixtures:
    """The people of the Workspaces tests, and some with names that are worth finding; routed."""
    fixtures = Fixtures.set(api, directory)
    for name, full_name in {
        "ada": "Ada Lovelace",
        "lov": "Jean-Luc Pic\N{LATIN SMALL LETTER A WITH ACUTE}rd",
        "zoe": "ZO\N{LATIN CAPITAL LETTER E WITH DIAERESIS} \N{LATIN CAPITAL LETTER O WITH STROKE}rsted",
        "j#k%l": "J K",
        "straw": "Stra\N{LATIN SMALL LETTER SHARP S}e Ada Adams",
    }.items():
        user = directory.user(name, full_name=full_name)
        if name in ("ada", "zoe"):
            directory.member(fixtures.acme, user)
    route(api)
    return fixtures


def found(api: Api, fixtures: Fixtures, query: str, **more: Any) -> list[str]:
    """The names that a search of users finds, page after page."""
    answer = api.get(f"/api/admin/users?q={query}", as_=fixtures.root, **more)
    names = names_of(answer)
    while cursor := answer.json["meta"]["next"]:
        answer = api.get(f"/api/admin/users?q={query}&cursor={cursor}", as_=fixtures.root)
        names += names_of(answer)
    return names


def names_of(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    assert list(answer.json) == ["code", "data", "meta", "timestamp"]
    return [row["email"].partition("@")[0] for row in answer.data]


@pytest.mark.row("Q-03")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ada", ["straw", "ada"]),  # by the words: "ada adams", then the address
        ("ADA", ["straw", "ada"]),
        ("lovelace", ["ada"]),
        ("ada%20lov", ["ada"]),
        ("lov", ["lov", "ada"]),
        ("luc", ["lov"]),
        ("Jean-luc%20PICA", ["lov"]),
        ("picard", ["lov"]),
        ("zo%C3%AB", ["zoe"]),
        ("strasse", ["straw"]),
        ("j%23k%25", ["j#k%l"]),
        ("da", []),
        ("velace", []),
        ("ada@example.com", ["ada"]),
        ("%25%23", []),
    ],
)
def test_a_user_is_found_by_a_beginning(api: Api, people: Fixtures, query: str, expected: list[str]) -> None:
    assert found(api, people, query) == expected


def test_pages_go_on_where_they_ended_and_show_nobody_twice(api: Api, people: Fixtures) -> None:
    whole = names_of(api.get("/api/admin/users?q=ada", as_=people.root))
    seen, cursor = [], ""
    for _ in range(10):
        answer = api.get(f"/api/admin/users?q=ada&size=1{cursor}", as_=people.root)
        seen += names_of(answer)
        assert answer.json["meta"]["size"] == 1
        if answer.json["meta"]["next"] is None:
            break
        cursor = f"&cursor={answer.json['meta']['next']}"
    assert seen == whole == ["straw", "ada"]


@pytest.mark.row("Q-02")
def test_a_cursor_is_of_one_caller_one_search_and_one_list(
    api: Api, directory: Directory, people: Fixtures
) -> None:
    other = directory.admin("other")
    cursor = api.get("/api/admin/users?q=ada&size=1", as_=people.root).json["meta"]["next"]
    members_of_acme = f"/api/workspaces/{people.acme.id}/members"
    for path, who in (
        ("/api/admin/users?q=ada&size=1", other),
        ("/api/admin/users?q=lov&size=1", people.root),
        ("/api/admin/users?q=ada&size=2", people.root),
        (f"{members_of_acme}?q=ada&size=1", people.root),
    ):
        assert_invalid(api.get(f"{path}&cursor={cursor}", as_=who), "cursor")


@pytest.mark.row("Q-03")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=a", "q"),
        ("q=", "q"),
        ("q=a-", "q"),
        ("q=a%00b", "q"),
        (f"q={'a' * 256}", "q"),
        ("q=ada&email=ada@example.com", "q"),
        ("q=ada&status=active", "status"),
        ("status=active&role=USER", "role"),
        ("q=ada&page=1", "page"),
        ("email=ada@example.com&size=1", "size"),
        ("cursor=x", "cursor"),
        ("email=ada", "email"),
        ("status=ACTIVE", "status"),
        ("role=MEMBER", "role"),
    ],
)
def test_what_is_no_search_is_refused(api: Api, people: Fixtures, query: str, field: str) -> None:
    assert_invalid(api.get(f"/api/admin/users?{query}", as_=people.root), field)


def test_an_address_finds_its_user_or_none(api: Api, people: Fixtures) -> None:
    for query, expected in {
        "%20Ada@EXAMPLE.com": ["ada"],
        "nobody@example.com": [],
        "ad@example.com": [],
    }.items():
        answer = api.get(f"/api/admin/users?email={query}", as_=people.root)
        assert answer.status == 200
        assert [row["email"] for row in answer.data] == [f"{name}@example.com" for name in expected]


def _renamed(store: Store, directory: Directory, name: str, **more: Any) -> None:
    lock = store.get(keys.email(f"{name}@example.com"))
    assert lock is not None
    user = users.alive(store, str(lock["user_id"]))
    users.change(store, user, lambda one: replace(one, **more), by=directory.by)


def test_a_new_name_or_address_is_found_and_the_old_one_is_not(
    api: Api, directory: Directory, people: Fixtures
) -> None:
    _renamed(api.store, directory, "ada", full_name="Ada Byron", email="countess@example.com")
    # Before the stream was read: what is shown is what the user is now called.
    assert found(api, people, "lovelace") == []
    route(api)
    assert found(api, people, "lovelace") == found(api, people, "ada@") == []
    assert found(api, people, "byron") == found(api, people, "countess") == ["countess"]
    path = f"/api/workspaces/{people.acme.id}/members?q="
    assert names_of(api.get(f"{path}byron", as_=people.member)) == ["countess"]
    assert names_of(api.get(f"{path}lovelace", as_=people.member)) == []


def test_who_was_deleted_is_found_no_more_and_leaves_no_row(
    api: Api, directory: Directory, people: Fixtures
) -> None:
    lock = api.store.get(keys.email("ada@example.com"))
    assert lock is not None
    user_id = str(lock["user_id"])
    users.delete(api.store, users.alive(api.store, user_id), by=directory.by)
    assert found(api, people, "lovelace") == []
    route(api)
    rows = [row for row in directory_rows(api) if user_id in str(row)]
    assert rows == []


def directory_rows(api: Api) -> list[Any]:
    """All search rows of the table, and what says which there are."""
    items = api.store.scan().items
    return [item for item in items if "SEARCH" in f"{item['PK']}{item['SK']}"]


@pytest.mark.row("Q-01")
def test_members_are_found_in_their_workspace_alone(api: Api, directory: Directory, people: Fixtures) -> None:
    path = f"/api/workspaces/{people.acme.id}/members?q="
    answer = api.get(f"{path}ada", as_=people.member)
    assert names_of(answer) == ["ada"]
    assert list(answer.data[0]) == [
        *("userId", "email", "fullName", "role", "createdAt"),
        *("lastSignInAt", "emailVerified"),
    ]
    assert names_of(api.get(f"{path}lov", as_=people.member)) == ["ada"]
    other = f"/api/workspaces/{people.globex.id}/members?q=ada"
    assert names_of(api.get(other, as_=people.rival)) == []
    assert_refused(api.get(other, as_=people.member), 403)
    members.remove(api.store, people.acme, answer.data[0]["userId"], by=directory.by, even_last_admin=False)
    route(api)
    assert names_of(api.get(f"{path}ada", as_=people.member)) == []


@pytest.mark.row("Q-04")
def test_workspaces_are_found_by_key_and_name_by_platform_admins(
    api: Api, directory: Directory, people: Fixtures
) -> None:
    directory.workspace("north-sea", name="Umbrella Corp")
    route(api)
    for query, expected in {
        "umb": ["north-sea"],
        "corp": ["north-sea"],
        "north-s": ["north-sea"],
        "sea": [],
    }.items():
        answer = api.get(f"/api/workspaces?q={query}", as_=people.root)
        assert [row["key"] for row in answer.data] == expected
    assert_refused(api.get("/api/workspaces?q=umb", as_=people.boss), 403)
    assert_refused(api.get("/api/workspaces?q=umb", bearer=directory.token(people.root, people.acme)), 403)


# Status and role: pages with exact totals.


@pytest.fixture
def many_users(api: Api, directory: Directory) -> Fixtures:
    """Twelve more, every third suspended, every fourth ADMIN and no USER, and the last two deleted."""
    fixtures = Fixtures.set(api, directory)
    for place in range(12):
        roles = (PlatformRole.ADMIN,) if place % 4 == 0 else (PlatformRole.USER,)
        user = directory.user(f"u{place:02}", roles=roles, active=place % 3 != 0)
        if place >= 10:
            users.delete(api.store, user, by=directory.by)
    return fixtures


ASKED: dict[str, Callable[[Any], bool]] = {
    "status=active": lambda row: row["active"],
    "status=suspended": lambda row: not row["active"],
    "role=ADMIN": lambda row: "ADMIN" in row["roles"],
    "role=USER": lambda row: "USER" in row["roles"],
}


def assert_exact(api: Api, fixtures: Fixtures) -> None:
    """Every page of every kind is what the list of all users says, with the total of it."""
    everybody = api.get("/api/admin/users", as_=fixtures.root).data
    for query, fits in ASKED.items():
        expected = [row for row in everybody if fits(row)]
        pages = -(-len(expected) // 3)
        for page in range(1, pages + 2):
            answer = api.get(f"/api/admin/users?{query}&page={page}&size=3", as_=fixtures.root)
            assert_meta(answer, page, 3, len(expected), pages)
            assert answer.data == expected[(page - 1) * 3 : page * 3], (query, page)


def test_pages_by_status_and_role_are_exact_and_follow_every_change(
    api: Api, directory: Directory, many_users: Fixtures
) -> None:
    assert_exact(api, many_users)
    changed: dict[str, dict[str, Any]] = {
        "u00": {"active": True},
        "u01": {"active": False, "roles": (PlatformRole.ADMIN, PlatformRole.USER)},
        "u04": {"roles": (PlatformRole.USER,)},
        "u03": {"full_name": "Still suspended"},
    }
    for name, more in changed.items():
        _renamed(api.store, directory, name, **more)
    assert_exact(api, many_users)


def test_a_user_of_an_earlier_version_is_in_no_list_until_something_changes(
    api: Api, directory: Directory, many_users: Fixtures
) -> None:
    """A table that was not repaired yet: the rows lack, and no change is refused for that."""
    user = directory.user("old", active=False, roles=(PlatformRole.ADMIN,))
    for listing in (keys.SUSPENDED, keys.ADMINS, keys.NO_USERS):
        _unlist(api.store, listing, user.number)
    _renamed(api.store, directory, "old", active=True, roles=(PlatformRole.USER,))
    assert_exact(api, many_users)
    users.delete(api.store, users.alive(api.store, user.id), by=directory.by)
    assert_exact(api, many_users)


def _unlist(store: Store, listing: str, number: int) -> None:
    work = Transaction(Actor("test", Clock().moment))
    work.remove_row(listing, number)
    work.commit(store)
