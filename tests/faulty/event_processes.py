"""The processes that tests/faulty/test_event_kills.py kills: writers, shards of the publisher, deliverers.

python -m tests.faulty.event_processes write STORE NUMBER COUNT
python -m tests.faulty.event_processes publish STORE SHARD SHARDS OUT
python -m tests.faulty.event_processes deliver STORE
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from local.embedded import open_embedded
from local.sqlite_queues import SqliteQueues
from roster import dependencies
from roster.clock import Deadline, now
from roster.db.store import Store
from roster.db.transactions import Transaction
from roster.dialects.maintenance import deliveries
from roster.dialects.maintenance.deliveries import Delivering
from roster.dialects.maintenance.publish import NumberedItem, publish
from roster.directory.cloud_events import event_of
from roster.domain import Actor
from roster.errors import Unavailable
from roster.events import Event
from roster.settings import settings
from tests.support.api import make_dependencies
from tests.support.stream import records

T = TypeVar("T")

WORKSPACES = 5
HIDDEN = 5.0
"""Seconds after which a message comes again whose deliverer was killed."""


def patiently(work: Callable[[], T]) -> T:
    """The result of work that others keep from the file; to do it again is harmless."""
    while True:
        try:
            return work()
        except Unavailable:
            continue


def write(path: str, number: int, count: int) -> None:
    """So many changes, in some workspaces and of the site, a transaction each."""
    store = patiently(partial(open_embedded, path))
    for at in range(count):
        work = Transaction(Actor(f"writer-{number}", now(), "u-1"))
        home = f"w-{at % WORKSPACES}"
        if home == "w-0":
            work.audit(Event.GROUP_CREATED, f"{number}-{at}")
        else:
            work.audit(Event.MEMBER_ADDED, f"u-{at}", after={"role": "MEMBER"}, workspace=home, role="MEMBER")
        patiently(partial(work.commit, store))


def follow(path: str, shard: int, shards: int, out: str) -> None:
    """Follow the changes of a shard, from the beginning at every start, and append the events to a file."""
    store = patiently(partial(open_embedded, path))
    target = os.open(out, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)

    def deliver(_: Store, told: Sequence[NumberedItem]) -> None:
        for each in told:
            os.write(target, json.dumps(event_of(each.item)).encode() + b"\n")

    hand_over = partial(deliveries.hand_over, SqliteQueues(store))
    after = 0
    while True:
        changes = patiently(partial(store.changes, after, 100))
        mine = [
            change.key
            for change in changes
            if change.event == "INSERT"
            and change.key.pk.startswith("AUDIT#")
            and crc32(change.key.pk.encode()) % shards == shard
        ]
        if mine and publish(store, records(mine, "INSERT"), now(), [deliver, hand_over])["batchItemFailures"]:
            continue
        after = changes[-1].sequence if changes else after
        if not changes:
            time.sleep(0.02)


def send(path: str) -> None:
    """Deliver what the queue has to webhooks; a message that is not done comes again after some seconds."""
    store = patiently(partial(open_embedded, path))
    queues = SqliteQueues(store)
    dependencies.use(make_dependencies(store, now, queues=queues))
    while True:
        received = patiently(partial(queues.receive, settings().delivery_queue, 1, hidden=HIDDEN))
        for message in received:
            try:
                Delivering(store, queues, now, Deadline.after(60)).take(message.body)
            except Unavailable:
                continue
            patiently(partial(queues.delete, [message]))
        if not received:
            time.sleep(0.02)


if __name__ == "__main__":
    kind, *given = sys.argv[1:]
    if kind == "write":
        write(given[0], int(given[1]), int(given[2]))
    elif kind == "deliver":
        send(given[0])
    else:
        follow(given[0], int(given[1]), int(given[2]), str(Path(given[3])))
