"""A model of what DynamoDB does to clients that get in each other's way, which no local engine shows.

It is a table in memory behind DynamoDB's errors, in virtual time (`virtual_time.py`), for the real
`DynamoStore` with its retries and refusals. What it models, and where that is documented:

*Conflicts.* A transaction holds its items, those that it only checks too, from its begin to its end. Another
transaction that touches one meanwhile is cancelled (`TransactionCanceledException` with the reason
`TransactionConflict`), a single write is refused (`TransactionConflictException`); reads are not, and single
writes do not conflict with each other. Developer Guide, "DynamoDB transactions: how it works", "Transaction
conflict handling". A cancelled transaction, too, holds what it could prepare until it is cancelled: for the
first half of its time ("Distributed Transactions at Scale in Amazon DynamoDB", USENIX ATC 2023: two phases).

*Isolation.* In the second half of a transaction's time its changes become visible item by item, in any order:
BatchGetItem and Query may see some of them, as they are read-committed ("Isolation levels").

*Throughput.* A partition key's value takes 1,000 write units and 3,000 read units a second, as the partition
does that it may have for itself; a second's worth can be saved up. A transaction writes everything twice, to
prepare and to commit; its changes in an index are taken to count twice too. The partitions of an index have
the same limits, and throttle the writes of the table. "Best practices for designing partition keys",
"Capacity management for transactions", "Global secondary indexes: write throttling". That DynamoDB splits
what is hot, and lends unused throughput of five minutes, is left out: neither is promised. What a condition
refuses is paid for once. What a conflict or throttling cancels is not, for AWS does not say so; unless
`pay_for_conflicts` asks for the worst, where what was prepared is paid for.

*Errors of throttling.* `ProvisionedThroughputExceededException` for single calls, `ThrottlingError` as a
transaction's reason, `UnprocessedKeys` where only some keys of a batch are throttled (API reference).

*Latencies.* Log-normal. A transaction's median is 25 ms and its 99th percentile 80 ms, a single call's 7.5
and 20 ms. Published are 25.3 and 92.5 for TransactWriteItems of five items (refused ones: 25.3 and 84.9), 7.6
and 16.2 for PutItem, 8.1 and 25.5 for batches (github.com/alexdebrie/dynamodb-performance-testing,
put-batch-transaction-performance, measured from Lambda).

Left out: errors of the network, the lag of indexes, items of more than 400 KB.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil, log
from random import Random
from statistics import NormalDist
from typing import Any

from local.sqlite_items import holds, reach, size_of_attributes, updated
from roster.clock import Deadline
from roster.db import keys
from roster.db.dynamodb.attribute_values import to_wire
from roster.db.dynamodb.store import DynamoStore
from roster.db.dynamodb.transport import FLOOR, Reason, TransportError
from roster.db.store import (
    Check,
    Delete,
    Index,
    Item,
    Key,
    Malformed,
    Operation,
    Page,
    Put,
    Update,
)
from tests.support.virtual_time import VirtualTime

INDEXES = (keys.BY_ACTOR, keys.BY_TARGET, keys.BY_WORKSPACE)
READ_UNITS, WRITE_UNITS = 3_000.0, 1_000.0  # a second, of a partition
_READ_BYTES, _WRITTEN_BYTES = 4096, 1024  # in a unit
_PAGE = 1024 * 1024  # bytes of items after which a page ends
_MOST_OPERATIONS = 100
_UNBOUND = 10.0  # seconds that a call may take without a deadline, as of DynamoStore
_SIGMAS_OF_P99 = NormalDist().inv_cdf(0.99)
_FINE = Reason("None")
_OF_CONDITIONS = {"None", "ConditionalCheckFailed"}

Row = tuple[str, str]
"""The place of an item in a partition of an index: its sort key, and its partition in the table."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long calls of a kind take, in seconds: log-normal, by its median and 99th percentile."""

    median: float
    p99: float

    def draw(self, random: Random) -> float:
        return random.lognormvariate(log(self.median), log(self.p99 / self.median) / _SIGMAS_OF_P99)


SINGLE = Latency(0.0075, 0.020)
TRANSACTION = Latency(0.025, 0.080)


@dataclass(slots=True)
class Usage:
    """What was asked for: calls by DynamoDB's name, refusals by their reason, units of capacity."""

    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def trips(self) -> int:
        return self.calls.total()

    @property
    def retries(self) -> int:
        """Calls that were refused although they might succeed later."""
        return sum(count for reason, count in self.refused.items() if reason != "ConditionalCheckFailed")

    def count(self, operation: str, refusal: str | None, read_units: float, write_units: float) -> None:
        self.calls[operation] += 1
        if refusal is not None:
            self.refused[refusal] += 1
        self.read_units += read_units
        self.write_units += write_units


class Capacity:
    """The units a second that each partition has, and what is left of them."""

    def __init__(self, units: float) -> None:
        self._units = units
        self._left: dict[str, tuple[float, float]] = {}
        """By partition: units that were left at a moment, the present one's second included."""

    def left(self, partition: str, now: float) -> float:
        units, moment = self._left.get(partition, (self._units, now))
        return min(self._units, units + (now - moment) * self._units)

    def has(self, partition: str, units: float, now: float) -> bool:
        """Whether so many are left; more than a second has are granted to a partition that rests."""
        return self.left(partition, now) >= min(units, self._units)

    def take(self, partition: str, units: float, now: float) -> None:
        self._left[partition] = self.left(partition, now) - units, now


class Items:
    """The items of a table in memory, in the order of their keys, and of its indexes."""

    def __init__(self, indexes: Sequence[Index] = INDEXES) -> None:
        self._indexes = indexes
        self._items: dict[Key, Item] = {}
        self._sizes: dict[Key, int] = {}
        self._partitions: dict[str, list[str]] = defaultdict(list)
        self._entries: dict[tuple[str, str], list[Row]] = defaultdict(list)

    def get(self, key: Key) -> Item | None:
        return self._items.get(key)

    def size(self, key: Key) -> int:
        """Bytes of the item, 0 where there is none."""
        return self._sizes.get(key, 0)

    def all(self) -> list[Key]:
        """The keys of all items, in order."""
        return sorted(self._items)

    def save(self, key: Key, new: Item | None) -> None:
        """Let this item stand under the key, or none."""
        old = self._items.get(key)
        for index in self._indexes:
            left, entered = _hash(old, index), _hash(new, index)
            if left != entered:
                if left is not None:
                    rows = self._entries[index.name, left]
                    rows.pop(bisect_left(rows, (key.sk, key.pk)))
                if entered is not None:
                    insort(self._entries[index.name, entered], (key.sk, key.pk))
        if new is None:
            if old is not None:
                del self._items[key], self._sizes[key]
                sks = self._partitions[key.pk]
                sks.pop(bisect_left(sks, key.sk))
            return
        if old is None:
            insort(self._partitions[key.pk], key.sk)
        self._items[key], self._sizes[key] = new, size_of_attributes(new)

    def places(
        self, pk: str, index: Index | None, low: str, high: str | None, start: Key | None, forward: bool
    ) -> Iterator[Key]:
        """The keys of a partition, or of one of an index: from `low` on, before `high`, past `start`."""
        if index is None:
            sks = self._partitions.get(pk, [])
            first = bisect_left(sks, low)
            end = len(sks) if high is None else bisect_left(sks, high)
            if start is not None and forward:
                first = max(first, bisect_right(sks, start.sk))
            elif start is not None:
                end = min(end, bisect_left(sks, start.sk))
            return (Key(pk, sks[at]) for at in _steps(first, end, forward))
        rows = self._entries.get((index.name, pk), [])
        first = bisect_left(rows, (low, ""))
        end = len(rows) if high is None else bisect_left(rows, (high, ""))
        if start is not None and forward:
            first = max(first, bisect_right(rows, (start.sk, start.pk)))
        elif start is not None:
            end = min(end, bisect_left(rows, (start.sk, start.pk)))
        return (Key(rows[at][1], rows[at][0]) for at in _steps(first, end, forward))


@dataclass(slots=True)
class _Bill:
    """The units of one call."""

    read_units: float = 0.0
    write_units: float = 0.0


@dataclass(slots=True)
class _Prepared:
    """What an operation makes of its item, and what that costs, by partition: of the table, of indexes."""

    key: Key
    new: Item | None
    changes: bool
    units: dict[str, int]


class ContendedTable:
    """A transport whose calls hold typed operations; `ContendedStore` makes them.

    Outside of the virtual time's `run` nothing takes time, nothing conflicts and nothing is throttled: for
    filling a table, and for looking at it.
    """

    def __init__(self, time: VirtualTime, *, seed: int = 18, pay_for_conflicts: bool = False) -> None:
        self.time = time
        self.items = Items()
        self._pay_for_conflicts = pay_for_conflicts
        self.usage = Usage()
        """Of all clients together, while the time runs."""
        self._random = Random(seed)  # noqa: S311
        self._reads, self._writes = Capacity(READ_UNITS), Capacity(WRITE_UNITS)
        self._held: dict[Key, float] = {}
        """Until when a transaction holds an item."""
        self._tokens: set[str] = set()

    def store(self, deadline: Deadline | None = None) -> "ContendedStore":
        """A store over this table, which pauses in its time."""
        return ContendedStore(self, "contended", deadline, self.time.sleep, self._random.random)

    def call(self, operation: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        """One attempt; raises TransportError. The answer holds items as the store gives them."""
        if self.time.running is None:
            return self._at_rest(operation, body)
        if deadline.left() < FLOOR:
            raise TransportError("TimeoutError", f"no time left for {operation}")
        bill = _Bill()
        answer: list[dict[str, Any] | TransportError] = []
        if operation == "TransactWriteItems":
            lasts = TRANSACTION.draw(self._random)
            answer.append(self._transaction(body, lasts, bill))
        else:
            lasts = SINGLE.draw(self._random)
            self.time.at(
                self.time.now + lasts / 2, lambda: answer.append(self._single(operation, body, bill))
            )
        self.time.sleep(lasts)
        [got] = answer
        refusal = _name(got) if isinstance(got, TransportError) else None
        about = self.time.running.about
        for usage in (self.usage, about) if isinstance(about, Usage) else (self.usage,):
            usage.count(operation, refusal, bill.read_units, bill.write_units)
        if isinstance(got, TransportError):
            raise got
        return got

    def _at_rest(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        if operation != "TransactWriteItems":
            got = self._single(operation, body, None)
            if isinstance(got, TransportError):
                raise got
            return got
        if body["token"] not in self._tokens:
            prepared = [self._prepare(each) for each in self._checked(body["operations"])]
            refused = [each for each in prepared if isinstance(each, Reason)]
            if refused:
                reasons = tuple(each if isinstance(each, Reason) else _FINE for each in prepared)
                raise TransportError("TransactionCanceledException", reasons=reasons)
            for each in prepared:
                if isinstance(each, _Prepared):
                    self._apply(each)
            self._tokens.add(body["token"])
        return {}

    # Transactions.

    def _transaction(
        self, body: dict[str, Any], lasts: float, bill: "_Bill"
    ) -> dict[str, Any] | TransportError:
        operations, now = body["operations"], self.time.now
        # A body comes again with each retry, and what its Puts weigh does not change.
        sizes: dict[Key, int] | None = body.get("sizes")
        if sizes is None:
            sizes = body["sizes"] = {}
            self._checked(operations)
        if body["token"] in self._tokens:
            return {}
        outcomes = [
            Reason("TransactionConflict") if self._is_held(each.key) else self._prepare(each, sizes)
            for each in operations
        ]
        self._throttle(outcomes, now)
        prepared = [each for each in outcomes if isinstance(each, _Prepared)]
        reasons = tuple(each if isinstance(each, Reason) else _FINE for each in outcomes)
        cancelled = any(reason is not _FINE for reason in reasons)
        ends = now + (lasts / 2 if cancelled else lasts)
        for each in prepared:
            self._held[each.key] = ends
        if cancelled:
            if self._pay_for_conflicts or {reason.code for reason in reasons} <= _OF_CONDITIONS:
                for operation, outcome in zip(operations, outcomes, strict=True):
                    self._pay(self._costs_of(operation, outcome), 1, bill)
            return TransportError("TransactionCanceledException", reasons=reasons, status=400)
        for each in prepared:
            self._pay(each.units, 2, bill)
        self._tokens.add(body["token"])
        for each in prepared:
            if each.changes:
                moment = now + lasts * (1 + self._random.random()) / 2
                self.time.at(moment, partial(self._apply, each))
        return {}

    def _costs_of(self, operation: Operation, outcome: "_Prepared | Reason") -> Mapping[str, int]:
        """The units that an operation of a cancelled transaction takes."""
        if isinstance(outcome, _Prepared):
            return outcome.units
        return {operation.key.pk: self._units(operation.key)} if outcome.code in _OF_CONDITIONS else {}

    def _throttle(self, outcomes: list["_Prepared | Reason"], now: float) -> None:
        """Refuse the operations on partitions that have not units enough for all of the transaction's."""
        wanted: dict[str, int] = {}
        for each in outcomes:
            if isinstance(each, _Prepared):
                for name, units in each.units.items():
                    wanted[name] = wanted.get(name, 0) + units
        short = {name for name, units in wanted.items() if not self._writes.has(name, 2 * units, now)}
        if short:
            outcomes[:] = [
                Reason("ThrottlingError") if isinstance(each, _Prepared) and short & set(each.units) else each
                for each in outcomes
            ]

    def _is_held(self, key: Key) -> bool:
        return self._held.get(key, 0.0) > self.time.now

    def _checked(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        if not 1 <= len(operations) <= _MOST_OPERATIONS:
            raise Malformed(f"{len(operations)} operations")
        if len({each.key for each in operations}) < len(operations):
            raise Malformed("two operations on one item")
        return operations

    # Single calls.

    def _single(
        self, operation: str, body: dict[str, Any], bill: "_Bill | None"
    ) -> dict[str, Any] | TransportError:
        """At the moment when DynamoDB does it; without a bill it is for nothing."""
        match operation:
            case "GetItem":
                return self._get(body, bill)
            case "BatchGetItem":
                return self._batch_get(body, bill)
            case "Query" | "Scan":
                return self._page(body, bill)
            case "BatchWriteItem":
                if bill is not None:
                    raise NotImplementedError("a bulk write while the time runs")
                for item in body["items"]:
                    self.items.save(Key.of(item), dict(item))
                return {}
        return self._write(body, bill)

    def _get(self, body: dict[str, Any], bill: "_Bill | None") -> dict[str, Any] | TransportError:
        key: Key = body["key"]
        units = _read_units(self.items.size(key), body["consistent"])
        if not self._read(key.pk, units, bill):
            return _throttled()
        return {"Item": self.items.get(key)}

    def _batch_get(self, body: dict[str, Any], bill: "_Bill | None") -> dict[str, Any] | TransportError:
        [(table, asked)] = body["RequestItems"].items()
        found: dict[Key, Item] = {}
        unprocessed: list[Key] = []
        for key in asked["Keys"]:
            if not self._read(key.pk, _read_units(self.items.size(key), asked["consistent"]), bill):
                unprocessed.append(key)
            elif (item := self.items.get(key)) is not None:
                found[key] = item
        if len(unprocessed) == len(asked["Keys"]):
            return _throttled()
        rest = {table: {**asked, "Keys": unprocessed}} if unprocessed else {}
        return {"Responses": found, "UnprocessedKeys": rest}

    def _page(self, body: dict[str, Any], bill: "_Bill | None") -> dict[str, Any] | TransportError:
        index: Index | None = body["index"]
        items: list[Item] = []
        size, last, more = 0, None, False
        for key in self._places(body):
            if size >= _PAGE or len(items) == body["limit"]:
                more = True
                break
            item = self.items.get(key)
            assert item is not None
            items.append(dict(item))
            size += self.items.size(key)
            last = key
        units = _read_units(size, body["consistent"] and index is None)
        partition = _of_index(index, body["pk"]) if index else body["pk"]
        if partition is not None and not self._read(partition, units, bill):
            return _throttled()
        # At a limit DynamoDB does not look whether there is more.
        more = more or (bool(items) and len(items) == body["limit"])
        return {"Items": items, "LastEvaluatedKey": last if more else None}

    def _places(self, body: dict[str, Any]) -> Iterator[Key]:
        start: Key | None = body["start"]
        if body["pk"] is None:
            return (key for key in self.items.all() if start is None or key > start)
        low, high = reach(body["begins"], body["between"])
        return self.items.places(body["pk"], body["index"], low, high, start, body["forward"])

    def _write(self, body: dict[str, Any], bill: "_Bill | None") -> dict[str, Any] | TransportError:
        operation: Put | Update | Delete = body["operation"]
        if bill is not None and self._is_held(operation.key):
            return TransportError("TransactionConflictException", status=400)
        prepared = self._prepare(operation)
        if isinstance(prepared, Reason):
            if bill is not None:
                self._pay({operation.key.pk: self._units(operation.key)}, 1, bill)
            return TransportError("ConditionalCheckFailedException", reasons=(prepared,), status=400)
        if bill is not None:
            now = self.time.now
            if not all(self._writes.has(name, units, now) for name, units in prepared.units.items()):
                return _throttled()
            self._pay(prepared.units, 1, bill)
        self._apply(prepared)
        return {"Attributes": prepared.new} if body["returning"] else {}

    # Both.

    def _prepare(self, operation: Operation, sizes: dict[Key, int] | None = None) -> "_Prepared | Reason":
        """What the operation would do to its item as it is; a reason where its condition does not hold.

        `sizes` are those of items that are put, as far as they are known.
        """
        key = operation.key
        old = self.items.get(key)
        if operation.condition is not None and not holds(operation.condition, old or {}):
            return Reason("ConditionalCheckFailed", None if old is None else to_wire(old))
        match operation:
            case Check():
                return _Prepared(key, old, False, {key.pk: self._units(key)})
            case Put(item):
                new: Item | None = dict(item)
            case Update():
                new = updated(operation, {**key.attributes(), **(old or {})})
            case Delete():
                new = None
        size = (sizes or {}).get(key) or (size_of_attributes(new) if new else 0)
        if sizes is not None and isinstance(operation, Put):
            sizes[key] = size
        return _Prepared(key, new, True, self._costs(key, old, new, size))

    def _apply(self, prepared: "_Prepared") -> None:
        if prepared.changes:
            self.items.save(prepared.key, prepared.new)

    def _units(self, key: Key) -> int:
        return _write_units(self.items.size(key))

    def _costs(self, key: Key, old: Item | None, new: Item | None, after: int) -> dict[str, int]:
        """By partition the units of a write: of the table, and of each index that has the item."""
        before = self.items.size(key)
        costs = {key.pk: _write_units(max(before, after))}
        for index in INDEXES:
            left, entered = _hash(old, index), _hash(new, index)
            if left is not None and left == entered and old != new:
                costs[_of_index(index, left)] = _write_units(max(before, after))
            elif left != entered:
                if left is not None:
                    costs[_of_index(index, left)] = _write_units(before)
                if entered is not None:
                    costs[_of_index(index, entered)] = _write_units(after)
        return costs

    def _pay(self, units: Mapping[str, int], times: int, bill: "_Bill") -> None:
        for partition, each in units.items():
            self._writes.take(partition, each * times, self.time.now)
            bill.write_units += each * times

    def _read(self, partition: str, units: float, bill: "_Bill | None") -> bool:
        """Take units for a read, if they are left."""
        if bill is None:
            return True
        if not self._reads.has(partition, units, self.time.now):
            return False
        self._reads.take(partition, units, self.time.now)
        bill.read_units += units
        return True


@dataclass(frozen=True, slots=True)
class ContendedStore(DynamoStore):
    """DynamoDB's store with its retries and refusals; it hands on operations as they are, not as JSON."""

    def _until(self) -> Deadline:
        assert isinstance(self.transport, ContendedTable)
        return self.deadline or Deadline.after(_UNBOUND, self.transport.time.clock)

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        answer = self._call("GetItem", {"key": key, "consistent": consistent}, self._until())
        item: Item | None = answer["Item"]
        return None if item is None else dict(item)

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        until, wanted = self._until(), list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for first in range(0, len(wanted), 100):
            asked = {"Keys": wanted[first : first + 100], "consistent": consistent}
            for answer in self._batch("BatchGetItem", asked, "UnprocessedKeys", until):
                found |= {key: dict(item) for key, item in answer["Responses"].items()}
        return found

    def query(
        self,
        pk: str,
        *,
        index: Index | None = None,
        begins: str = "",
        between: tuple[str, str] | None = None,
        limit: int | None = None,
        forward: bool = True,
        start: Key | None = None,
        consistent: bool = True,
    ) -> Page:
        body = {
            "pk": pk,
            "index": index,
            "begins": begins,
            "between": between,
            "limit": limit,
            "forward": forward,
            "start": start,
            "consistent": consistent,
        }
        answer = self._call("Query", body, self._until())
        return Page(answer["Items"], answer["LastEvaluatedKey"])

    def scan(
        self, *, segment: int = 0, segments: int = 1, limit: int | None = None, start: Key | None = None
    ) -> Page:
        if segments != 1:
            raise NotImplementedError("a scan in segments")
        body = {"pk": None, "index": None, "limit": limit, "start": start, "consistent": True}
        answer = self._call("Scan", body, self._until())
        return Page(answer["Items"], answer["LastEvaluatedKey"])

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        body = {"operation": operation, "returning": returning}
        new = self._call(f"{type(operation).__name__}Item", body, self._until()).get("Attributes")
        return None if new is None else dict(new)

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        self._call("TransactWriteItems", {"operations": operations, "token": token}, self._until(), once=once)

    def bulk_put(self, items: Sequence[Item]) -> None:
        self._call("BatchWriteItem", {"items": items}, self._until())


def _name(error: TransportError) -> str:
    """What refused a call, in one word: of several reasons a conflict before all others."""
    codes = {reason.code for reason in error.reasons}
    for code in ("TransactionConflict", "ThrottlingError", "ConditionalCheckFailed"):
        if code in codes:
            return code
    return {
        "TransactionConflictException": "TransactionConflict",
        "ProvisionedThroughputExceededException": "ThrottlingError",
    }.get(error.code, error.code)


def _steps(first: int, end: int, forward: bool) -> range:
    return range(first, end) if forward else range(end - 1, first - 1, -1)


def _throttled() -> TransportError:
    return TransportError("ProvisionedThroughputExceededException", status=400)


def _hash(item: Item | None, index: Index) -> str | None:
    if item is None:
        return None
    value = item.get(index.hash)
    return value if isinstance(value, str) else None


def _of_index(index: Index, value: str) -> str:
    """The partition of an index, apart from all partitions of the table."""
    return f"{index.name}\0{value}"


def _read_units(size: int, consistent: bool) -> float:
    return max(1, ceil(size / _READ_BYTES)) * (1.0 if consistent else 0.5)


def _write_units(size: int) -> int:
    return max(1, ceil(size / _WRITTEN_BYTES))
