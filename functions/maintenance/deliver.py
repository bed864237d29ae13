"""The queue of deliveries: sends events to webhooks, and again what failed, when it is due."""

from typing import Any

from roster import dependencies
from roster.clock import Deadline
from roster.dialects.maintenance import deliveries
from roster.http.request import seconds_left


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Do what the messages ask for (`roster.dialects.maintenance.deliveries`); a failed one comes again."""
    current = dependencies.current()
    deadline = Deadline.after(seconds_left(context))
    store = current.store.within(deadline)
    return deliveries.take_all(event, store, current.queues, current.now, deadline)
