"""Writers and publishers killed by SIGKILL at random moments: no event is lost, invented or renumbered."""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

from local.embedded import open_embedded
from roster.db import keys
from roster.db.store import Key, every
from roster.directory.event_feed import FeedRow
from tests.support import tally

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
CHANGES = int(os.environ.get("CHANGES", "10000"))
WRITERS, SHARDS, KILLS = 16, 2, 24


def started(*words: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faulty.event_processes", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT)


def ids_in(out: Path) -> list[tuple[str, str, str]]:
    """Of each event that was delivered: its id, its workspace, its number; a line that is cut tells none."""
    found = []
    for text in out.read_bytes().split(b"\n")[:-1]:
        try:
            event = json.loads(text)
        except ValueError:
            continue
        found.append((event["id"], event["data"]["workspaceId"] or "", event["sequence"]))
    return found


def test_nothing_is_lost_invented_or_numbered_twice_whoever_is_killed(
    tmp_path: Path, table_file: Path
) -> None:
    path, out, random = table_file, tmp_path / "events", Random(22)  # noqa: S311 - moments
    store = open_embedded(path)
    out.touch()
    writers = [started("write", path, number, CHANGES // WRITERS) for number in range(WRITERS)]
    shards = [started("publish", path, shard, SHARDS, out) for shard in range(SHARDS)]
    try:
        for kill in range(KILLS):
            time.sleep(random.uniform(0.5, 3.0))
            place = random.randrange(SHARDS)
            if kill % 4 == 0 and kill < 4 * SHARDS:
                number = random.randrange(WRITERS)
                writers[number].kill()
                writers[number].wait()
                writers[number] = started("write", path, WRITERS + kill, CHANGES // WRITERS)
            shards[place].kill()
            shards[place].wait()
            shards[place] = started("publish", path, place, SHARDS, out)
        for writer in writers:
            assert writer.wait() == 0
        audited = {
            keys.event_id(Key.of(found)) for shard in keys.AUDIT_SHARDS for found in every(store, shard)
        }
        assert len(audited) >= CHANGES // WRITERS * WRITERS
        end = time.monotonic() + 600
        while {id_ for id_, _, _ in ids_in(out)} != audited and time.monotonic() < end:
            time.sleep(0.5)
    finally:
        for each in [*writers, *shards]:
            each.kill()
            each.wait()
    delivered = ids_in(out)
    assert {id_ for id_, _, _ in delivered} == audited  # none lost, none invented
    numbers: dict[str, set[int]] = defaultdict(set)
    assert len({(id_, home, number) for id_, home, number in delivered}) == len(audited)  # one number each
    for _, home, sequence in delivered:
        numbers[home].add(int(sequence))
    for home, given in numbers.items():
        assert given == set(range(1, len(given) + 1)), home
        rows = [FeedRow.of(found) for found in every(store, keys.feed_of(home))]
        assert [row.first for row in rows] == [1, *(row.last + 1 for row in rows[:-1])]
    assert sum(map(len, numbers.values())) == len(audited)
    tally.count("events delivered again", len(delivered) - len(audited))
    store.close()
