"""Writes of an identity provider with something in their way: a member who is there, a log that is full."""

from typing import Any

import pytest

from roster.db import keys, list_log
from roster.db.store import Store, Update
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.snapshots import put_rows
from tests.workspaces.fixtures import Fixtures

OFF = {"Operations": [{"op": "replace", "path": "active", "value": False}]}


def test_a_member_whom_the_provider_has_not_written_yet_is_suspended_by_a_create(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    token, member = str(directory.scim_token(fixtures.acme)), fixtures.member
    body = {"userName": member.email, "active": False}
    made = api.post(f"/scim/v2/{fixtures.acme.id}/Users", body, bearer=token)
    assert (made.status, made.json["id"], made.json["active"]) == (201, member.id, False)
    assert api.get(f"/api/workspaces/{fixtures.acme.id}", as_=member).status == 403


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {"userName": "new@example.com"}),
        ("PUT", {"userName": "paula", "emails": [{"value": "paula@example.com"}], "active": False}),
        ("PATCH", OFF),
        ("DELETE", None),
    ],
)
def test_a_write_waits_for_room_in_the_log_of_members(
    api: Api, directory: Directory, fixtures: Fixtures, method: str, body: Any
) -> None:
    paula = directory.provisioned(fixtures.acme, "paula", user_name="paula@example.com").user
    token = str(directory.scim_token(fixtures.acme))
    _fill(api.store, keys.members(fixtures.acme.id))
    one = "" if method == "POST" else f"/{paula.id}"
    answer: Answer = api.send(method, f"/scim/v2/{fixtures.acme.id}/Users{one}", body, bearer=token)
    assert 200 <= answer.status < 300, answer.text


def _fill(store: Store, listing: str) -> None:
    """Leave no room in the log of a list; the next change is one whose writer folds it without a pause."""
    share = list_log._SHARE
    seen = list_log.take(store, listing, numbers=0).change or 0
    _add_voids(store, listing, seen, seen + share - 1 - seen % share)
    folded = list_log.fold(store, listing)
    assert (folded + list_log.RING + 1) % share == 0
    _add_voids(store, listing, folded + 1, folded + list_log.RING)


def _add_voids(store: Store, listing: str, first: int, last: int) -> None:
    """Changes of a log in which nothing comes or goes."""
    put_rows(store, [list_log.entry(listing, change, ()).item for change in range(first, last + 1)])
    counter = keys.counter(listing)
    store.write(Update(counter, set={"changes": last}))
