"""What is written of spaces, or withdrawn, is so in the other dialects on the next request."""

import json
from collections.abc import Callable
from typing import cast

import pytest

from cli.verify import verify
from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import cleanup, spaces
from roster.errors import Unavailable
from tests.spaces.fixtures import SpaceFixtures, project
from tests.support.api import in_process
from tests.workspaces.test_cleanup import EVENT, Stopping

ALPHA = {
    "developed": ["alpha"],
    "managed": [],
    "seen": ["alpha"],
    "by name": ["alpha"],
    "of the organization": ["alpha"],
    "of the project": ["alpha"],
}
NOTHING: dict[str, list[str]] = {name: [] for name in ALPHA}
OMEGA = {name: ["omega" if each == "alpha" else each for each in names] for name, names in ALPHA.items()}


def granted(status: int) -> None:
    assert status == 200


def _made(on: SpaceFixtures) -> None:
    made = on.send("POST", body={"name": "zeta", "projectId": on.web.id})
    granted(on.send("PUT", f"/{made.data['id']}/roles/developer/{{developer}}").status)


def _manager(on: SpaceFixtures) -> None:
    granted(on.send("PUT", "/{alpha}/roles/manager/{developer}").status)


def _renamed(on: SpaceFixtures) -> None:
    granted(on.send("PUT", "/{alpha}", {"name": "omega"}).status)


def _renamed_twice(on: SpaceFixtures) -> None:
    granted(on.send("PUT", "/{alpha}", {"name": "beta"}).status)
    _renamed(on)


def _moved(on: SpaceFixtures) -> None:
    granted(on.send("PUT", "/{alpha}", {"projectId": project(on.directory, on.acme, "new").id}).status)


def _removed(on: SpaceFixtures) -> None:
    granted(on.send("DELETE", "/{alpha}/roles/developer/{developer}").status)


def _deleted(on: SpaceFixtures) -> None:
    granted(on.send("DELETE", "/{alpha}").status)


def _renamed_and_deleted(on: SpaceFixtures) -> None:
    _renamed(on)
    _deleted(on)


WRITES: dict[str, tuple[Callable[[SpaceFixtures], None], dict[str, list[str]]]] = {
    "nothing": (lambda on: None, ALPHA),
    "a space with a role": (_made, {n: [*s, *(["zeta"] if s else [])] for n, s in ALPHA.items()}),
    "a second role": (_manager, {**ALPHA, "managed": ["alpha"]}),
    "another name": (_renamed, OMEGA),
    "two other names": (_renamed_twice, OMEGA),
    "another project": (_moved, {**ALPHA, "of the project": []}),
    "a role less": (_removed, NOTHING),
    "a space less": (_deleted, NOTHING),
    "a renamed space less": (_renamed_and_deleted, NOTHING),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.row("SP-01")
def test_what_is_written_here_is_read_there_at_once_and_after_the_cleanup(
    fixtures: SpaceFixtures, name: str
) -> None:
    write, expected = WRITES[name]
    developer = fixtures.people["developer"]
    fixtures.directory.grant(fixtures.web, developer)
    write(fixtures)
    for _ in range(2):
        assert fixtures.seen_elsewhere() == expected
        for old in ("alpha", "omega", "zeta"):
            filtered = fixtures.api.get(
                f"/v2/users/{developer.id}/spaces?q=name:{old}", bearer=developer
            ).json
            assert filtered["total_results"] == expected["developed"].count(old)
        space = fixtures.api.get(f"/v2/spaces/{fixtures.alpha.id}", bearer=developer).status
        assert space == (200 if "alpha" in expected["seen"] or "omega" in expected["seen"] else space)
        assert (space == 200) is (expected["seen"] != [])
        fixtures.clean_up()
        report = verify(fixtures.api.store, now=fixtures.api.clock())
        assert (report.broken, report.pending) == ([], [])
    assert fixtures.api.store.get(keys.spaces_changing()) is None


def test_apps_are_read_in_cloud_foundry(fixtures: SpaceFixtures) -> None:
    developer = fixtures.people["developer"]
    app = fixtures.send("POST", "/{alpha}/apps", {"name": "portal"}).data["id"]
    (shown,) = fixtures.api.get(f"/v2/spaces/{fixtures.alpha.id}/apps", bearer=developer).json["resources"]
    assert (shown["metadata"]["guid"], shown["metadata"]["created_at"]) == (app, "2026-04-13T01:00:00Z")
    assert fixtures.api.get(f"/v2/apps/{app}", bearer=developer).status == 200
    assert fixtures.send("DELETE", f"/{{alpha}}/apps/{app}").status == 200
    assert fixtures.api.get(f"/v2/spaces/{fixtures.alpha.id}/apps", bearer=developer).json["resources"] == []
    assert fixtures.api.get(f"/v2/apps/{app}", bearer=developer).status == 404


@pytest.mark.parametrize("write", [_renamed, _deleted], ids=["renamed", "deleted"])
def test_a_cleanup_that_stops_anywhere_is_finished(
    fixtures: SpaceFixtures, write: Callable[[SpaceFixtures], None]
) -> None:
    """Stopped after one write, two, three: what is read meanwhile is right."""
    write(fixtures)
    expected = {**fixtures.seen_elsewhere(), "managed": []}
    (job,) = [Key.of(each) for each in cleanup.jobs(fixtures.api.store)]
    for writes in range(20):
        try:
            cleanup.run(cast(Store, Stopping(fixtures.api.store, writes)), job, fixtures.api.clock())
        except Unavailable:
            assert fixtures.seen_elsewhere() == expected
            report = verify(fixtures.api.store, now=fixtures.api.clock())
            assert report.broken == []
            continue
        break
    assert writes > 2
    report = verify(fixtures.api.store, now=fixtures.api.clock())
    assert (report.broken, report.pending) == ([], [])


def test_a_cleanup_that_another_has_overtaken_leaves_the_later_name(fixtures: SpaceFixtures) -> None:
    _renamed(fixtures)
    (first,) = list(cleanup.jobs(fixtures.api.store))
    fixtures.send("PUT", "/{alpha}", {"name": "psi"})
    fixtures.clean_up()
    fixtures.api.store.bulk_put([first])  # as a reader that had it before would go on
    cleanup.run(fixtures.api.store, Key.of(first), fixtures.api.clock())
    assert fixtures.seen_elsewhere()["by name"] == ["psi"]


def test_the_stream_calls_the_function_that_does_it(fixtures: SpaceFixtures) -> None:
    _deleted(fixtures)
    (job,) = [Key.of(each) for each in cleanup.jobs(fixtures.api.store)]
    event = json.loads(json.dumps(EVENT).replace("USER#user-uuid", job.sk).replace("SWEEP", job.pk))
    answer = in_process(fixtures.api.gateway.routes.functions["Cleanup"], event)
    assert answer == {"batchItemFailures": []}
    assert spaces.changing(fixtures.api.store) == {}
    assert (
        fixtures.api.store.get(keys.space_role(fixtures.alpha.id, "auditor", fixtures.people["auditor"].id))
        is None
    )
