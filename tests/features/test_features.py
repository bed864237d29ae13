"""Features of a workspace: made, read, changed and deleted."""

from typing import Any

import pytest

from roster.db import keys
from roster.directory import projects, users
from tests.projects.test_projects import audited, broken
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.support.race import before_the_commit
from tests.workspaces.fixtures import (
    NOWHERE,
    Fixtures,
    assert_granted,
    assert_invalid,
    assert_listed,
    assert_meta,
    assert_refused,
)

SHOWN = (
    *("id", "workspaceId", "projectId", "name", "description", "email"),
    *("ownerId", "touchedBy", "enabled", "module"),
)


def features(fixtures: Fixtures, feature_id: str = "") -> str:
    path = f"/api/workspaces/{fixtures.acme.id}/features"
    return f"{path}/{feature_id}" if feature_id else path


def test_a_feature_is_made_and_read_by_any_member(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    web = directory.project(fixtures.acme)
    body = {
        "name": "Boards",
        "projectId": web.id,
        "description": "d",
        "email": "boards",
        "ownerId": fixtures.member.id,
        "enabled": False,
        "module": "Boards",
    }
    answer = api.post(features(fixtures), body, as_=fixtures.boss)
    assert_granted(answer, *SHOWN)
    made = answer.data
    given = {"id": made["id"], "workspaceId": fixtures.acme.id, "touchedBy": fixtures.boss.id}
    assert made == {**body, **given}
    plain = api.post(features(fixtures), {"name": "Plain"}, as_=fixtures.root).data
    assert (plain["projectId"], plain["ownerId"], plain["enabled"], plain["module"]) == (
        *(None, None, True, None),
    )
    assert plain["touchedBy"] == fixtures.root.id
    for who in (fixtures.root, fixtures.boss, fixtures.member):
        listed = api.get(features(fixtures), as_=who)
        assert_listed(listed, *SHOWN)
        assert listed.data == [made, plain]
        assert api.get(f"{features(fixtures)}?projectId={web.id}", as_=who).data == [made]
        one = api.get(features(fixtures, made["id"]), as_=who)
        assert (one.data, one.headers["etag"]) == (made, '"1"')
    assert_meta(api.get(f"{features(fixtures)}?page=2&size=1", as_=fixtures.member), 2, 1, 2, 2)
    paged = api.get(f"{features(fixtures)}?projectId={web.id}&page=2&size=1", as_=fixtures.member)
    assert_meta(paged, 2, 1, 1, 1)
    assert audited(api, fixtures, made["id"]) == [("feature.created", fixtures.boss.id)]
    assert broken(api) == []


def test_a_retry_makes_no_second_feature(api: Api, fixtures: Fixtures) -> None:
    once = {"as_": fixtures.boss, "headers": {"Idempotency-Key": "k-1"}}
    first, again = (api.post(features(fixtures), {"name": "Boards"}, **once) for _ in range(2))
    assert first.text == again.text
    assert api.post(features(fixtures), {"name": "Other"}, **once).status == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", "\u200b"),
        ("name", "a\x07"),
        ("name", "x" * 256),
        ("description", None),
        ("email", None),
        ("enabled", None),
        ("enabled", 1),
        ("module", "boards"),
        ("module", "Anything"),
        ("module", ""),
        ("projectId", "a b"),
        ("ownerId", "a b"),
        ("touchedBy", "u1"),
        ("id", "f-1"),
        ("workspaceId", NOWHERE),
    ],
    ids=lambda part: part if isinstance(part, str) and part.isidentifier() else "",
)
def test_what_is_no_field_or_no_value_of_one_is_refused(
    api: Api, directory: Directory, fixtures: Fixtures, field: str, value: Any
) -> None:
    made = directory.feature(fixtures.acme, "boards")
    with api.no_effect():
        answer = api.post(features(fixtures), {"name": "Boards", field: value}, as_=fixtures.boss)
        assert_invalid(answer, field)
        assert_invalid(api.put(features(fixtures, made.id), {field: value}, as_=fixtures.boss), field)


@pytest.mark.parametrize("field", ["projectId", "ownerId"])
def test_b09_what_a_body_names_belongs_to_the_workspace(
    api: Api, directory: Directory, fixtures: Fixtures, field: str
) -> None:
    theirs, made = directory.project(fixtures.globex), directory.feature(fixtures.acme, "boards")
    gone = directory.user("gone")
    directory.member(fixtures.acme, gone)
    users.delete(api.store, users.alive(api.store, gone.id), by=directory.by)
    foreign = [theirs.id] if field == "projectId" else [fixtures.rival.id, fixtures.stranger.id, gone.id]
    told = set()
    with api.no_effect():
        for wrong in (*foreign, NOWHERE):
            for who in (fixtures.boss, fixtures.root):
                answer = api.post(features(fixtures), {"name": "Boards", field: wrong}, as_=who)
                assert_invalid(answer, field)
                told.add(bare(answer)[2])
                answer = api.put(features(fixtures, made.id), {field: wrong}, as_=who)
                told.add(bare(answer)[2])
    assert len(told) == 1
    if field == "projectId":
        listed = [
            bare(api.get(f"{features(fixtures)}?projectId={wrong}", as_=fixtures.member))
            for wrong in (theirs.id, NOWHERE)
        ]
        assert listed[0] == listed[1]
        assert listed[0][0] == 400


def test_a_change_touches_what_the_body_names_and_null_empties(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web, shop = directory.project(fixtures.acme), directory.project(fixtures.acme, "shop")
    made = directory.feature(fixtures.acme, "boards", web, module="Boards", owner_id=fixtures.member.id)
    path = features(fixtures, made.id)
    moved = api.put(path, {"projectId": shop.id, "module": "Booking"}, as_=fixtures.boss)
    assert_granted(moved, *SHOWN)
    assert (moved.data["projectId"], moved.data["module"]) == (shop.id, "Booking")
    assert (moved.data["name"], moved.data["ownerId"]) == ("boards", fixtures.member.id)
    assert (moved.data["touchedBy"], moved.headers["etag"]) == (fixtures.boss.id, '"2"')
    assert api.get(f"{features(fixtures)}?projectId={web.id}", as_=fixtures.boss).data == []
    assert api.get(f"{features(fixtures)}?projectId={shop.id}", as_=fixtures.boss).data == [moved.data]
    assert broken(api) == []
    with api.no_effect():
        stale = api.put(path, {"name": "Late"}, as_=fixtures.boss, headers={"If-Match": '"1"'})
        assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    empty = {"projectId": None, "ownerId": None, "module": None}
    emptied = api.put(path, empty, as_=fixtures.root)
    assert emptied.data == {**moved.data, **empty, "touchedBy": fixtures.root.id}
    assert api.get(path, as_=fixtures.member).data == emptied.data
    assert (
        api.delete(f"/api/workspaces/{fixtures.acme.id}/projects/{shop.id}", as_=fixtures.boss).status == 200
    )
    details = api.get(f"/api/admin/audit?target={made.id}", as_=fixtures.root).data[0]["details"]
    assert details["before"] == {"module": "Booking"}
    assert details["fields"] == ["module", "owner_id", "project_id", "touched_by"]
    assert broken(api) == []


def test_a_deleted_feature_is_gone(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    web = directory.project(fixtures.acme)
    made = directory.feature(fixtures.acme, "boards", web, module="Boards")
    path = features(fixtures, made.id)
    with api.no_effect():
        assert_refused(api.delete(path, as_=fixtures.member), 403)
        assert api.delete(path, as_=fixtures.boss, headers={"If-Match": '"7"'}).status == 412
    assert_granted(api.delete(path, as_=fixtures.boss, headers={"If-Match": '"1"'}))
    absent = api.get(features(fixtures, NOWHERE), as_=fixtures.boss)
    assert bare(api.get(path, as_=fixtures.boss)) == bare(absent)
    assert api.get(features(fixtures), as_=fixtures.boss).data == []
    assert ("feature.deleted", fixtures.boss.id) in audited(api, fixtures, made.id)
    assert broken(api) == []


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {"name": "Mine"}), ("DELETE", None)])
def test_b10_a_feature_of_another_workspace_is_as_one_that_is_not_there(
    api: Api, directory: Directory, fixtures: Fixtures, method: str, body: Any
) -> None:
    theirs = directory.feature(fixtures.globex, "theirs")
    with api.no_effect():
        for who in (fixtures.boss, fixtures.member, fixtures.root):
            told = [
                bare(api.send(method, features(fixtures, feature_id), body, as_=who))
                for feature_id in (theirs.id, NOWHERE)
            ]
            assert told[0] == told[1]
            assert told[0][0] == 404


@pytest.mark.parametrize("goes", ["projectId", "ownerId"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_goes_at_the_same_moment_is_not_referred_to(
    api: Api,
    directory: Directory,
    fixtures: Fixtures,
    monkeypatch: pytest.MonkeyPatch,
    goes: str,
    method: str,
) -> None:
    web, made = directory.project(fixtures.acme), directory.feature(fixtures.acme, "boards")

    def go() -> None:
        if goes == "ownerId":
            directory.leave(fixtures.acme, fixtures.member)
        else:
            projects.delete(api.store, web, by=directory.by, demand=lambda _: None)

    before_the_commit(monkeypatch, go)
    named = {"projectId": web.id, "ownerId": fixtures.member.id}[goes]
    path = features(fixtures) if method == "POST" else features(fixtures, made.id)
    body = {"name": "Boards", goes: named}
    assert_invalid(api.send(method, path, body, as_=fixtures.boss), goes)
    assert not api.store.query(keys.project(web.id).pk, begins=keys.FEATURES_BESIDE).items
