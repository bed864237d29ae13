"""A queue of deliveries for tests: a clock that is moved, and every message that becomes due meanwhile."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from roster.auth import webhook_signing
from roster.clock import Deadline
from roster.db import keys
from roster.db.store import Key
from roster.dialects.maintenance import deliveries
from roster.dialects.maintenance.deliveries import Delivering
from roster.dialects.maintenance.publish import NumberedItem
from roster.domain import Webhook
from roster.http.outgoing import Outcome
from roster.queues import LONGEST_DELAY, Message
from tests.support.api import Api
from tests.support.guard import acting_as
from tests.support.snapshots import everything


@dataclass
class Line:
    """Messages with the moment when each is due; `outcome` is what an attempt comes to (None: it is made)."""

    api: Api
    outcome: Callable[[Webhook, Mapping[str, Any]], Outcome] | None = None
    seconds: float = 60.0
    waiting: list[tuple[datetime, str]] = field(default_factory=list)
    sent: list[tuple[datetime, str, str]] = field(default_factory=list)
    """Each attempt: when, to which webhook, of which event."""
    known: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pass_over()

    def send(self, queue: str, messages: Sequence[Message]) -> None:
        assert queue == "DeliveryQueue"
        assert all(0 <= each.delay <= LONGEST_DELAY for each in messages)
        now = self.api.clock()
        self.waiting += [(now + timedelta(seconds=each.delay), each.body) for each in messages]

    def new_items(self) -> list[NumberedItem]:
        """The audit items since the last call."""
        found = [each for each in everything(self.api.store) if each["PK"] in keys.AUDIT_SHARDS]
        new = [each for each in found if Key.of(each) not in self.known]
        self.known |= {Key.of(each) for each in new}
        return [NumberedItem(str(each["SK"]), each) for each in sorted(new, key=lambda each: str(each["SK"]))]

    def pass_over(self) -> None:
        """Take no notice of what was changed up to now."""
        self.new_items()

    def publish(self) -> None:
        """Hand over what was changed, as the publisher does; and the orders, as the stream's router does."""
        new = self.new_items()
        with acting_as("Publish"):
            deliveries.hand_over(self, self.api.store, new)
        for each in everything(self.api.store):
            if each["PK"] == keys.DELIVERIES:
                self.send("DeliveryQueue", [Message(json.dumps({"pk": each["PK"], "sk": each["SK"]}))])

    def _attempt(self, webhook: Webhook, signing: Any, event: Mapping[str, Any], now: datetime) -> Outcome:
        self.sent.append((now, webhook.id, str(event["id"])))
        if self.outcome is None:
            return webhook_signing.send(webhook, signing, event, now)
        return self.outcome(webhook, event)

    def take(self, body: str) -> None:
        deadline = Deadline.after(self.seconds)
        with acting_as("Deliver"):
            Delivering(self.api.store, self, self.api.clock, deadline, self._attempt).take(body)

    def run(self, **time: float) -> None:
        """Publish, then take every message that is due within this time; the clock moves with them."""
        self.publish()
        end = self.api.clock() + timedelta(**time)
        while due := [each for each in self.waiting if each[0] <= end]:
            first = min(due, key=lambda each: each[0])
            self.waiting.remove(first)
            self.api.clock.moment = max(self.api.clock.moment, first[0])
            self.take(first[1])
        self.api.clock.moment = end


def took(webhook: Webhook, event: Mapping[str, Any]) -> Outcome:
    return Outcome(200, 10)


def failed(webhook: Webhook, event: Mapping[str, Any]) -> Outcome:
    return Outcome(None, 15_000, "timed out")
