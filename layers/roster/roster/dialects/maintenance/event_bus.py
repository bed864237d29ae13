"""Events to a bus of Amazon EventBridge, ten an entry call; what fails is tried again."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from roster.db.store import Store, chunks
from roster.dialects.maintenance.publish import NumberedItem
from roster.directory.cloud_events import events_of
from roster.errors import Fault, Unavailable
from roster.queues import client_fault
from roster.settings import settings

SOURCE = "roster"
_AT_ONCE = 10
_TRIES = 3
_PASSING = ("InternalFailure", "InternalException", "ThrottlingException")
"""What may yet succeed of what EventBridge says of an entry."""


def deliver(store: Store, told: Sequence[NumberedItem]) -> None:
    """Put the events on the bus, in order. Raises Unavailable where some are not there after three tries."""
    entries = [_entry(event) for event in events_of(store, [each.item for each in told])]
    for some in chunks(entries, _AT_ONCE):
        _put(some)


def _entry(event: dict[str, Any]) -> dict[str, str]:
    return {
        "EventBusName": settings().event_bus,
        "Source": SOURCE,
        "DetailType": str(event["type"]),
        "Detail": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
    }


def _put(entries: Sequence[dict[str, str]]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    code = ""
    for _ in range(_TRIES):
        try:
            answer = _client().put_events(Entries=list(entries))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(fault=client_fault(error, "PutEvents")) from error
        if not answer.get("FailedEntryCount"):
            return
        outcomes = list(zip(entries, answer["Entries"], strict=True))
        code = next(str(outcome["ErrorCode"]) for _, outcome in outcomes if "ErrorCode" in outcome)
        entries = [entry for entry, outcome in outcomes if "ErrorCode" in outcome]
    raise Unavailable(fault=Fault(code, code in _PASSING, "PutEvents"))


@cache
def _client() -> Any:
    import boto3  # a deployment without a bus does not pay for it
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})
    make: Any = boto3.client
    return make("events", region_name=settings().region, config=config)
