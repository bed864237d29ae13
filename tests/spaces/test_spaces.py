"""Spaces of a workspace: made, listed, changed and deleted by its ADMINs, seen by those who hold a role."""

from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Update
from roster.directory import spaces
from tests.spaces.fixtures import NOWHERE, SpaceFixtures
from tests.support.api import Answer, Api
from tests.support.race import before_the_commit
from tests.support.snapshots import everything

SHAPE = ["id", "name", "projectId", "description", "email", "ownerId", "allowSsh", "createdAt", "updatedAt"]


def assert_refused(answer: Answer, status: int, code: str, *fields: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.text
    if fields:
        assert [each["field"] for each in answer.data] == list(fields)


def test_a_space_is_made_read_changed_and_deleted(fixtures: SpaceFixtures, api: Api) -> None:
    made = fixtures.send("POST", body={"name": "Staging #1 %"})
    assert made.status == 200
    assert list(made.data) == SHAPE
    assert made.data == {
        **{"id": made.data["id"], "name": "Staging #1 %", "projectId": None, "description": "", "email": ""},
        **{"ownerId": None, "allowSsh": True, "createdAt": "2026-04-13T01:00:00Z", "updatedAt": None},
    }
    path = f"/{made.data['id']}"
    read = fixtures.send("GET", path)
    assert (read.data, read.headers["etag"]) == (made.data, '"1"')

    api.clock.advance(minutes=1)
    whole = {"name": "live", "description": "d", "email": "e", "allowSsh": False}
    whole |= {"projectId": fixtures.web.id, "ownerId": fixtures.people["member"].id}
    changed = fixtures.send("PUT", path, whole, headers={"If-Match": '"1"'})
    later = {"updatedAt": "2026-04-13T01:01:00Z"}
    assert (changed.data, changed.headers["etag"]) == ({**made.data, **whole, **later}, '"2"')
    emptied = fixtures.send("PUT", path, {"projectId": None, "ownerId": None})
    assert emptied.data == {**changed.data, "projectId": None, "ownerId": None}
    assert fixtures.send("GET", path).data == emptied.data

    names = [each["name"] for each in fixtures.send("GET").data]
    assert names == ["alpha", "live"]
    assert fixtures.send("DELETE", path, headers={"If-Match": '"3"'}).status == 200
    assert fixtures.send("GET", path).status == 404
    assert [each["name"] for each in fixtures.send("GET").data] == ["alpha"]


def test_a_member_is_shown_the_spaces_of_their_roles(fixtures: SpaceFixtures) -> None:
    fixtures.send("POST", body={"name": "other"})
    for who in ("developer", "manager", "auditor"):
        answer = fixtures.send("GET", "?page=1&size=1", who=who)
        assert [each["name"] for each in answer.data] == ["alpha"]
        assert answer.json["meta"]["total"] == 1
    assert fixtures.send("GET", who="member").data == []
    assert len(fixtures.send("GET", who="root").data) == 2


@pytest.mark.row("M-07")
def test_a_list_may_be_of_one_project(fixtures: SpaceFixtures) -> None:
    fixtures.send("POST", body={"name": "a", "projectId": fixtures.web.id})
    fixtures.send("POST", body={"name": "other"})
    for who, names in (("boss", ["alpha", "a"]), ("developer", ["alpha"])):
        shown = fixtures.send("GET", "?projectId={web}", who=who).data
        assert [each["name"] for each in shown] == names
    placed = fixtures.people["member"]
    before = fixtures.send("GET", "?projectId={web}", who="member")
    fixtures.directory.grant(fixtures.web, placed)
    assert fixtures.send("GET", "?projectId={web}", who="member").data == []
    for refused in (
        before,  # a member sees nothing of it, and is told the same as of
        *(fixtures.send("GET", "?projectId={mobile}", who=who) for who in ("boss", "developer")),
        fixtures.send("GET", f"?projectId={NOWHERE}"),
    ):
        assert_refused(refused, 400, "VALIDATION_ERROR", "projectId")
        assert refused.text == before.text
    assert_refused(fixtures.send("GET", "?projectId=a%20b"), 400, "VALIDATION_ERROR", "projectId")


BAD: dict[str, dict[str, Any]] = {
    "name": {"name": ""},
    "name blank": {"name": " \u200d"},
    "name long": {"name": "x" * 256},
    "name turned": {"name": "a\u202eb"},
    "name null": {"name": None},
    "allowSsh null": {"name": "x", "allowSsh": None},
    "allowSsh": {"name": "x", "allowSsh": "yes"},
    "description null": {"name": "x", "description": None},
    "email": {"name": "x", "email": "a\x07b"},
    "id": {"name": "x", "id": "mine"},
    "projectId": {"name": "x", "projectId": NOWHERE},
    "projectId foreign": {"name": "x", "projectId": "{mobile}"},
    "ownerId": {"name": "x", "ownerId": NOWHERE},
    "ownerId foreign": {"name": "x", "ownerId": "{stranger}"},
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.row("SP-04")
def test_what_is_not_valid_names_the_field_and_changes_nothing(fixtures: SpaceFixtures, name: str) -> None:
    body = {
        key: fixtures.filled(value) if isinstance(value, str) else value for key, value in BAD[name].items()
    }
    for method, path in (("POST", ""), ("PUT", "/{alpha}")):
        with fixtures.api.no_effect(numbers=True):
            answer = fixtures.send(method, path, body)
        assert_refused(answer, 400, "VALIDATION_ERROR", name.partition(" ")[0])


@pytest.mark.row("SP-04")
def test_an_unknown_project_or_owner_reads_as_a_foreign_one(fixtures: SpaceFixtures) -> None:
    for field, foreign in (("projectId", fixtures.mobile.id), ("ownerId", fixtures.people["stranger"].id)):
        texts = {fixtures.send("POST", body={"name": "x", field: each}).text for each in (foreign, NOWHERE)}
        texts |= {fixtures.send("PUT", "/{alpha}", {field: each}).text for each in (foreign, NOWHERE)}
        assert len(texts) == 1


@pytest.mark.row("SP-05")
def test_a_name_is_unique_in_its_workspace_whatever_its_case(fixtures: SpaceFixtures) -> None:
    for taken in ("alpha", "ALPHA", "AlphA"):
        with fixtures.api.no_effect(numbers=True):
            assert_refused(fixtures.send("POST", body={"name": taken}), 409, "CONFLICT")
    assert fixtures.send("POST", body={"name": "beta"}).status == 200  # which is globex's too
    assert fixtures.send("POST", body={"name": "Straße"}).status == 200
    assert fixtures.send("POST", body={"name": "STRASSE"}).status == 409
    assert fixtures.send("POST", body={"name": "Caf\u00e9"}).status == 200
    assert fixtures.send("POST", body={"name": "CAFE\u0301"}).status == 409
    with fixtures.api.no_effect():
        assert_refused(fixtures.send("PUT", "/{alpha}", {"name": "BETA"}), 409, "CONFLICT")
    assert fixtures.send("PUT", "/{alpha}", {"name": "Alpha"}).data["name"] == "Alpha"
    assert fixtures.send("PUT", "/{alpha}", {"name": "gamma"}).status == 200
    assert fixtures.send("POST", body={"name": "ALPHA"}).status == 200  # it was let go


def test_the_order_of_refusals(fixtures: SpaceFixtures) -> None:
    stale, taken = {"If-Match": '"7"'}, fixtures.send("POST", body={"name": "taken"}).data["name"]
    wrong = {"name": taken, "projectId": NOWHERE}
    assert fixtures.send("PUT", "/{alpha}", wrong, "member", headers=stale).status == 404
    assert fixtures.send("PUT", "/{alpha}", {"nonsense": 1}, "auditor", headers=stale).status == 403
    assert fixtures.send("PUT", "/{alpha}", wrong, headers=stale).status == 400
    assert fixtures.send("PUT", "/{alpha}", {"name": taken}, headers=stale).status == 412
    assert fixtures.send("PUT", "/{alpha}", {"name": taken}, headers={"If-Match": '"1"'}).status == 409
    assert_refused(fixtures.send("POST", body=wrong), 400, "VALIDATION_ERROR", "projectId")
    fixtures.send("POST", "/{alpha}/apps", {"name": "portal"})
    assert fixtures.send("DELETE", "/{alpha}", headers=stale).status == 412
    assert_refused(fixtures.send("DELETE", "/{alpha}", headers={"If-Match": '"1"'}), 409, "NOT_EMPTY")


@pytest.mark.row("SP-08")
def test_a_space_with_apps_stays_until_they_are_gone(fixtures: SpaceFixtures) -> None:
    apps = [fixtures.send("POST", "/{alpha}/apps", {"name": name}).data["id"] for name in ("a", "b")]
    for app in apps:
        with fixtures.api.no_effect():
            assert_refused(fixtures.send("DELETE", "/{alpha}"), 409, "NOT_EMPTY")
        assert fixtures.send("DELETE", f"/{{alpha}}/apps/{app}").status == 200
    assert fixtures.send("DELETE", "/{alpha}").status == 200


@pytest.mark.row("SP-08")
def test_an_app_that_comes_while_its_space_is_deleted_keeps_it(
    fixtures: SpaceFixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: fixtures.directory.app(fixtures.alpha, "late"))
    assert_refused(fixtures.send("DELETE", "/{alpha}"), 409, "NOT_EMPTY")


def test_apps_that_an_earlier_version_did_not_count_are_counted(fixtures: SpaceFixtures, api: Api) -> None:
    fixtures.directory.app(fixtures.alpha, "old")
    for method, path, body in (
        ("POST", "/{alpha}/apps", {"name": "new"}),
        ("DELETE", "/{alpha}/apps/old", None),
    ):
        api.store.write(Update(keys.space(fixtures.alpha.id), remove=("apps", "revision")))
        assert_refused(fixtures.send("DELETE", "/{alpha}"), 409, "NOT_EMPTY")
        assert fixtures.send(method, path, body).status == 200
        found = spaces.by_id(api.store, fixtures.alpha.id)
        assert found is not None
        assert found.apps == (2 if method == "POST" else 1)


def test_a_retry_is_given_the_first_answer(fixtures: SpaceFixtures) -> None:
    once = {"Idempotency-Key": "k"}
    first = fixtures.send("POST", body={"name": "x"}, headers=once)
    assert fixtures.send("POST", body={"name": "x"}, headers=once).text == first.text
    assert fixtures.send("POST", body={"name": "y"}, headers=once).status == 422
    app = fixtures.send("POST", "/{alpha}/apps", {"name": "x"}, headers=once)
    assert fixtures.send("POST", "/{alpha}/apps", {"name": "x"}, headers=once).text == app.text
    assert fixtures.send("POST", "/{alpha}/apps", {"name": "y"}, headers=once).status == 422


@pytest.mark.row("SP-11")
def test_no_more_spaces_than_the_limit(fixtures: SpaceFixtures, api: Api) -> None:
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"limits": {"spaces": 2}}))
    made = fixtures.send("POST", body={"name": "a"})
    assert made.status == 200
    for who in ("boss", "root"):
        with api.no_effect(numbers=True):
            assert_refused(fixtures.send("POST", body={"name": "b"}, who=who), 409, "LIMIT_REACHED")
    assert fixtures.send("DELETE", f"/{made.data['id']}").status == 200
    assert fixtures.send("POST", body={"name": "b"}).status == 200
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"limits": {"spaces": 0}}))
    assert_refused(fixtures.send("POST", body={"name": "c"}), 409, "LIMIT_REACHED")


def test_every_change_is_audited_without_names(fixtures: SpaceFixtures, api: Api) -> None:
    space = fixtures.send("POST", body={"name": "sentinel"}).data["id"]
    fixtures.send("PUT", f"/{space}", {"name": "sentinels", "allowSsh": False})
    fixtures.send("PUT", f"/{space}/roles/auditor/{{member}}")
    app = fixtures.send("POST", f"/{space}/apps", {"name": "sentinel"}).data["id"]
    fixtures.send("DELETE", f"/{space}/apps/{app}")
    fixtures.send("DELETE", f"/{space}/roles/auditor/{{member}}")
    fixtures.send("DELETE", f"/{space}")
    audit = [each for each in everything(api.store) if each.get("action") and each["actor"] != "system"]
    audit.sort(key=lambda each: str(each["SK"]))
    where, member = {"workspace": fixtures.acme.id}, fixtures.people["member"].id
    role = {"space": space, "role": "auditor"}
    assert [(each["action"], each["target"], each["details"]) for each in audit] == [
        ("space.created", space, {**where, "after": {"allow_ssh": True}}),
        (
            *("space.changed", space),
            {
                **where,
                "fields": ["allow_ssh", "name"],
                "before": {"allow_ssh": True},
                "after": {"allow_ssh": False},
            },
        ),
        ("space_role.added", member, {**role, "after": {"role": "auditor"}}),
        ("app.created", app, {"space": space}),
        ("app.deleted", app, {"space": space}),
        ("space_role.removed", member, {**role, "before": {"role": "auditor"}}),
        ("space.deleted", space, {**where, "before": {"allow_ssh": False}}),
    ]
    assert "sentinel" not in str(audit)
