"""The table's stream: queues mails and cleanups, keeps what searches find, counts activity and lists."""

from typing import Any

from roster import dependencies
from roster.clock import Deadline
from roster.dialects.maintenance import api
from roster.http.request import seconds_left


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Do what the changes are followed for (`roster.directory.changes`); a failed one comes again."""
    current = dependencies.current()
    deadline = Deadline.after(seconds_left(context))
    return api.route(current.store.within(deadline), current.queues, event, current.now())
