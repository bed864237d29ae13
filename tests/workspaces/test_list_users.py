"""GET /api/admin/users."""

from dataclasses import replace

import pytest

from roster.db import keys
from roster.db.store import Update
from roster.directory import users
from roster.domain import User
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import USER, Fixtures, assert_invalid, assert_listed, assert_meta
from tests.workspaces.rows import BAD_NUMBERS

PATH = "/api/admin/users"


def _names(api: Api, caller: User, query: str = "") -> list[str]:
    return [row["fullName"] for row in api.get(PATH + query, as_=caller).data]


def test_users_are_listed_in_order_of_creation(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(PATH, as_=fixtures.root)
    assert_listed(answer, *USER)
    assert [row["fullName"] for row in answer.data] == ["Boss", "Member", "Rival", "Stranger", "Root"]
    assert answer.data[1] == api.get(f"{PATH}/{fixtures.member.id}", as_=fixtures.root).data


def test_the_list_shows_a_change_at_once(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    changed = users.change(
        api.store, fixtures.member, lambda user: replace(user, full_name="New", active=False), by=directory.by
    )
    row = api.get(PATH, as_=fixtures.root).data[1]
    assert (row["id"], row["fullName"], row["active"]) == (changed.id, "New", False)


def test_who_was_deleted_is_gone_at_once(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    users.delete(api.store, fixtures.boss, by=directory.by)
    assert _names(api, fixtures.root) == ["Member", "Rival", "Stranger", "Root"]
    assert_meta(api.get(f"{PATH}?size=3", as_=fixtures.root), page=1, size=3, total=4, pages=2)


def test_pages_follow_each_other_and_say_where_they_are(api: Api, fixtures: Fixtures) -> None:
    pages = {1: ["Boss", "Member"], 2: ["Rival", "Stranger"], 3: ["Root"], 4: [], 999_999_999: []}
    for page, names in pages.items():
        answer = api.get(f"{PATH}?page={page}&size=2", as_=fixtures.root)
        assert_meta(answer, page=page, size=2, total=5, pages=3)
        assert [row["fullName"] for row in answer.data] == names


@pytest.mark.row("P-06")
def test_a_corrupt_row_costs_no_other(api: Api, fixtures: Fixtures) -> None:
    api.store.write(Update(keys.row(keys.USERS, fixtures.member.number), set={"roles": 7}))
    assert _names(api, fixtures.root) == ["Boss", "Rival", "Stranger", "Root"]


@pytest.mark.parametrize("name", ["page", "size"])
@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_number_is_refused(api: Api, directory: Directory, name: str, text: str) -> None:
    assert_invalid(api.get(f"{PATH}?{name}={text}", as_=directory.admin()), name)
