"""Projects of a workspace: made, read, changed and deleted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.verify import verify
from roster.db import keys
from roster.db.store import Key, Update
from roster.directory import cleanup
from roster.domain import Project
from tests.support.api import Api, bare
from tests.support.directory import Directory
from tests.support.race import at_once
from tests.tools.support import Records
from tests.workspaces.fixtures import (
    NOWHERE,
    Fixtures,
    assert_granted,
    assert_invalid,
    assert_listed,
    assert_meta,
    assert_refused,
)
from tests.workspaces.rows import BAD_LINES

SHOWN = (
    *("id", "number", "workspaceId", "name", "abbreviation", "description"),
    *("database", "createdAt", "updatedAt"),
)
DATABASE = {
    "host": "db.example.org",
    "port": "5432",
    "username": "web",
    "db_name": "web",
    "db_type": "postgres",
    "connect_timeout_secs": 5,
    "idle_timeout_secs": 60,
    "max_open_connections": 10,
    "max_idle_connections": 2,
}
WHOLE = {"name": "Web", "abbreviation": "web", "description": "What customers see.", "database": [DATABASE]}


def projects(fixtures: Fixtures, project_id: str = "") -> str:
    path = f"/api/workspaces/{fixtures.acme.id}/projects"
    return f"{path}/{project_id}" if project_id else path


def broken(api: Api) -> list[str]:
    return [str(finding) for finding in verify(api.store, now=api.clock()).broken]


def clean_up(api: Api) -> None:
    for job in list(cleanup.jobs(api.store)):
        cleanup.run(api.store, Key.of(job), api.clock())


def audited(api: Api, fixtures: Fixtures, target: str) -> list[tuple[str, str]]:
    found = api.get(f"/api/admin/audit?target={target}", as_=fixtures.root).data
    return [(entry["action"], entry["actor"]) for entry in reversed(found)]


def test_a_project_is_made_and_read_by_its_managers(api: Api, fixtures: Fixtures) -> None:
    answer = api.post(projects(fixtures), WHOLE, as_=fixtures.boss)
    assert_granted(answer, *SHOWN)
    made = answer.data
    at = "2026-04-13T01:00:00Z"
    given = {"id": made["id"], "number": 1, "workspaceId": fixtures.acme.id}
    assert made == {**given, **WHOLE, "createdAt": at, "updatedAt": at}
    plain = api.post(projects(fixtures), {"name": " Ops "}, as_=fixtures.root).data
    assert (plain["number"], plain["name"], plain["description"], plain["database"]) == (2, " Ops ", "", [])
    for who in (fixtures.root, fixtures.boss):
        listed = api.get(projects(fixtures), as_=who)
        assert_listed(listed, *SHOWN)
        assert listed.data == [made, plain]
        one = api.get(projects(fixtures, made["id"]), as_=who)
        assert (one.data, one.headers["etag"]) == (made, '"1"')
    assert audited(api, fixtures, made["id"]) == [("project.created", fixtures.boss.id)]
    assert broken(api) == []


def test_a_retry_makes_no_second_project(api: Api, fixtures: Fixtures) -> None:
    once = {"as_": fixtures.boss, "headers": {"Idempotency-Key": "k-1"}}
    first, again = (api.post(projects(fixtures), WHOLE, **once) for _ in range(2))
    assert first.text == again.text
    assert api.post(projects(fixtures), {"name": "Other"}, **once).status == 422
    assert len(api.get(projects(fixtures), as_=fixtures.boss).data) == 1


def test_a_member_sees_their_own_in_order_of_creation(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    made = [directory.project(fixtures.acme, f"p-{number}") for number in range(5)]
    other = directory.project(fixtures.globex, "theirs")
    directory.grant(other, fixtures.member)
    for project in (made[4], made[0], made[2]):
        directory.grant(project, fixtures.member)
    listed = api.get(projects(fixtures), as_=fixtures.member)
    assert_listed(listed, *SHOWN)
    assert [row["name"] for row in listed.data] == ["p-0", "p-2", "p-4"]
    second = api.get(f"{projects(fixtures)}?page=2&size=2", as_=fixtures.member)
    assert_meta(second, 2, 2, 3, 2)
    assert [row["name"] for row in second.data] == ["p-4"]
    everything = api.get(f"{projects(fixtures)}?page=2&size=3", as_=fixtures.boss)
    assert_meta(everything, 2, 3, 5, 2)
    assert [row["name"] for row in everything.data] == ["p-3", "p-4"]
    directory.leave(fixtures.acme, fixtures.member)
    directory.member(fixtures.acme, fixtures.member)
    assert api.get(projects(fixtures), as_=fixtures.member).data == []


def test_what_is_no_name_is_refused(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        for line in BAD_LINES:
            assert_invalid(api.post(projects(fixtures), {"name": line.values[0]}, as_=fixtures.boss), "name")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", None),
        ("description", "a\u202eb"),
        ("description", "x" * 4_097),
        ("abbreviation", "x" * 256),
        ("database", None),
        ("database", DATABASE),
        ("database", [{}] * 101),
        ("database", [{"max_open_connections": -1}]),
        ("database", [{"max_open_connections": True}]),
        ("database", [{"hostname": "h"}]),
        ("id", "p-1"),
        ("number", 7),
        ("workspaceId", NOWHERE),
        ("children", 0),
    ],
    ids=lambda part: part if isinstance(part, str) and part.isidentifier() else "",
)
def test_b01_what_is_no_field_or_no_value_of_one_is_refused(
    api: Api, directory: Directory, fixtures: Fixtures, field: str, value: Any
) -> None:
    made = directory.project(fixtures.acme)
    with api.no_effect():
        assert_invalid(api.post(projects(fixtures), {"name": "Web", field: value}, as_=fixtures.boss), field)
        assert_invalid(api.put(projects(fixtures, made.id), {field: value}, as_=fixtures.boss), field)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({**DATABASE, "password": "pg-sentinel"}, "must hold no password"),
        ({"DB_PASSWORD": "pg-sentinel"}, "must hold no password"),
        ({"secret": "pg-sentinel"}, "must hold no password"),
        ({"host": "web:pg-sentinel@db.example.org"}, "without user and password"),
    ],
)
def test_b02_a_database_never_takes_a_password(
    api: Api, fixtures: Fixtures, entry: dict[str, Any], reason: str
) -> None:
    with api.no_effect():
        answer = api.post(projects(fixtures), {"name": "Web", "database": [entry]}, as_=fixtures.boss)
    assert_invalid(answer, "database")
    assert reason in answer.data[0]["message"]
    assert "pg-sentinel" not in answer.text


def test_a_change_touches_what_the_body_names(api: Api, fixtures: Fixtures) -> None:
    made = api.post(projects(fixtures), WHOLE, as_=fixtures.boss).data
    api.clock.advance(minutes=1)
    path = projects(fixtures, made["id"])
    answer = api.put(path, {"name": "Shop", "database": []}, as_=fixtures.boss)
    assert_granted(answer, *SHOWN)
    assert answer.data == {**made, "name": "Shop", "database": [], "updatedAt": "2026-04-13T01:01:00Z"}
    assert answer.headers["etag"] == '"2"'
    assert api.get(path, as_=fixtures.boss).data == answer.data
    with api.no_effect():
        stale = api.put(path, {"name": "Late"}, as_=fixtures.root, headers={"If-Match": '"1"'})
        assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    assert api.put(path, {}, as_=fixtures.root, headers={"If-Match": '"2"'}).status == 200
    found = api.get(f"/api/admin/audit?target={made['id']}", as_=fixtures.root).data[1]
    assert found["action"] == "project.changed"
    assert found["details"]["fields"] == ["database", "name", "revision", "updated_at"]
    assert broken(api) == []


@pytest.mark.parametrize("inside", ["space", "feature"])
def test_a_project_with_something_in_it_is_not_deleted(
    api: Api, directory: Directory, fixtures: Fixtures, inside: str
) -> None:
    web = directory.project(fixtures.acme)
    getattr(directory, inside)(fixtures.acme, "alpha", web)
    path = projects(fixtures, web.id)
    with api.no_effect():
        answer = api.delete(path, as_=fixtures.root)
        assert (answer.status, answer.code) == (409, "NOT_EMPTY")
        assert api.delete(path, as_=fixtures.root, headers={"If-Match": '"9"'}).status == 412


def test_a_deleted_project_is_gone_with_the_places_in_it(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web, other = directory.project(fixtures.acme), directory.project(fixtures.acme, "other")
    for project in (web, other):
        directory.grant(project, fixtures.member)
    path = projects(fixtures, web.id)
    tag = api.get(path, as_=fixtures.boss).headers["etag"]
    assert_granted(api.delete(path, as_=fixtures.boss, headers={"If-Match": tag}))
    for _ in range(2):  # before the cleanup and after it
        absent = api.get(projects(fixtures, NOWHERE), as_=fixtures.member)
        for who in (fixtures.boss, fixtures.member):
            assert bare(api.get(path, as_=who)) == bare(absent)
        assert [row["name"] for row in api.get(projects(fixtures), as_=fixtures.member).data] == ["other"]
        assert [row["name"] for row in api.get(projects(fixtures), as_=fixtures.boss).data] == ["other"]
        assert broken(api) == []
        clean_up(api)
    left = api.store.get(keys.project_grant(fixtures.member.id, fixtures.acme.id, web.id))
    assert left is None
    assert not api.store.query(keys.project(web.id).pk).items
    assert not api.store.query(keys.users_of(web.id)).items
    with api.no_effect():
        assert_refused(api.delete(path, as_=fixtures.boss), 404)
    assert ("project.deleted", fixtures.boss.id) in audited(api, fixtures, web.id)


def test_a_deleted_project_that_is_imported_again_comes_without_its_people(
    api: Api, directory: Directory, fixtures: Fixtures, tmp_path: Path
) -> None:
    web, records = directory.project(fixtures.acme), Records(api.store, tmp_path)
    directory.grant(web, fixtures.member)
    assert api.delete(projects(fixtures, web.id), as_=fixtures.boss).status == 200
    again = {"type": "project", "id": web.id, "workspaceId": fixtures.acme.id, "name": "again"}
    assert records.refused(again) == ["line 1: project: id was taken while this import ran; import again"]
    clean_up(api)
    records.good(again)
    assert api.get(projects(fixtures, web.id), as_=fixtures.boss).data["name"] == "again"
    assert_refused(api.get(projects(fixtures, web.id), as_=fixtures.member), 404)
    assert broken(api) == []


@pytest.mark.parametrize("holds", [True, False])
def test_a_project_of_an_earlier_version_is_changed_and_deleted_only_when_it_is_empty(
    api: Api, directory: Directory, fixtures: Fixtures, holds: bool
) -> None:
    """It has no moments, no place in the workspace's list, and counts nothing."""
    web = directory.project(fixtures.acme, place=0, created_at=None, updated_at=None)
    if holds:
        directory.feature(fixtures.acme, "alpha", web)
    api.store.write(Update(keys.project(web.id), remove=("children", "revision", "place")))
    path = projects(fixtures, web.id)
    shown = api.get(path, as_=fixtures.boss)
    assert shown.data["createdAt"] == shown.data["updatedAt"] == fixtures.acme.created_at
    assert api.put(path, {"name": "Shop"}, as_=fixtures.boss, headers={"If-Match": '"1"'}).status == 200
    answer = api.delete(path, as_=fixtures.boss)
    assert answer.status == (409 if holds else 200)


# What is not theirs.

BELOW: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PUT", "", {"name": "Mine"}),
    ("DELETE", "", None),
    ("GET", "/members", None),
    ("PUT", "/members/{user}", None),
    ("DELETE", "/members/{user}", None),
]


@pytest.mark.parametrize(("method", "rest", "body"), BELOW)
def test_b03_a_project_of_another_workspace_is_as_one_that_is_not_there(
    api: Api, directory: Directory, fixtures: Fixtures, method: str, rest: str, body: Any
) -> None:
    """Under one's own workspace, with another's id of a project, to all who may see everything there."""
    theirs, mine = directory.project(fixtures.globex), directory.project(fixtures.acme)
    directory.grant(theirs, fixtures.member)
    rest = rest.format(user=fixtures.member.id)
    with api.no_effect():
        for who in (fixtures.boss, fixtures.member, fixtures.root):
            told = [
                bare(api.send(method, projects(fixtures, project_id) + rest, body, as_=who))
                for project_id in (theirs.id, NOWHERE)
            ]
            assert told[0] == told[1]
            assert told[0][0] == 404
        hidden = api.send(method, projects(fixtures, mine.id) + rest, body, as_=fixtures.member)
        assert bare(hidden) == told[1]  # as the member is not in it


def test_b04_a_body_is_looked_at_only_for_who_may_write(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    web, hidden = directory.project(fixtures.acme), directory.project(fixtures.acme)
    directory.grant(web, fixtures.member)
    with api.no_effect():
        assert_refused(api.put(projects(fixtures, web.id), {"name": 7}, as_=fixtures.member), 403)
        assert_refused(api.put(projects(fixtures, hidden.id), {"name": 7}, as_=fixtures.member), 404)
        assert_refused(api.post(projects(fixtures), {"name": 7}, as_=fixtures.member), 403)
        absent = api.post(f"/api/workspaces/{NOWHERE}/projects", {"name": 7}, as_=fixtures.root)
        assert_refused(absent, 404)
        assert_refused(api.get(f"{projects(fixtures, hidden.id)}?x=1", as_=fixtures.member), 404)
    assert_invalid(api.get(f"{projects(fixtures, web.id)}?x=1", as_=fixtures.member), "x")


# At once.


def test_b05_a_project_is_never_deleted_from_under_what_comes_into_it(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    def attempt(work: Callable[[], object]) -> bool:
        try:
            work()
        except Exception:
            return False
        return True

    from roster.directory import projects as access

    made: list[Project] = [directory.project(fixtures.acme, f"p-{number}") for number in range(4)]
    for web in made:
        outcome = at_once(
            [
                lambda web=web: attempt(lambda: directory.feature(fixtures.acme, "alpha", web)),  # type: ignore[misc]
                lambda web=web: attempt(  # type: ignore[misc]
                    lambda: access.delete(api.store, web, by=directory.by, demand=lambda _: None)
                ),
                lambda web=web: attempt(lambda: directory.space(fixtures.acme, f"s-{web.number}", web)),  # type: ignore[misc]
            ]
        )
        assert outcome[1] != (outcome[0] or outcome[2])
    assert broken(api) == []


def test_changes_at_once_are_all_kept(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    from roster.directory import projects as access

    web = directory.project(fixtures.acme)
    edits: list[dict[str, Any]] = [{"name": "New"}, {"abbreviation": "n"}, {"description": "d"}]
    at_once(
        [
            lambda edit=edit: access.change(  # type: ignore[misc]
                api.store, web, lambda one: replace(one, **edit), by=directory.by
            )
            for edit in edits
        ]
    )
    shown = api.get(projects(fixtures, web.id), as_=fixtures.boss)
    assert {**shown.data, "name": "New", "abbreviation": "n", "description": "d"} == shown.data
    assert shown.headers["etag"] == '"4"'
