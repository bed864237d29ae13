"""Writes bench/event_units.toml: what an event takes on its way from the table's stream to one webhook.

Run by `make cost`. Changes come one by one, or so fast that forty are numbered and delivered together.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.billed_store import BilledStore
from local.embedded import open_embedded
from roster import dependencies
from roster.clock import Deadline
from roster.db import keys
from roster.db.store import Key, Store
from roster.db.transactions import Transaction
from roster.dialects.maintenance import deliveries
from roster.dialects.maintenance.deliveries import Delivering
from roster.dialects.maintenance.publish import publish
from roster.domain import Actor
from roster.events import Event
from roster.http.outgoing import Outcome
from roster.settings import settings
from tests.support.api import Clock, make_dependencies
from tests.support.directory import Directory
from tests.support.meter import Meter, MeteredStore, Reading
from tests.support.queues import ListedQueues
from tests.support.stream import records

FILE = Path(__file__).with_name("event_units.toml")
CHANGES = 80
TOGETHER = {"one by one": 1, "forty at once": 40}
"""How many changes come together, by what the document calls it."""
_HEAD = """\
# Made by `make cost`: what the table is asked for an event, and how many calls and messages it takes, until
# one webhook has heard of it. tests/tools/test_cost.py measures it again.
"""


@dataclass(frozen=True)
class EventUnits:
    """For one event: capacity units, round trips, invocations, messages of a queue, bytes that are sent."""

    read: float
    write: float
    trips: float
    invocations: float
    messages: float
    bytes: float


def read() -> dict[str, EventUnits]:
    """The units in the file, by how changes come."""
    return {name: EventUnits(**row) for name, row in tomllib.loads(FILE.read_text("utf-8")).items()}


def text(measured: Mapping[str, EventUnits]) -> str:
    """The file for these units."""
    rows = (
        f'"{name}" = {{ ' + ", ".join(f"{key} = {value:g}" for key, value in vars(units).items()) + " }\n"
        for name, units in measured.items()
    )
    return _HEAD + "".join(rows)


def measure(together: int) -> EventUnits:
    """Number so many changes together, hand them over and deliver them, as often as makes `CHANGES`."""
    meter, clock = Meter(), Clock()
    with TemporaryDirectory() as folder:
        embedded = open_embedded(Path(folder, "roster.db"))
        dependencies.use(make_dependencies(embedded, clock))
        try:
            acme = Directory(embedded, clock).workspace("acme")
            Directory(embedded, clock).webhook(acme)
            publish(embedded, {}, clock(), [])
            return _measured(
                MeteredStore(BilledStore(embedded, meter), meter), meter, clock, acme.id, together
            )
        finally:
            dependencies.use(None)
            embedded.close()


def _measured(store: Store, meter: Meter, clock: Clock, workspace_id: str, together: int) -> EventUnits:
    sent: list[int] = []

    def send(webhook: Any, signing: Any, event: Mapping[str, Any], now: Any) -> Outcome:
        sent.append(len(str(event)))
        return Outcome(204, 50)

    total, messages, publications = Reading(), 0, range(0, CHANGES, together)
    for start in publications:
        queues = ListedQueues()
        made = [_change(store, clock, workspace_id, start + at) for at in range(together)]
        with meter.measure() as reading:
            publish(store, records(made, "INSERT"), clock(), [partial(deliveries.hand_over, queues)])
            handed = queues.sent[settings().delivery_queue]
            for message in handed:
                Delivering(store, queues, clock, Deadline.after(60), send).take(message.body)
        messages += len(handed)
        total.calls += reading.calls
        total.read_units += reading.read_units
        total.write_units += reading.write_units
    if len(sent) != CHANGES:
        raise ValueError(f"{len(sent)} of {CHANGES} events were delivered")
    return EventUnits(
        total.read_units / CHANGES,
        total.write_units / CHANGES,
        total.trips / CHANGES,
        (len(publications) + messages) / CHANGES,
        messages / CHANGES,
        round(sum(sent) / CHANGES),
    )


def _change(store: Store, clock: Clock, workspace_id: str, at: int) -> Key:
    work = Transaction(Actor("Jx2mXg7foAMEYpA=", clock(), f"{at:08}-0000-4000-8000-000000000000"))
    user_id = f"{at:08}-0000-4000-9000-000000000000"
    work.audit(Event.MEMBER_ADDED, user_id, after={"role": "MEMBER"}, workspace=workspace_id, role="MEMBER")
    work.commit(store)
    return next(op.key for op, _ in work.operations if op.key.pk.startswith(keys.AUDITS))


def main() -> None:
    """Measure both, and write the file."""
    FILE.write_text(text({name: measure(count) for name, count in TOGETHER.items()}), "utf-8")


if __name__ == "__main__":
    main()
