"""Events in the Workspaces dialect (docs/events.md): the feeds, which are pulled."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from roster import clock
from roster.dialects.fields import Wire
from roster.dialects.workspaces.api import WorkspacesCall
from roster.directory import event_feed
from roster.directory.cloud_events import events_of
from roster.http import words

USUAL = 100  # events, where no number is asked for

EventsAfter = Annotated[
    str, Query(alias="after", pattern=words.EVENT_CURSOR, description="The `next` of a page that was read.")
]
EventsLimit = Annotated[
    str, Query(alias="limit", pattern=words.EVENTS, description="Events a page, 1 to 100.")
]


class CloudEventWire(Wire):
    """A CloudEvents 1.0 object."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: str
    subject: str
    datacontenttype: str
    sequence: str
    data: dict[str, Any]


class EventsMeta(Wire):
    """`next` is always there: after it come the events that are not numbered yet."""

    next: str


class EventsPage(Wire):
    code: Literal["SUCCESS"] = "SUCCESS"
    data: list[CloudEventWire]
    meta: EventsMeta
    timestamp: str

    @classmethod
    def of(cls, call: WorkspacesCall, feed: str, after: str, limit: str) -> "EventsPage":
        """The page of a feed that was asked for."""
        found = event_feed.page(call.store, feed, after, int(limit or USUAL))
        return cls(
            data=[CloudEventWire(**event) for event in events_of(call.store, found.items)],
            meta=EventsMeta(next=found.next),
            timestamp=clock.instant(call.now),
        )
