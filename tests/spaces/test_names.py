"""A space's name is one space's in its workspace: of sixteen at once, and for an import."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from roster.db import counted_lists, keys
from roster.db.transactions import retry_on_conflict
from roster.directory import space_roles, spaces
from roster.domain import Limits, Space, SpaceRole
from roster.errors import Conflict, LimitReached
from tests.spaces.fixtures import SpaceFixtures
from tests.support.race import at_once
from tests.tools.support import Line, Records

THREADS = 16


@pytest.fixture
def records(fixtures: SpaceFixtures, tmp_path: Path) -> Records:
    return Records(fixtures.api.store, tmp_path)


def _make(fixtures: SpaceFixtures, name: str, limit: int | None = None) -> str:
    """The id of a space that is made, or the kind of the refusal."""
    store, limited = fixtures.api.store, replace(fixtures.acme, limits=Limits(spaces=limit))

    def attempt() -> str:
        work, made = spaces.prepare(store, limited, Space("", 0, "", name, ""), by=fixtures.directory.by)
        work.commit(store)
        return made.id

    try:
        return retry_on_conflict(attempt)
    except (Conflict, LimitReached) as error:
        return type(error).__name__


@pytest.mark.row("SP-09")
def test_of_sixteen_who_want_one_name_one_gets_it(fixtures: SpaceFixtures) -> None:
    names = [("omega", "OMEGA", "Omega")[place % 3] for place in range(THREADS)]
    made = at_once([partial(_make, fixtures, name) for name in names])
    assert made.count("Conflict") == THREADS - 1
    assert counted_lists.total(fixtures.api.store, keys.spaces_in(fixtures.acme.id)) == 2
    assert len(fixtures.send("GET").data) == 2


@pytest.mark.row("SP-11")
def test_sixteen_at_once_cannot_pass_a_limit(fixtures: SpaceFixtures) -> None:
    made = at_once([partial(_make, fixtures, f"s{place}", 6) for place in range(THREADS)])
    assert made.count("LimitReached") == THREADS - 5  # there was one


def line(space_id: str, name: str, home: str) -> Line:
    return {"type": "space", "id": space_id, "workspaceId": home, "name": name}


@pytest.mark.row("SP-05")
def test_an_import_refuses_the_second_of_a_name(fixtures: SpaceFixtures, records: Records) -> None:
    acme, globex = fixtures.acme.id, fixtures.globex.id
    lines = [line("s1", "omega", acme), line("s2", "OMEGA", acme), line("s3", "omega", globex)]
    lines += [line("s4", "Alpha", acme), line("s5", "", acme), line("s6", "", acme), line("s7", "beta", acme)]
    assert records.refused(*lines) == [
        "line 2: space: name is already on line 1",
        "line 4: space: name is that of another space in the table",
    ]
    assert records.good(*(one for one in lines if one["id"] not in ("s2", "s4"))).created == {}
    assert fixtures.send("POST", body={"name": "Omega"}).status == 409


@pytest.mark.row("SP-10")
def test_an_imported_id_inherits_no_role_of_a_deleted_space(
    fixtures: SpaceFixtures, records: Records
) -> None:
    assert fixtures.send("DELETE", "/{alpha}").status == 200
    again = line(fixtures.alpha.id, "alpha", fixtures.acme.id)
    assert records.refused(again) == ["line 1: space: id was taken while this import ran; import again"]
    fixtures.clean_up()
    records.good(again)
    assert fixtures.send("GET", "/{alpha}").status == 200
    assert fixtures.send("GET", "/{alpha}/roles").data == []
    assert fixtures.send("GET", "/{alpha}", who="developer").status == 404


def test_what_is_exported_is_imported_with_its_moments(fixtures: SpaceFixtures, records: Records) -> None:
    fixtures.api.clock.advance(minutes=1)
    app = fixtures.send("POST", "/{alpha}/apps", {"name": "portal"}).data
    fixtures.send("PUT", "/{alpha}/roles/developer/{member}")
    (shown,) = records.exported("app")
    assert shown == {"type": "app", **app}
    given = {each["userId"]: each["createdAt"] for each in records.exported("spaceRole")}
    assert given[fixtures.people["member"].id] == app["createdAt"] == "2026-04-13T01:01:00Z"


def test_two_who_give_one_role_at_once_give_it_once(fixtures: SpaceFixtures) -> None:
    def give() -> str:
        member = fixtures.people["member"].id
        held = space_roles.give(
            fixtures.api.store, fixtures.alpha, member, SpaceRole.AUDITOR, by=fixtures.directory.by
        )
        return held.user.id

    assert at_once([give] * 4) == [fixtures.people["member"].id] * 4
    assert len(fixtures.send("GET", "/{alpha}/roles").data) == 4
