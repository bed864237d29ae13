"""Every way in which a call to DynamoDB can go wrong, one at a time, at a call of our choosing."""

from dataclasses import dataclass, field
from typing import Any

from roster.clock import Deadline
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import Reason, Transport, TransportError

TRANSACT = "TransactWriteItems"
BATCH = "BatchGetItem"
WRITES = frozenset({"UpdateItem", "PutItem", "DeleteItem"})
READS = frozenset({"GetItem", "Query", BATCH})
ANY = READS | WRITES | {TRANSACT}


@dataclass(frozen=True)
class Fault:
    """What happens to a call: refused with a code, or answered by half.

    `applied` does the call before its answer is lost. One that `lasts` leaves the table away from then on.
    `reasons` are of the first positions of a transaction.
    """

    name: str
    code: str = ""
    of: frozenset[str] = ANY
    applied: bool = False
    lasts: bool = False
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


_ONE = frozenset({TRANSACT})

PASSING = (
    Fault("throttled", "ThrottlingException"),
    Fault("over capacity", "ProvisionedThroughputExceededException"),
    Fault("over the account's limit", "RequestLimitExceeded"),
    Fault("broken inside", "InternalServerError"),
    Fault("reset", "ConnectionError"),
    Fault("timed out after it was done", "TimeoutError", applied=True),
    Fault("reset after it was done", "ConnectionError", WRITES | _ONE, applied=True),
    Fault("half answered", of=frozenset({BATCH})),
    Fault("in conflict", "TransactionConflictException", WRITES),
    Fault("cancelled by a conflict", "TransactionCanceledException", _ONE, reasons=("TransactionConflict",)),
    Fault(
        "cancelled by throttling", "TransactionCanceledException", _ONE, reasons=("None", "ThrottlingError")
    ),
    Fault(
        "cancelled by a conflict beside a refusal that may be stale",
        "TransactionCanceledException",
        _ONE,
        reasons=("ConditionalCheckFailed", "TransactionConflict"),
    ),
    Fault("in progress", "TransactionInProgressException", _ONE),
)
"""After these the same call may yet succeed."""

LASTING = (
    Fault("throttled for good", "ThrottlingException", lasts=True),
    Fault("gone", "ConnectionError", lasts=True),
    Fault("gone after it was done", "TimeoutError", applied=True, lasts=True),
    Fault(
        "in conflict for good",
        "TransactionCanceledException",
        _ONE,
        lasts=True,
        reasons=("TransactionConflict",),
    ),
    Fault("denied", "AccessDeniedException", lasts=True),
    Fault("without credentials", "NoCredentialsError", lasts=True),
)
"""After these there is no answer within the deadline."""


@dataclass
class Injector:
    """A transport that injects one fault at the call of this number, and counts what it did."""

    inner: Transport
    fault: Fault | None = None
    at: int = 0
    calls: list[str] = field(default_factory=list)
    injected: int = 0

    def arm(self, fault: Fault | None, at: int = 0) -> None:
        """Begin anew, with this fault at that call."""
        self.fault, self.at, self.injected = fault, at, 0
        self.calls.clear()

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        number = len(self.calls)
        self.calls.append(operation)
        fault = self.fault
        if fault is None or number < self.at or (number > self.at and not fault.lasts):
            return self.inner.call(operation, body, deadline)
        self.injected += 1
        if not fault.code:
            return _halved(self.inner.call(operation, body, deadline))
        if fault.applied and number == self.at:
            self.inner.call(operation, body, deadline)
        reasons = tuple(map(Reason, fault.reasons)) if operation == TRANSACT else ()
        raise TransportError(fault.code, "injected", reasons)


def _halved(answer: dict[str, Any]) -> dict[str, Any]:
    """A batch's answer, of which every second item is still to be asked for."""
    halved: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": {}}
    for table, items in answer["Responses"].items():
        halved["Responses"][table] = items[::2]
        if items[1::2]:
            left = [{name: item[name] for name in ("PK", "SK")} for item in items[1::2]]
            halved["UnprocessedKeys"][table] = {"Keys": left, "ConsistentRead": True}
    return halved


@dataclass
class _Hours:
    """A clock that only pauses move."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Hurried(DynamoStore):
    """The store as it is, but for pauses that take no time; they use up the deadline all the same."""

    @classmethod
    def over(cls, transport: Transport, table_name: str) -> "Hurried":
        return cls(transport, table_name, sleep=_HOURS.pass_)

    def within(self, deadline: Deadline) -> "Hurried":
        left = deadline.left()
        return Hurried(self.transport, self.table_name, Deadline.after(left, _HOURS), sleep=_HOURS.pass_)


_HOURS = _Hours()
