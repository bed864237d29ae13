"""Writers, publishers and deliverers killed by SIGKILL at random moments: no event is lost or invented.

Nor is one numbered twice, and a webhook hears each, signed, at least once.
"""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from local.embedded import open_embedded
from roster import dependencies
from roster.clock import now
from roster.db import keys
from roster.db.store import Key, Store, every
from roster.directory.event_feed import FeedRow
from tests.support import tally
from tests.support.api import Clock, make_dependencies
from tests.support.directory import Directory
from tests.webhooks.receiver import Behaviour, Received, answers, receiving

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
CHANGES = int(os.environ.get("CHANGES", "10000"))
WRITERS, SHARDS, DELIVERERS, KILLS = 16, 2, 2, 24
KILLED_DELIVERERS = 4
"""Each may hold a webhook's lease, which is void after a minute."""
PATIENCE = 600.0
"""Seconds after which a test gives up."""


def started(*words: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faulty.event_processes", *map(str, words)]
    environ = {**os.environ, "WEBHOOK_TARGETS": "loopback", "WEBHOOK_SCHEDULE": "1 1 1 1 1 1 1 1"}
    return subprocess.Popen(command, cwd=ROOT, env=environ)


def audited(store: Store) -> set[str]:
    return {keys.event_id(Key.of(found)) for shard in keys.AUDIT_SHARDS for found in every(store, shard)}


def ids_in(out: Path) -> list[tuple[str, str, str]]:
    """Of each event that was handed over: id, workspace, number; a line that is cut tells none."""
    found = []
    for text in out.read_bytes().split(b"\n")[:-1]:
        try:
            event = json.loads(text)
        except ValueError:
            continue
        found.append((event["id"], event["data"]["workspaceId"] or "", event["sequence"]))
    return found


def verifying(verifier: Verifier, heard: list[str]) -> Behaviour:
    """Takes what is signed as it should be, and notes its id; to anything else it answers nothing."""

    def behave(connection: Any, received: Received) -> None:
        verifier.verify(received.body, received.headers)
        heard.append(received.headers["webhook-id"])
        answers(204)(connection, received)

    return behave


def killed(processes: "list[subprocess.Popen[bytes]]", place: int, *words: object) -> None:
    """Kill a process, and start what takes its place."""
    processes[place].kill()
    processes[place].wait()
    processes[place] = started(*words)


def test_nothing_is_lost_invented_or_numbered_twice_whoever_is_killed(
    tmp_path: Path, table_file: Path
) -> None:
    path, out, random = table_file, tmp_path / "events", Random(22)  # noqa: S311 - moments
    store = open_embedded(path)
    out.touch()
    dependencies.use(make_dependencies(store, now))
    with receiving(answers(204)) as receiver:
        _, signing = Directory(store, Clock(now())).webhook(None, receiver.url)
        heard: list[str] = []
        receiver.behaviour = verifying(Verifier(signing.shown_secret), heard)
        writers = [started("write", path, number, CHANGES // WRITERS) for number in range(WRITERS)]
        shards = [started("publish", path, shard, SHARDS, out) for shard in range(SHARDS)]
        deliverers = [started("deliver", path) for _ in range(DELIVERERS)]
        try:
            for kill in range(KILLS):
                time.sleep(random.uniform(0.5, 3.0))
                if kill % 4 == 0 and kill < 4 * SHARDS:
                    number = random.randrange(WRITERS)
                    killed(writers, number, "write", path, WRITERS + kill, CHANGES // WRITERS)
                place = random.randrange(SHARDS)
                killed(shards, place, "publish", path, place, SHARDS, out)
                if kill % (KILLS // KILLED_DELIVERERS) == 2:
                    killed(deliverers, random.randrange(DELIVERERS), "deliver", path)
            for writer in writers:
                assert writer.wait() == 0
            made = audited(store)
            assert len(made) > CHANGES // WRITERS * WRITERS
            end = time.monotonic() + PATIENCE
            while not {id_ for id_, _, _ in ids_in(out)} == made == {*heard}:
                assert time.monotonic() < end, (len(made), len(ids_in(out)), len({*heard}))
                time.sleep(0.5)
        finally:
            for each in [*writers, *shards, *deliverers]:
                each.kill()
                each.wait()
            dependencies.use(None)
    demand_order(store, out, made)
    tally.count("events delivered again", len(ids_in(out)) - len(made))
    tally.count("events heard again", len(heard) - len(made))
    store.close()


def demand_order(store: Store, out: Path, made: set[str]) -> None:
    """What was handed over has one number each, and the numbers of each feed have no gap."""
    handed = ids_in(out)
    numbers: dict[str, set[int]] = defaultdict(set)
    assert len({(id_, home, number) for id_, home, number in handed}) == len(made)
    for _, home, sequence in handed:
        numbers[home].add(int(sequence))
    for home, given in numbers.items():
        assert given == set(range(1, len(given) + 1)), home
        rows = [FeedRow.of(found) for found in every(store, keys.feed_of(home))]
        assert [row.first for row in rows] == [1, *(row.last + 1 for row in rows[:-1])]
    assert sum(map(len, numbers.values())) == len(made)
