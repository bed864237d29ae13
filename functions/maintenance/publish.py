"""The table's stream: numbers what the audit tells of, and hands the events to whoever delivers them."""

from functools import partial
from typing import Any

from roster import dependencies
from roster.clock import Deadline
from roster.dialects.maintenance import deliveries, event_bus, publish
from roster.http.request import seconds_left
from roster.settings import settings


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Publish what the records announce, or without any what was lost; a failed batch comes again."""
    current = dependencies.current()
    deadline = Deadline.after(seconds_left(context))
    deliver: list[publish.Deliver] = [event_bus.deliver] if settings().event_bus else []
    deliver.append(partial(deliveries.hand_over, current.queues))
    return publish.publish(current.store.within(deadline), event, current.now(), deliver)
