"""The store on DynamoDB: every call is made, and made again, here.

A call that may yet succeed (throttling, a conflict, a lost answer) is repeated after a random pause
while the deadline leaves time for it; then it is `Unavailable`, as is a table that refuses us.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import SystemRandom
from typing import Self, TypeVar

from roster.clock import Deadline
from roster.db.dynamodb.attribute_values import Expressions, Wire, from_wire, key_to_wire, to_wire
from roster.db.dynamodb.transport import FLOOR, Transport, TransportError
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
    Refusal,
    Refused,
    Update,
)
from roster.errors import Fault, Unavailable

_T = TypeVar("_T")

_UNBOUND = 10.0
"""Seconds a method may take on a store that no request has bound."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.025, 1.0  # seconds, before the random factor

_OURS = {"IdempotentParameterMismatchException", "SerializationException", "ValidationException"}


@dataclass(frozen=True, slots=True)
class DynamoStore:
    """Implements `roster.db.store.Store` for the table of that name."""

    transport: Transport
    table_name: str
    deadline: Deadline | None = None
    sleep: Callable[[float], None] = time.sleep
    # Not random.random: processes forked from one would pause alike.
    random: Callable[[], float] = SystemRandom().random

    def within(self, deadline: Deadline) -> Self:
        return type(self)(self.transport, self.table_name, deadline, self.sleep, self.random)

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        body = self._keyed(key) | {"ConsistentRead": consistent}
        item = self._call("GetItem", body, self._until()).get("Item")
        return None if item is None else from_wire(item)

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        until = self._until()
        found: dict[Key, Item] = {}
        for some in _runs(list(dict.fromkeys(keys)), 100):
            asked = {"Keys": [key_to_wire(key) for key in some], "ConsistentRead": consistent}
            for answer in self._batch("BatchGetItem", asked, "UnprocessedKeys", until):
                items = map(from_wire, answer["Responses"].get(self.table_name, ()))
                found |= {Key.of(item): item for item in items}
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
        expressions = Expressions()
        body: Wire = {"ScanIndexForward": forward}
        condition = f"{expressions.name(index.hash if index else 'PK')}={expressions.value(pk)}"
        if begins and between:
            raise Malformed("a query by prefix and by range")
        if begins:
            condition += f" AND begins_with({expressions.name('SK')},{expressions.value(begins)})"
        if between:
            low, high = map(expressions.value, between)
            condition += f" AND {expressions.name('SK')} BETWEEN {low} AND {high}"
        body |= {"KeyConditionExpression": condition} | expressions.attributes()
        # DynamoDB refuses a consistent read of an index rather than read it as it can.
        body |= {"IndexName": index.name} if index else {"ConsistentRead": consistent}
        if start is not None:
            place = start.attributes() | ({index.hash: pk} if index else {})
            body["ExclusiveStartKey"] = to_wire(place)
        return self._page("Query", body, limit)

    def scan(
        self, *, segment: int = 0, segments: int = 1, limit: int | None = None, start: Key | None = None
    ) -> Page:
        body: Wire = {"Segment": segment, "TotalSegments": segments, "ConsistentRead": True}
        if start is not None:
            body["ExclusiveStartKey"] = key_to_wire(start)
        return self._page("Scan", body, limit)

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        verb, body = self._request(operation)
        if returning:
            body["ReturnValues"] = "ALL_NEW"
        attributes = self._call(f"{verb}Item", body, self._until()).get("Attributes")
        return None if attributes is None else from_wire(attributes)

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        if not 1 <= len(token) <= 36:  # an empty one would be taken for none
            raise Malformed("a token has 1 to 36 characters")
        requests = [{verb: body} for verb, body in map(self._request, operations)]
        body = {"TransactItems": requests, "ClientRequestToken": token}
        self._call("TransactWriteItems", body, self._until(), once=once)

    def pause(self, attempt: int) -> None:
        self._pause(attempt, self._until(), Fault("Waiting", True, table=self.table_name))

    def bulk_put(self, items: Sequence[Item]) -> None:
        until = self._until()
        for some in _runs(items, 25):
            puts = [{"PutRequest": {"Item": to_wire(item)}} for item in some]
            for _ in self._batch("BatchWriteItem", puts, "UnprocessedItems", until):
                pass

    def _until(self) -> Deadline:
        return self.deadline or Deadline.after(_UNBOUND)

    def _keyed(self, key: Key) -> Wire:
        return {"TableName": self.table_name, "Key": key_to_wire(key)}

    def _request(self, operation: Operation) -> tuple[str, Wire]:
        """DynamoDB's verb for the operation, and its body."""
        expressions = Expressions()
        match operation:
            case Put(item):
                verb, body = "Put", {"TableName": self.table_name, "Item": to_wire(item)}
            case Update(key):
                verb, body = "Update", self._keyed(key)
                body["UpdateExpression"] = expressions.update(operation)
            case Delete(key):
                verb, body = "Delete", self._keyed(key)
            case Check(key):
                verb, body = "ConditionCheck", self._keyed(key)
        if operation.condition is not None:
            body["ConditionExpression"] = expressions.condition(operation.condition)
            body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return verb, body | expressions.attributes()

    def _page(self, operation: str, body: Wire, limit: int | None) -> Page:
        body["TableName"] = self.table_name
        if limit is not None:
            body["Limit"] = limit
        answer = self._call(operation, body, self._until())
        last = answer.get("LastEvaluatedKey")
        return Page([from_wire(item) for item in answer["Items"]], Key.of(from_wire(last)) if last else None)

    def _batch(self, operation: str, requests: object, unprocessed: str, until: Deadline) -> Iterator[Wire]:
        """The answers of a batch, asked again for what came back unprocessed."""
        asked = {self.table_name: requests}
        for attempt in count():
            answer = self._call(operation, {"RequestItems": asked}, until)
            yield answer
            asked = answer.get(unprocessed, {})
            if not asked:
                return
            self._pause(attempt, until, Fault(unprocessed, True, operation, self.table_name))

    def _call(self, operation: str, body: Wire, until: Deadline, *, once: bool = False) -> Wire:
        attempt = 0
        while True:
            try:
                return self.transport.call(operation, body, until)
            except TransportError as error:
                fault = self._fault(error, operation)
                failure = _failure(error, fault)
                if failure is not None:
                    raise failure from error
                if once:
                    raise Unavailable(fault=fault) from error
                self._pause(attempt, until, fault, error)
            attempt += 1

    def _fault(self, error: TransportError, operation: str) -> Fault:
        return Fault(
            error.code,
            error.passing,
            operation,
            self.table_name,
            http_status=error.status,
            reasons=tuple(sorted({reason.code for reason in error.reasons} - {"None"})),
        )

    def _pause(
        self, attempt: int, until: Deadline, fault: Fault, cause: TransportError | None = None
    ) -> None:
        """Sleep before the next attempt; `Unavailable` where no time is left for one."""
        seconds = self.random() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempt, 9))
        if until.left() < seconds + FLOOR:
            raise Unavailable(fault=fault) from cause
        self.sleep(seconds)


def _failure(error: TransportError, fault: Fault) -> Exception | None:
    """What a refusal means to the caller; None where the same call may yet succeed."""
    codes = {reason.code for reason in error.reasons} - {"None"}
    if (error.code in _OURS and not error.passing) or "ValidationError" in codes:
        return Malformed(str(error), fault)
    if codes == {"ConditionalCheckFailed"}:  # beside a conflict it may be stale: only alone it counts
        return Refused(
            Refusal(position, from_wire(reason.item) if reason.item else None)
            for position, reason in enumerate(error.reasons)
            if reason.code == "ConditionalCheckFailed"
        )
    return None if error.passing else Unavailable(fault=fault)


def _runs(elements: Sequence[_T], length: int) -> Iterator[Sequence[_T]]:
    return (elements[first : first + length] for first in range(0, len(elements), length))
