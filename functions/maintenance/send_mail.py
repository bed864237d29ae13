"""The queue of mails: sends the mails with links that were ordered; their templates are in `mails`."""

from pathlib import Path
from typing import Any

from roster import dependencies
from roster.clock import Deadline
from roster.dialects.maintenance import mail
from roster.http.request import seconds_left


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Send the mails that the messages announce; after a failure the message comes again."""
    current = dependencies.current()
    deadline = Deadline.after(seconds_left(context))
    folder = Path(__file__).parent / "mails"
    return mail.send_ordered(current.store.within(deadline), event, current.now(), folder)
