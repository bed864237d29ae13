"""The queue of cleanups: clears what deleted users and ended memberships left behind."""

from typing import Any

from roster import dependencies
from roster.clock import Deadline
from roster.dialects.maintenance import api
from roster.http.request import seconds_left


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Do the cleanups that the messages announce; a failed one begins again where it stopped."""
    current = dependencies.current()
    deadline = Deadline.after(seconds_left(context))
    return api.clean_up(current.store.within(deadline), event, current.now())
