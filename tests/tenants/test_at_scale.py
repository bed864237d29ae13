"""A workspace of 10,000 members, 1,000 projects and 10,000 spaces is counted, deleted and cleared away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.verify import verify
from local.embedded import open_embedded
from roster.clock import Deadline
from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import cleanup, workspaces
from roster.errors import Unavailable
from tests.support.meter import Meter, MeteredStore
from tests.tools.damage import BY, NOW
from tests.tools.support import Line, Records, member, project, space, user, workspace

pytestmark = pytest.mark.real

MEMBERS, PROJECTS, SPACES = 10_000, 1_000, 10_000
PIECE = 20.0  # seconds that a run of the cleanup has before it is stopped


def _lines() -> Iterator[Line]:
    yield workspace("w1")
    yield workspace("w2")
    yield from (project(f"p{n}", "w1") for n in range(PROJECTS))
    yield from (space(f"s{n}", "w1", projectId=f"p{n % PROJECTS}", name=f"space {n}") for n in range(SPACES))
    yield from (user(f"u{n}") for n in range(MEMBERS))
    yield from (member("w1", f"u{n}") for n in range(MEMBERS))
    yield from (member("w2", f"u{n}") for n in range(0, MEMBERS, 100))
    for n in range(0, MEMBERS, 10):
        yield {"type": "projectMembership", "projectId": f"p{n % PROJECTS}", "userId": f"u{n}"}
        yield {"type": "spaceRole", "spaceId": f"s{n}", "userId": f"u{n}", "role": "developer"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder: Path = tmp_path_factory.mktemp("scale")
    made = open_embedded(folder / "table.db").within(Deadline.after(600))
    Records(made, folder).good(*_lines())
    return made


def test_all_of_it_is_gone(store: Store) -> None:
    meter = Meter()
    counts = workspaces.counts(MeteredStore(store, meter), "w1")
    assert (counts.members, counts.projects, counts.spaces) == (MEMBERS, PROJECTS, SPACES)
    suspended = workspaces.change(
        store, workspaces.alive(store, "w1"), lambda one: replace(one, active=False), by=BY
    )
    workspaces.delete(store, suspended, by=BY, demand=lambda _: None)
    assert workspaces.by_id(store, "w1") is None
    stopped = 0
    while jobs := list(cleanup.jobs(store)):
        try:
            cleanup.run(store.within(Deadline.after(PIECE)), Key.of(jobs[0]), NOW)
        except Unavailable:
            stopped += 1
            assert stopped < 100
    report = verify(store.within(Deadline.after(600)), now=NOW)
    assert (report.broken, report.pending) == ([], [])
    assert workspaces.counts(store, "w1") == workspaces.Counts(0, 0, 0, 0, 0)
    assert workspaces.counts(store, "w2").members == MEMBERS // 100
    assert store.get(keys.workspace_tombstone("w1")) is not None
