"""What no local engine does: DynamoDB cancels overlapping writes, throttles, and loses answers' way."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from roster.clock import Deadline
from roster.db.dynamodb.transport import Reason, Transport, TransportError

_ItemName = tuple[str, str, str]
_WRITES = ("PutItem", "UpdateItem", "DeleteItem")


@dataclass
class FaultyTransport:
    """Cancels a write that touches an item which another transaction is writing, and throttles some calls.

    Share one among all threads: it knows the transactions that are under way through it alone.
    """

    inner: Transport
    throttled: float = 0.0
    """The share of calls that are refused for the table's capacity."""
    seed: int = 1
    faults: "Counter[str]" = field(default_factory=Counter)
    _under_way: set[_ItemName] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - a fault, not a secret

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        with self._lock:
            throttle = self._random.random() < self.throttled
        if throttle:
            self._fail("ThrottlingException")
        if operation == "TransactWriteItems":
            with self._alone([_name(part) for part in body["TransactItems"]]):
                return self.inner.call(operation, body, deadline)
        if operation in _WRITES:
            with self._lock:
                busy = _written(body) in self._under_way
            if busy:
                self._fail("TransactionConflictException")
        return self.inner.call(operation, body, deadline)

    @contextmanager
    def _alone(self, names: list[_ItemName]) -> Iterator[None]:
        with self._lock:
            taken = [name in self._under_way for name in names]
            if not any(taken):
                self._under_way.update(names)
        if any(taken):
            reasons = tuple(Reason("TransactionConflict" if each else "None") for each in taken)
            self._fail("TransactionCanceledException", reasons)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.difference_update(names)

    def _fail(self, code: str, reasons: tuple[Reason, ...] = ()) -> None:
        with self._lock:
            self.faults[code] += 1
        raise TransportError(code, "injected", reasons)


def _name(part: dict[str, Any]) -> _ItemName:
    (request,) = part.values()
    return _written(request)


def _written(request: dict[str, Any]) -> _ItemName:
    key = request["Key"] if "Key" in request else request["Item"]
    return request["TableName"], key["PK"]["S"], key["SK"]["S"]
