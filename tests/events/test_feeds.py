"""GET /api/admin/events and /api/workspaces/{workspaceId}/events: CloudEvents in their order."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from cli.events import told
from cli.main import main
from roster.db import keys
from roster.db.store import Key
from roster.dialects.maintenance.publish import publish
from roster.directory.cloud_events import MOST_BYTES, event_of
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.guard import acting_as
from tests.support.snapshots import everything
from tests.support.stream import records


def publish_all(api: Api) -> None:
    """Let the publisher see every audit item, as the stream would tell of them."""
    places = [Key.of(found) for found in everything(api.store) if str(found["PK"]).startswith("AUDIT#")]
    with acting_as("Publish"):
        assert publish(api.store, records(places, "INSERT"), api.clock(), []) == {"batchItemFailures": []}


def test_an_event_names_the_token_of_an_identity_provider(api: Api, directory: Directory) -> None:
    root, acme = directory.user("root", admin=True), directory.workspace("acme")
    token = directory.scim_token(acme)
    made = api.post(f"/scim/v2/{acme.id}/Users", {"userName": "new@example.com"}, bearer=str(token))
    assert made.status == 201
    publish_all(api)
    own = api.get(f"/api/workspaces/{acme.id}/events", as_=root).data
    [event] = [each for each in own if each["type"] == "roster.member.added"]
    assert event["data"]["actor"] == {"kind": "scim", "tokenId": token.id}


def test_a_change_becomes_an_event_of_the_site_and_of_its_workspace(api: Api, directory: Directory) -> None:
    root = directory.user("root", admin=True)
    made = api.post("/api/workspaces", {"key": "acme", "name": "Acme"}, as_=root).data
    publish_all(api)
    site = api.get("/api/admin/events", as_=root).json
    own = api.get(f"/api/workspaces/{made['id']}/events", as_=root).json
    [event] = [each for each in site["data"] if each["type"] == "roster.workspace.created"]
    assert event in own["data"]
    assert event["subject"] == f"workspace/{made['id']}"
    assert event["data"]["workspaceId"] == made["id"]
    assert event["data"]["actor"] == root.id
    assert "." not in event["id"]
    assert event["sequence"] == "1"
    assert api.get(f"/api/admin/events?after={site['meta']['next']}", as_=root).data == []


def test_a_follower_gets_each_event_once_page_by_page(api: Api, directory: Directory) -> None:
    root = directory.user("root", admin=True)
    for at in range(7):
        api.post("/api/workspaces", {"key": f"k{at}", "name": "N"}, as_=root)
    publish_all(api)
    seen: list[dict[str, Any]] = []
    after = ""
    while True:
        page = api.get(
            f"/api/admin/events?limit=3&after={after}" if after else "/api/admin/events?limit=3", as_=root
        )
        if not page.data:
            break
        seen += page.data
        after = page.json["meta"]["next"]
    assert len({each["id"] for each in seen}) == len(seen) == len(api.get("/api/admin/events", as_=root).data)


def test_what_is_not_numbered_is_not_shown(api: Api, directory: Directory) -> None:
    root = directory.user("root", admin=True)
    api.post("/api/workspaces", {"key": "acme", "name": "Acme"}, as_=root)
    answer = api.get("/api/admin/events", as_=root)
    assert (answer.data, answer.json["meta"]) == ([], {"next": "1.0"})


@pytest.mark.row("EV-15")
def test_a_cursor_of_another_feed_shows_nothing_of_it(api: Api, directory: Directory) -> None:
    root = directory.user("root", admin=True)
    boss = directory.user("boss")
    for key in ("acme", "globex"):
        directory.member(directory.workspace(key), boss if key == "acme" else root, "ADMIN")
    publish_all(api)
    acme = api.get("/api/workspaces", as_=boss).data[0]["id"]
    cursors = ["0.0", "1.0", "2.1", "999999999999.999"]
    for cursor in [*cursors, api.get("/api/admin/events?limit=2", as_=root).json["meta"]["next"]]:
        answer = api.get(f"/api/workspaces/{acme}/events?after={cursor}", as_=boss)
        assert {each["data"]["workspaceId"] for each in answer.data} <= {acme}, cursor


@pytest.mark.row("EV-16")
@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=1",
        "limit=0",
        "limit=101",
        "limit=-1",
        "after=-1.0",
        "after=1000000000000.0",
        "since=1",
    ],
)
def test_a_wrong_question_is_refused(api: Api, directory: Directory, query: str) -> None:
    assert api.get(f"/api/admin/events?{query}", as_=directory.user("root", admin=True)).status == 400


def audit_item(**details: Any) -> dict[str, Any]:
    return {
        "PK": "AUDIT#00", "SK": "2026-04-13T01:00:00Z#0190#000", "at": "2026-04-13T01:00:00Z",
        "action": "user.changed", "target": "u-1", "actor": "u-2", "request": "r-1", "details": details,
    }  # fmt: skip


def test_the_type_says_what_active_became() -> None:
    assert event_of(audit_item(after={"active": False}))["type"] == "roster.user.suspended"
    assert event_of(audit_item(after={"active": True}))["type"] == "roster.user.resumed"
    assert event_of(audit_item(fields=["name"]))["type"] == "roster.user.changed"


def test_a_change_of_many_has_counts_and_at_most_a_hundred_ids() -> None:
    shown = event_of(audit_item(members=[f"u-{at}" for at in range(1_000)]))["data"]["details"]
    assert (len(shown["members"]), shown["membersCount"]) == (100, 1_000)


@pytest.mark.row("EV-17")
def test_an_event_stays_small() -> None:
    event = event_of(audit_item(after={"groups": ["g" * 300] * 100}, before={"roles": ["ADMIN"]}))
    assert len(json.dumps(event).encode()) <= MOST_BYTES
    assert event["data"]["after"] == {"cut": True}
    assert event["data"]["before"] == {"roles": ["ADMIN"]}


@pytest.mark.any_engine  # the command reads the embedded store's file
def test_the_command_prints_the_events_and_goes_on_as_they_come(
    api: Api, directory: Directory, table_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = directory.user("root", admin=True)
    api.post("/api/workspaces", {"key": "acme", "name": "Acme"}, as_=root)
    publish_all(api)

    before = len(api.get("/api/admin/events", as_=root).data)

    keys_ = iter(("next", "last"))

    def come(_: float) -> None:
        assert api.post("/api/workspaces", {"key": next(keys_), "name": "Next"}, as_=root).status == 200
        publish_all(api)

    following = told(api.store, keys.WHOLE_FEED, follow=True, sleep=come)
    seen = [event["type"] for event, _ in islice(following, before + 1)]
    assert seen.count("roster.workspace.created") == 2
    capsys.readouterr()
    assert main(["events", "--store", str(table_file)]) == 0
    printed = capsys.readouterr()
    assert [json.loads(text)["type"] for text in printed.out.splitlines()] == seen
    come(0)
    assert main(["events", "--store", str(table_file), "--after", printed.err.split()[-1]]) == 0
    assert "roster.workspace.created" in [
        json.loads(text)["type"] for text in capsys.readouterr().out.splitlines()
    ]
    assert main(["events", "--store", str(table_file), "--after", "nonsense"]) == 2
