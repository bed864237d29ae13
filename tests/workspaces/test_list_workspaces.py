"""GET /api/workspaces."""

import pytest

from roster.db import keys, list_log
from roster.db.codec import attributes
from roster.db.store import Update
from roster.db.transactions import Transaction, batched
from roster.directory import members, users
from roster.domain import User, Workspace
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import (
    Fixtures,
    assert_dressed,
    assert_granted,
    assert_invalid,
    assert_listed,
    assert_meta,
    assert_refused,
)
from tests.workspaces.rows import BAD_NUMBERS

PATH = "/api/workspaces"
SHOWN = ("id", "key", "name", "createdAt")


@pytest.fixture
def root(api: Api, directory: Directory) -> User:
    admin = directory.admin()
    api.cookie(admin)
    return admin


def _keys(api: Api, user: User, query: str = "") -> list[str]:
    return [row["key"] for row in api.get(PATH + query, as_=user).data]


def test_a_platform_admin_sees_all_in_order_of_creation(api: Api, directory: Directory, root: User) -> None:
    for key in ("nova", "acme", "zeta", "beta"):
        directory.workspace(key)
    answer = api.get(PATH, as_=root)
    assert_listed(answer, *SHOWN)
    assert [row["key"] for row in answer.data] == ["nova", "acme", "zeta", "beta"]


@pytest.mark.row("Z-22")
def test_others_see_their_own_in_order_of_creation(api: Api, directory: Directory) -> None:
    """Neither rows nor totals tell of the others."""
    ada, other = directory.user("ada"), directory.user("other")
    made = [directory.workspace(key) for key in ("nova", "acme", "zeta", "beta")]
    for workspace in (made[3], made[0]):
        directory.member(workspace, ada)
    directory.member(made[1], other)
    assert_listed(api.get(PATH, as_=ada), *SHOWN)
    assert _keys(api, ada) == ["nova", "beta"]
    assert_meta(api.get(f"{PATH}?page=1", as_=ada), page=1, size=1_000, total=2, pages=1)


def test_who_is_member_of_nothing_sees_nothing(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(PATH, as_=fixtures.stranger)
    assert answer.status == 200
    assert_dressed(answer)
    assert list(answer.json) == ["code", "data", "timestamp"]
    assert answer.data == []


def test_a_membership_shows_at_once_and_goes_at_once(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    directory.member(fixtures.acme, fixtures.stranger)
    assert _keys(api, fixtures.stranger) == ["acme"]
    members.remove(api.store, fixtures.acme, fixtures.stranger.id, by=directory.by, even_last_admin=False)
    assert _keys(api, fixtures.stranger) == []


@pytest.mark.row("P-04")
def test_ids_that_begin_alike_are_kept_apart(api: Api, directory: Directory) -> None:
    one = User(id="u-1", number=0, email="u1@example.com", full_name="1", created_at="")
    ten = User(id="u-10", number=0, email="u10@example.com", full_name="10", created_at="")
    one, ten = (users.create(api.store, user, None, by=directory.by) for user in (one, ten))
    directory.member(directory.workspace("acme"), ten)
    assert _keys(api, one) == []
    assert _keys(api, ten) == ["acme"]


@pytest.mark.parametrize("mine", [False, True], ids=["all", "own"])
def test_pages_follow_each_other_and_say_where_they_are(api: Api, directory: Directory, mine: bool) -> None:
    caller = directory.user("ada", admin=not mine)
    for key in "abcde":
        workspace = directory.workspace(key * 2)
        if mine:
            directory.member(workspace, caller)
    for page, rows in ((1, ["aa", "bb"]), (2, ["cc", "dd"]), (3, ["ee"]), (4, []), (999_999_999, [])):
        answer = api.get(f"{PATH}?page={page}&size=2", as_=caller)
        assert_meta(answer, page=page, size=2, total=5, pages=3)
        assert [row["key"] for row in answer.data] == rows


@pytest.mark.parametrize(
    ("query", "page", "size", "pages"),
    [("?size=2", 1, 2, 2), ("?page=2", 2, 1_000, 1), ("?size=1000", 1, 1_000, 1), ("?page=1", 1, 1_000, 1)],
)
def test_one_of_page_and_size_is_enough(
    api: Api, directory: Directory, root: User, query: str, page: int, size: int, pages: int
) -> None:
    for key in ("aa", "bb", "cc"):
        directory.workspace(key)
    assert_meta(api.get(PATH + query, as_=root), page=page, size=size, total=3, pages=pages)


def test_an_empty_list_has_no_pages(api: Api, root: User) -> None:
    answer = api.get(f"{PATH}?page=1", as_=root)
    assert_meta(answer, page=1, size=1_000, total=0, pages=0)
    assert answer.data == []


@pytest.mark.row("P-27", "item-25")
def test_past_a_thousand_rows_the_list_says_what_it_leaves_out(
    api: Api, directory: Directory, root: User
) -> None:
    first = list_log.allocate(api.store, keys.WORKSPACES, 1_001)
    parts = []
    for number in range(first, first + 1_001):
        work = Transaction(directory.by)
        workspace = Workspace(f"ws-{number}", number, f"key-{number}", "x", "2026-04-13T01:00:00Z")
        work.add_row(keys.WORKSPACES, number, attributes(workspace))
        parts.append(work)
    assert set(batched(api.store, parts)) == {None}
    answer = api.get(PATH, as_=root)
    assert_meta(answer, page=1, size=1_000, total=1_001, pages=2)
    assert [row["id"] for row in answer.data] == [f"ws-{number}" for number in range(1, 1_001)]
    assert _keys(api, root, "?page=2") == ["key-1001"]


@pytest.mark.parametrize("query", ["?", "?&", "?&&"])
def test_an_empty_query_is_none(api: Api, root: User, query: str) -> None:
    answer = api.get(PATH + query, as_=root)
    assert list(answer.json) == ["code", "data", "timestamp"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("x=1", "x"),
        ("x", "x"),
        ("page=1&pgae=2", "pgae"),
        ("Page=1", "Page"),
        ("per_page=1", "per_page"),
        ("page[]=1", "page[]"),
        ("pa%67e=1&%70gae=2", "pgae"),
        ("page=1;size=2&a+b=", "a b"),
        ("%00=1", ""),
        ("=1", ""),
        ("x" * 200 + "=1", "x" * 100),
    ],
)
def test_fb_18_an_unknown_parameter_is_named_with_those_there_are(
    api: Api, root: User, query: str, name: str
) -> None:
    answer = api.get(f"{PATH}?{query}", as_=root)
    assert_refused(answer, 400)
    message = "is no parameter of this endpoint; it takes page, size, q and cursor"
    assert {"field": name, "message": message} in answer.data


@pytest.mark.parametrize("name", ["page", "size"])
@pytest.mark.parametrize("query", ["{0}=1&{0}=2", "{0}=1&{0}=1", "{0}=&{0}", "{0}=1&%70age=1&%73ize=1"])
def test_fb_15_a_repeated_parameter_is_told_in_words(api: Api, root: User, name: str, query: str) -> None:
    answer = api.get(f"{PATH}?{query.format(name)}", as_=root)
    assert_refused(answer, 400)
    assert answer.data == [{"field": name, "message": "must be given once"}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("page=0", "must be a whole number from 1 to 999999999"),
        ("page=one", "must be a whole number from 1 to 999999999"),
        ("size=0", "must be a whole number from 1 to 1000"),
        ("size=1001", "must be a whole number from 1 to 1000"),
    ],
)
def test_fb_15_what_is_allowed_is_told_in_words(api: Api, root: User, query: str, message: str) -> None:
    answer = api.get(f"{PATH}?{query}", as_=root)
    assert answer.data == [{"field": query.partition("=")[0], "message": message}]
    assert answer.json["message"] == f"The request is not valid: {query.partition('=')[0]} {message}."


def test_fb_15_a_refusal_says_where_to_read_more_and_which_request_it_was(api: Api, root: User) -> None:
    for answer in (api.get(f"{PATH}?page=0", as_=root), api.get(PATH), api.get("/api/nowhere")):
        assert answer.headers["link"] == '</docs>; rel="help"'
        assert answer.headers["x-request-id"]
    assert "link" not in api.get(PATH, as_=root).headers
    assert "text/html" in api.get("/docs").headers["content-type"]


@pytest.mark.parametrize("name", ["page", "size"])
@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_number_is_refused(api: Api, root: User, name: str, text: str) -> None:
    assert_invalid(api.get(f"{PATH}?{name}={text}", as_=root), name)


@pytest.mark.parametrize("query", ["size=1001", "size=10000", "size=1000000"])
@pytest.mark.row("item-25")
def test_a_page_too_large_is_refused(api: Api, root: User, query: str) -> None:
    assert_invalid(api.get(f"{PATH}?{query}", as_=root), "size")


@pytest.mark.parametrize("name", ["page", "size"])
@pytest.mark.row("P-08")
def test_a_number_given_twice_is_refused(api: Api, root: User, name: str) -> None:
    assert_invalid(api.get(f"{PATH}?{name}=1&{name}=2", as_=root), name)


@pytest.mark.row("P-06")
def test_a_corrupt_row_costs_no_other(api: Api, directory: Directory, root: User) -> None:
    made = [directory.workspace(key) for key in ("aa", "bb", "cc")]
    api.store.write(Update(keys.row(keys.WORKSPACES, made[1].number), set={"name": 7}))
    assert _keys(api, root) == ["aa", "cc"]
    assert_granted(
        api.get(f"{PATH}/{made[1].id}", as_=root),
        *SHOWN,
        "settings",
        "active",
        "limits",
        "organisation",
        "updatedAt",
    )
