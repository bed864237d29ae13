"""The table's stream outside AWS: changes from a feed go to the function that the template names.

Delivery is at least once and in order: a batch is given again until the function takes it. A feed
is followed from its beginning at every start, so the function must bear what it has seen before.
The embedded store forgets a change that was taken, as DynamoDB does after a day. What expires
(local/expiry.py) is told as a removal, as DynamoDB tells it; the template's filter takes none.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TypeAlias

from local.gateway import Event, Function, read_template
from roster.db.dynamodb.attribute_values import to_wire
from roster.db.store import Item, Key

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0

Record: TypeAlias = dict[str, Any]
"""A record as Lambda gives it to the function."""


# Which changes go to which function.


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event of type DynamoDB in the template; no `patterns` means every change."""

    function_id: str
    batch: int = 100
    patterns: tuple[dict[str, Any], ...] = ()

    @classmethod
    def from_template(cls, template: Path) -> Self | None:
        """The template's subscription, if it has one. Raises ValueError for more than one."""
        found = [
            (id_, event["Properties"])
            for id_, resource in read_template(template)["Resources"].items()
            if resource["Type"] == "AWS::Serverless::Function"
            for event in resource["Properties"].get("Events", {}).values()
            if event["Type"] == "DynamoDB"
        ]
        if not found:
            return None
        if len(found) > 1:
            raise ValueError("only one function may follow the table's stream")
        ((id_, properties),) = found
        filters = properties.get("FilterCriteria", {}).get("Filters", [])
        patterns = tuple(json.loads(one["Pattern"]) for one in filters)
        return cls(id_, properties.get("BatchSize", 100), patterns)

    def wants(self, record: Record) -> bool:
        return not self.patterns or any(_fits(pattern, record) for pattern in self.patterns)


def _fits(pattern: dict[str, Any], content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    return all(
        _fits(rule, content.get(name))
        if isinstance(rule, dict)
        else any(_allows(choice, content.get(name)) for choice in rule)
        for name, rule in pattern.items()
    )


def _allows(choice: Any, value: Any) -> bool:
    match choice:
        case {"prefix": prefix}:
            return isinstance(value, str) and value.startswith(prefix)
        case {"exists": exists}:
            return bool(exists) == (value is not None)
        case dict():
            raise ValueError(f"the filter rule {choice} is not known here")
    return bool(value == choice)


# Where the changes come from.


class Feed(Protocol):
    """Changes of a table, oldest first."""

    def read(self, limit: int) -> list[Record]:
        """At most `limit` records; the same ones again until `advance` has passed them."""

    def advance(self, count: int) -> None:
        """Pass the first `count` of the records read last."""


class StoreChange(Protocol):
    """What the SQLite store tells of a change: `new` is None where the item is gone."""

    @property
    def sequence(self) -> int: ...
    @property
    def event(self) -> str: ...
    @property
    def key(self) -> Key: ...
    @property
    def new(self) -> Item | None: ...


class StoreFeed:
    """The changes that the embedded store keeps: `changes(after, limit)` and `forget(last)` are its own."""

    def __init__(
        self,
        changes: Callable[[int, int], Sequence[StoreChange]],
        forget: Callable[[int], None] = lambda last: None,
    ) -> None:
        self._changes = changes
        self._forget = forget
        self._read: Sequence[StoreChange] = ()
        self._after = 0

    def read(self, limit: int) -> list[Record]:
        self._read = self._changes(self._after, limit)
        return [_record(change) for change in self._read]

    def advance(self, count: int) -> None:
        self._after = self._read[count - 1].sequence
        self._forget(self._after)


def _record(change: StoreChange) -> Record:
    content: Record = {"Keys": to_wire(change.key.attributes()), "SequenceNumber": str(change.sequence)}
    if change.new is not None:
        content["NewImage"] = to_wire(change.new)
    return {
        "eventID": str(change.sequence),
        "eventName": change.event,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": content,
    }


class DynamoFeed:
    """The stream of a table at a local DynamoDB endpoint, every shard from its oldest record."""

    def __init__(self, endpoint: str, table: str) -> None:
        self._table = table
        self._dynamodb = _client("dynamodb", endpoint)
        self._streams = _client("dynamodbstreams", endpoint)
        self._iterators: dict[str, str | None] = {}
        self._pending: list[Record] = []

    def read(self, limit: int) -> list[Record]:
        from botocore.exceptions import ClientError

        if not self._pending:
            try:
                self._fetch()
            except ClientError:
                # An iterator that expired, or a table made anew: begin again rather than lose a change.
                self._iterators.clear()
                raise
        return self._pending[:limit]

    def advance(self, count: int) -> None:
        del self._pending[:count]

    def _fetch(self) -> None:
        stream = self._dynamodb.describe_table(TableName=self._table)["Table"]["LatestStreamArn"]
        # A parent stands before its children, so that a key's changes stay in order.
        for shard in self._streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
            id_ = shard["ShardId"]
            if id_ not in self._iterators:
                start = self._streams.get_shard_iterator(
                    StreamArn=stream, ShardId=id_, ShardIteratorType="TRIM_HORIZON"
                )
                self._iterators[id_] = start["ShardIterator"]
            # A closed shard has no next iterator.
            if iterator := self._iterators[id_]:
                answer = self._streams.get_records(ShardIterator=iterator)
                self._iterators[id_] = answer.get("NextShardIterator")
                self._pending += [_plain(record) for record in answer["Records"]]


def _client(service: str, endpoint: str) -> Any:
    # Imported here: every worker process imports this module, and over the embedded store none needs it.
    import boto3

    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - a local endpoint takes any
    )


def _plain(record: Record) -> Record:
    """The record as JSON: Lambda writes times as seconds."""
    moments = {
        name: int(value.timestamp())
        for name, value in record["dynamodb"].items()
        if isinstance(value, datetime)
    }
    return record | {"dynamodb": record["dynamodb"] | moments}


# Following.

Invoke: TypeAlias = Callable[[Function, Event], Awaitable[Any]]


class CleanupFailed(Exception):
    """The function took only a part of a batch, and said so."""


async def follow(
    open_feed: Callable[[], Feed],
    subscription: Subscription,
    function: Function,
    invoke: Invoke,
    *,
    pause: float = PAUSE_SECONDS,
) -> None:
    """Give every change of the feed to the function, until cancelled.

    Whatever fails is tried again after a pause that grows from `pause` to ten seconds. The feed is
    opened and read in one thread of its own.
    """
    thread = ThreadPoolExecutor(max_workers=1)
    loop = asyncio.get_running_loop()
    feed: Feed | None = None
    wait = pause

    async def deliver(feed: Feed) -> bool:
        records = await loop.run_in_executor(thread, feed.read, subscription.batch)
        wanted = [record for record in records if subscription.wants(record)]
        taken = len(records)
        if wanted:
            result = await invoke(function, {"Records": wanted})
            taken = _taken(records, wanted, result)
        if taken:
            await loop.run_in_executor(thread, feed.advance, taken)
        if taken < len(records):
            raise CleanupFailed(f"{function.id} took {taken} of {len(records)} records")
        return bool(records)

    try:
        while True:
            try:
                if feed is None:
                    feed = await loop.run_in_executor(thread, open_feed)
                delivered = await deliver(feed)
            except Exception as error:  # no change may be lost to whatever fails here
                log.warning("the stream waits %.1f s: %r", wait, error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_PAUSE_SECONDS)
            else:
                wait = pause
                if not delivered:
                    await asyncio.sleep(pause)
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def _taken(records: list[Record], wanted: list[Record], result: Any) -> int:
    """How many records are done with, as `ReportBatchItemFailures` tells it: all before the first failed."""
    failures = result.get("batchItemFailures") if isinstance(result, dict) else None
    if not failures:
        return len(records)
    failed = {failure.get("itemIdentifier") for failure in failures}
    for position, record in enumerate(records):
        if record["dynamodb"]["SequenceNumber"] in failed:
            return position
    # An identifier that names no record fails the whole batch, as on Lambda.
    return records.index(wanted[0])
