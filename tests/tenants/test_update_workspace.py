"""PUT /api/workspaces/{workspaceId}."""

from typing import Any

import pytest

from cli.verify import verify
from roster.db import keys
from roster.directory import workspaces
from roster.domain import Workspace
from tests.support.api import Api
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures, assert_granted, assert_invalid, assert_refused
from tests.workspaces.test_get_workspace import SHOWN

ORGANISATION = {
    "abbreviation": "AC",
    "adminEmail": "office@acme.example",
    "adminName": "Office",
    "address": "1 Main Street",
    "state": "BE",
    "country": "DE",
    "pinCode": "10115",
}


def _at(workspace: Workspace) -> str:
    return f"/api/workspaces/{workspace.id}"


def test_a_platform_admin_changes_all_of_it_and_every_copy_follows(api: Api, fixtures: Fixtures) -> None:
    api.clock.advance(minutes=1)
    body = {
        "name": "Acme Corporation",
        "key": "ACME-2",
        "organisation": ORGANISATION,
        "settings": {"locale": "de"},
        "limits": {"members": 9, "spaces": 0},
    }
    answer = api.put(_at(fixtures.acme), body, as_=fixtures.root)
    assert_granted(answer, *SHOWN)
    assert answer.headers["etag"] == '"2"'
    assert (answer.data["name"], answer.data["key"]) == ("Acme Corporation", "acme-2")
    assert (answer.data["organisation"], answer.data["limits"]) == (ORGANISATION, {"members": 9, "spaces": 0})
    assert (answer.data["settings"]["locale"], answer.data["settings"]["timeZone"]) == ("de", "UTC")
    assert answer.data["updatedAt"] == "2026-04-13T01:01:00Z"
    assert api.get(_at(fixtures.acme), as_=fixtures.boss).data == answer.data
    assert [row["key"] for row in api.get("/api/workspaces", as_=fixtures.root).data] == ["acme-2", "globex"]
    freed = api.post("/api/workspaces", {"key": "acme", "name": "Another"}, as_=fixtures.root)
    assert freed.status == 200
    assert verify(api.store, now=api.clock()).broken == []


def test_an_admin_of_it_changes_name_settings_and_organisation(api: Api, fixtures: Fixtures) -> None:
    body = {"name": "Ours", "settings": {"timeZone": "Europe/Berlin"}, "organisation": {"state": "BE"}}
    answer = api.put(_at(fixtures.acme), body, as_=fixtures.boss)
    assert answer.status == 200
    assert answer.data["organisation"] == {**dict.fromkeys(ORGANISATION, ""), "state": "BE"}
    again = api.put(_at(fixtures.acme), {"limits": {}}, as_=fixtures.root).data
    assert (again["name"], again["limits"], again["key"]) == ("Ours", {}, "acme")


@pytest.mark.parametrize(
    "body",
    [{"key": "acme"}, {"active": False}, {"limits": {}}, {"key": "A!", "unheard": "of"}, {"active": None}],
    ids=str,
)
@pytest.mark.row("T-01")
def test_what_is_the_platforms_an_admin_of_it_may_not_change(
    api: Api, fixtures: Fixtures, body: dict[str, Any]
) -> None:
    with api.no_effect():
        assert_refused(api.put(_at(fixtures.acme), {"name": "Ours", **body}, as_=fixtures.boss), 403)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, None) for name in ("name", "key", "settings", "organisation", "active", "limits")),
        ("key", "1st"),
        ("active", 0),
        ("limits", {"members": -1}),
        ("limits", {"members": True}),
        ("limits", {"members": None}),
        ("limits", {"members": 10**9}),
        ("limits", {"apps": 1}),
        ("organisation", {"address": "a\u202eb"}),
        ("id", "another"),
    ],
    ids=str,
)
def test_a_field_that_is_not_valid_is_named(api: Api, fixtures: Fixtures, field: str, value: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(fixtures.acme), {field: value}, as_=fixtures.root), field)


def test_a_key_in_use_is_409_after_412_and_nothing_is_changed(api: Api, fixtures: Fixtures) -> None:
    body = {"name": "Acme 2", "key": "globex"}
    with api.no_effect():
        assert_refused(api.put(_at(fixtures.acme), body, as_=fixtures.root), 409)
        stale = api.put(_at(fixtures.acme), body, as_=fixtures.root, headers={"If-Match": '"2"'})
        assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    assert api.put(_at(fixtures.acme), {"key": "acme"}, as_=fixtures.root).headers["etag"] == '"1"'


def test_of_two_puts_with_one_tag_exactly_one_is_made(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = many_at_a_time(api, monkeypatch)

    def put(name: str) -> int:
        headers = {"If-Match": '"1"'}
        return threads.put(_at(fixtures.acme), {"name": name}, as_=fixtures.root, headers=headers).status

    assert sorted(at_once([lambda: put("one"), lambda: put("two")])) == [200, 412]


def test_counts_that_move_meanwhile_are_kept(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = f"{_at(fixtures.acme)}/members"
    body = {"userId": fixtures.stranger.id, "role": "ADMIN"}
    before_the_commit(monkeypatch, lambda: api.post(members, body, as_=fixtures.root))
    assert api.put(_at(fixtures.acme), {"name": "Ours"}, as_=fixtures.boss).status == 200
    assert workspaces.alive(api.store, fixtures.acme.id).admins == 2


def test_the_audit_tells_what_was_changed(api: Api, fixtures: Fixtures) -> None:
    api.put(_at(fixtures.acme), {"name": "Ours", "active": False}, as_=fixtures.root)
    [said] = [item for item in everything(api.store) if item.get("action") == "workspace.changed"]
    assert said["tenant"] == said["target"] == fixtures.acme.id
    assert said["details"] == {
        "fields": ["active", "name"],
        "before": {"active": True},
        "after": {"active": False},
    }


@pytest.mark.row("T-02")
def test_a_workspace_of_an_earlier_version_has_no_revision_and_can_be_changed(
    api: Api, fixtures: Fixtures
) -> None:
    item = api.store.get(keys.workspace(fixtures.acme.id)) or {}
    for name in ("revision", "active", "limits"):
        item.pop(name)
    api.store.bulk_put([item])
    assert api.put(_at(fixtures.acme), {"name": "Ours"}, as_=fixtures.boss).headers["etag"] == '"2"'
    assert api.put(_at(fixtures.acme), {"active": False}, as_=fixtures.root).data["active"] is False
