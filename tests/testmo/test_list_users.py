"""GET /api/v1/users."""

from typing import Any

import pytest

from roster.directory import users
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.testmo.fixtures import (
    BAD_NUMBERS,
    Fixtures,
    acting,
    assert_invalid,
    assert_page,
    assert_refused,
    bulk_users,
)

pytestmark = pytest.mark.any_engine

EXPANDS = ("expands",)


def _ids(rows: list[Any]) -> list[int]:
    return [row["id"] for row in rows]


def test_a_user_has_eighteen_fields_in_order(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    api.clock.advance(hours=1)
    users.change(api.store, fixtures.member, lambda one: one, by=acting(directory, fixtures.root))
    answer = api.get("/api/v1/users", bearer=fixtures.root)
    first, second, *_ = assert_page(answer, 1, None, None, 1, 100, 5, more=EXPANDS)
    assert list(first.items()) == [
        ("id", 1),
        ("name", "User 1"),
        ("email", "user1@example.com"),
        ("type", 4),
        ("timezone", None),
        ("date_format", None),
        ("time_format", None),
        ("notifications", 1),
        ("tfa_enabled", False),
        ("is_active", True),
        ("is_forgotten", False),
        ("is_api", False),
        ("role_id", 4),
        ("groups", [1, 2]),
        ("created_at", "2026-04-13T01:00:00Z"),
        ("created_by", None),
        ("updated_at", None),
        ("updated_by", None),
    ]
    assert list(second) == list(first)
    assert (second["type"], second["role_id"], second["groups"]) == (1, 2, [])
    assert (second["created_by"], second["updated_at"], second["updated_by"]) == (
        1,
        "2026-04-13T02:00:00Z",
        1,
    )


def test_the_type_says_site_admin_or_service(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    directory.suspend(directory.admin("former"))
    rows = api.get("/api/v1/users", bearer=fixtures.root).json["result"]
    assert [(row["type"], row["is_api"], row["is_active"]) for row in rows] == [
        (4, False, True),
        (1, False, True),
        (1, False, True),
        (5, True, True),
        (1, False, True),
        (4, False, False),
    ]
    assert [row["notifications"] for row in rows] == [1, 1, 1, 3, 1, 1]
    assert [row["role_id"] for row in rows] == [4, 2, None, None, None, None]


@pytest.mark.row("P-10")
def test_the_documented_pages_of_150(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    bulk_users(directory, 145)
    first = api.get("/api/v1/users", bearer=fixtures.root)
    assert _ids(assert_page(first, 1, None, 2, 2, 100, 150, more=EXPANDS)) == list(range(1, 101))
    second = api.get("/api/v1/users?page=2", bearer=fixtures.root)
    assert _ids(assert_page(second, 2, 1, None, 2, 100, 150, more=EXPANDS)) == list(range(101, 151))
    for query, numbers, ids in (
        ("page=1&per_page=15", (1, None, 2, 10, 15, 150), range(1, 16)),
        ("page=2&per_page=15", (2, 1, 3, 10, 15, 150), range(16, 31)),
        ("page=10&per_page=15", (10, 9, None, 10, 15, 150), range(136, 151)),
        ("page=6&per_page=25", (6, 5, None, 6, 25, 150), range(126, 151)),
        ("page=3&per_page=50", (3, 2, None, 3, 50, 150), range(101, 151)),
        ("page=2&per_page=100", (2, 1, None, 2, 100, 150), range(101, 151)),
        ("page=3", (3, 2, None, 2, 100, 150), ()),
        ("page=11&per_page=15", (11, 10, None, 10, 15, 150), ()),
        ("page=999999999&per_page=15", (999_999_999, 10, None, 10, 15, 150), ()),
    ):
        rows = assert_page(api.get(f"/api/v1/users?{query}", bearer=fixtures.root), *numbers, more=EXPANDS)
        assert _ids(rows) == list(ids), query


def test_a_deleted_user_leaves_the_list_and_its_id_to_nobody(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    users.delete(api.store, fixtures.stranger, by=directory.by)
    assert directory.user("next").number == 6
    answer = api.get("/api/v1/users", bearer=fixtures.root)
    assert _ids(assert_page(answer, 1, None, None, 1, 100, 5, more=EXPANDS)) == [1, 2, 3, 4, 6]


@pytest.mark.parametrize("value", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
@pytest.mark.row("P-08", "item-22")
def test_what_is_no_page_is_refused(api: Api, fixtures: Fixtures, value: str) -> None:
    assert_invalid(api.get(f"/api/v1/users?page={value}", bearer=fixtures.root), "page")


@pytest.mark.parametrize(
    "value", [*BAD_NUMBERS.values(), "1", "14", "16", "101", "10", "99", "0100", "100,100"]
)
@pytest.mark.row("P-09", "item-22", "item-25")
def test_what_is_none_of_the_four_sizes_is_refused(api: Api, fixtures: Fixtures, value: str) -> None:
    assert_invalid(api.get(f"/api/v1/users?per_page={value}", bearer=fixtures.root), "per_page")


@pytest.mark.row("P-08")
def test_a_parameter_sent_twice_is_refused(api: Api, fixtures: Fixtures) -> None:
    assert_invalid(api.get("/api/v1/users?page=1&page=2", bearer=fixtures.root), "page")
    assert_invalid(api.get("/api/v1/users?per_page=15&per_page=25", bearer=fixtures.root), "per_page")


def test_all_that_is_wrong_is_named(api: Api, fixtures: Fixtures) -> None:
    assert_invalid(api.get("/api/v1/users?page=0&per_page=1", bearer=fixtures.root), "page", "per_page")


def test_unknown_parameters_are_ignored(api: Api, fixtures: Fixtures) -> None:
    plain = api.get("/api/v1/users", bearer=fixtures.root)
    for query in ("pages=0", "sort=name", "Page=0", "access_token=x", "q=a,b"):
        assert bare(api.get(f"/api/v1/users?{query}", bearer=fixtures.root)) == bare(plain)


# Expands.

GROUPS = [{"id": 1, "name": "QA"}, {"id": 2, "name": "Development"}]
ROLES = [{"id": 2, "name": "Tester"}, {"id": 4, "name": "Site admin"}]
USERS = [{"id": 1, "name": "User 1"}]


@pytest.mark.parametrize(
    ("asked", "expands"),
    [
        ("groups", {"groups": GROUPS}),
        ("roles", {"roles": ROLES}),
        ("users", {"users": USERS}),
        ("groups,roles", {"groups": GROUPS, "roles": ROLES}),
        ("users,roles,groups", {"groups": GROUPS, "roles": ROLES, "users": USERS}),
        ("groups,groups,groups", {"groups": GROUPS}),
        ("groups%2Croles", {"groups": GROUPS, "roles": ROLES}),
    ],
)
def test_what_is_asked_for_is_expanded(
    api: Api, fixtures: Fixtures, asked: str, expands: dict[str, Any]
) -> None:
    answer = api.get(f"/api/v1/users?expands={asked}", bearer=fixtures.root)
    assert_page(answer, 1, None, None, 1, 100, 5, more=EXPANDS)
    assert answer.json["expands"] == expands


def test_what_is_not_asked_for_is_an_empty_object(api: Api, fixtures: Fixtures) -> None:
    assert api.get("/api/v1/users", bearer=fixtures.root).json["expands"] == {}


@pytest.mark.row("P-11")
def test_referenced_objects_come_once_each_in_order_of_id(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.change(fixtures.stranger, groups=(3, 1, 2), role_number=4)
    directory.change(fixtures.boss, groups=(2, 9), role_number=9)  # there is no group or role 9
    expands = api.get("/api/v1/users?expands=groups,roles", bearer=fixtures.root).json["expands"]
    assert [group["id"] for group in expands["groups"]] == [1, 2, 3]
    assert [role["id"] for role in expands["roles"]] == [2, 4]


def test_a_page_that_refers_to_nothing_has_empty_lists(api: Api, fixtures: Fixtures) -> None:
    answer = api.get("/api/v1/users?page=2&expands=groups,roles,users", bearer=fixtures.root)
    assert answer.json["expands"] == {"groups": [], "roles": [], "users": []}


@pytest.mark.parametrize(
    "value",
    [
        "admin",
        "Groups",
        "groups,roles,users,users,admin,__proto__",
        "groups, roles",
        "%20",
        ",",
        "groups;roles",
        "groups&expands=roles",
        "x" * 5_000,
    ],
)
@pytest.mark.row("P-11", "item-25")
def test_what_cannot_be_expanded_is_refused(api: Api, fixtures: Fixtures, value: str) -> None:
    assert_invalid(api.get(f"/api/v1/users?expands={value}", bearer=fixtures.root), "expands")


# Rights.


@pytest.mark.parametrize("who", ["member", "boss", "robot", "stranger"])
@pytest.mark.row("Z-19")
def test_only_a_site_admin_may(api: Api, fixtures: Fixtures, who: str) -> None:
    answer = api.get("/api/v1/users?page=0&expands=x", bearer=getattr(fixtures, who))
    assert_refused(answer, 403)


def test_a_site_admin_no_more_may_no_more(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    second = directory.admin("second")
    assert api.get("/api/v1/users", bearer=second).status == 200
    directory.change(second, roles=())
    assert_refused(api.get("/api/v1/users", bearer=second), 403)


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("page=0", "page", "must be a whole number from 1 to 999999999"),
        ("page=1&page=2", "page", "must be given once"),
        ("per_page=20", "per_page", "must be 15, 25, 50 or 100"),
    ],
)
def test_fb_15_what_is_allowed_is_told_in_words(
    api: Api, fixtures: Fixtures, query: str, field: str, message: str
) -> None:
    answer = api.get(f"/api/v1/users?{query}", bearer=fixtures.root)
    assert_invalid(answer, field)
    assert answer.json["errors"] == {field: [message]}
