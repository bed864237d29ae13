"""What the table is asked and what that costs: round trips and capacity units, counted at a seam.

`MeteredTransport` counts DynamoDB's calls with the units it names; `MeteredStore` counts the calls
that DynamoDB would get from any store, which has no units.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, Unpack

from roster.clock import Deadline
from roster.db.dynamodb.transport import Transport
from roster.db.store import Asked, Delete, Item, Key, Operation, Page, Put, Store, Update

_READS = {"GetItem", "BatchGetItem", "Query", "Scan"}


@dataclass(slots=True)
class Reading:
    """Calls by DynamoDB's name of the operation, and the capacity units of those that succeeded."""

    calls: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def trips(self) -> int:
        return self.calls.total()


class Meter:
    """Counts for everyone who shares it, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings = [Reading()]

    @property
    def total(self) -> Reading:
        """What has been counted since the last `reset`."""
        return self._readings[0]

    def reset(self) -> None:
        with self._lock:
            self._readings[0] = Reading()

    @contextmanager
    def measure(self) -> Iterator[Reading]:
        """What is counted inside the block, by all threads; it stands still afterwards."""
        reading = Reading()
        with self._lock:
            self._readings.append(reading)
        try:
            yield reading
        finally:
            with self._lock:
                # By identity: two readings that counted the same are equal.
                self._readings = [other for other in self._readings if other is not reading]

    def count(self, operation: str, calls: int = 1) -> None:
        with self._lock:
            for reading in self._readings:
                reading.calls[operation] += calls

    def charge(self, *, read_units: float = 0.0, write_units: float = 0.0) -> None:
        with self._lock:
            for reading in self._readings:
                reading.read_units += read_units
                reading.write_units += write_units


@dataclass(frozen=True, slots=True)
class MeteredTransport:
    """Counts each attempt; a refused one has no units, although DynamoDB bills it."""

    inner: Transport
    meter: Meter

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        self.meter.count(operation)
        answer = self.inner.call(operation, body | {"ReturnConsumedCapacity": "TOTAL"}, deadline)
        consumed = answer.get("ConsumedCapacity", [])
        units = sum(
            table["CapacityUnits"] for table in ([consumed] if isinstance(consumed, dict) else consumed)
        )
        self.meter.charge(**{"read_units" if operation in _READS else "write_units": units})
        return answer


@dataclass(frozen=True, slots=True)
class MeteredStore:
    """Counts a store's calls as DynamoDB would get them, were every one answered at once."""

    inner: Store
    meter: Meter

    def within(self, deadline: Deadline) -> Self:
        return type(self)(self.inner.within(deadline), self.meter)

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        self.meter.count("GetItem")
        return self.inner.get(key, consistent=consistent)

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        self.meter.count("BatchGetItem", _batches(len(set(keys)), 100))
        return self.inner.batch_get(keys, consistent=consistent)

    def query(self, pk: str, **asked: Unpack[Asked]) -> Page:
        self.meter.count("Query")
        return self.inner.query(pk, **asked)

    def scan(
        self, *, segment: int = 0, segments: int = 1, limit: int | None = None, start: Key | None = None
    ) -> Page:
        self.meter.count("Scan")
        return self.inner.scan(segment=segment, segments=segments, limit=limit, start=start)

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        self.meter.count(f"{type(operation).__name__}Item")
        return self.inner.write(operation, returning=returning)

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        self.meter.count("TransactWriteItems")
        self.inner.transact(operations, token=token, once=once)

    def pause(self, attempt: int) -> None:
        self.inner.pause(attempt)

    def bulk_put(self, items: Sequence[Item]) -> None:
        self.meter.count("BatchWriteItem", _batches(len(items), 25))
        self.inner.bulk_put(items)


def _batches(length: int, size: int) -> int:
    return -(-length // size)
