"""`roster events`: prints the directory's events, one a line, and goes on as they come where asked to."""

import json
import time
from collections.abc import Callable, Iterator

from roster.db import keys
from roster.db.store import Store
from roster.directory import event_feed
from roster.directory.cloud_events import CloudEvent, events_of

PAGE = 100
PAUSE_SECONDS = 1.0


def told(
    store: Store,
    feed: str,
    after: str = "",
    *,
    follow: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[CloudEvent, str]]:
    """The events of a feed after a cursor, each with the cursor to go on with; with `follow` without an end.

    Within a page it is that of the page before, so that whoever stops there misses nothing.

    Raises ValueError for what is no cursor, and Unavailable.
    """
    while True:
        page = event_feed.page(store, feed, after, PAGE)
        found = events_of(store, page.items)
        for event in found[:-1]:
            yield event, after
        for event in found[-1:]:
            yield event, page.next
        if page.next == after:  # a page may lack what has expired, and more come after it
            if not follow:
                return
            sleep(PAUSE_SECONDS)
        after = page.next


def feed_named(workspace_id: str | None) -> str:
    """The feed of a workspace, or of all."""
    return keys.WHOLE_FEED if workspace_id is None else keys.feed_of(workspace_id)


def line(event: CloudEvent) -> str:
    """An event on a line."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
