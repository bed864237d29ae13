"""The table's stream and the queues as Lambda delivers them: what records announce, how failures are told.

The stream has two readers. `RouteChanges` keeps what follows from changes, and puts orders of mails and of
cleanups into queues; `Publish` numbers events. An order's item stays in the table until it is done, so that a
message that is lost, or comes twice, does no harm.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import changes, cleanup
from roster.errors import fault_of, is_passing
from roster.http.logger import log
from roster.queues import Message, Queues
from roster.settings import settings


def clean_up(store: Store, event: Any, now: datetime) -> dict[str, Any]:
    """Do the cleanups that the messages announce; the answer is that of `each`."""
    return each(event, keys.is_cleanup, lambda job: cleanup.run(store, job, now), "cleanup failed")


def each(
    event: Any, is_order: Callable[[str], bool], work: Callable[[Key], None], what: str
) -> dict[str, Any]:
    """Do the work on every item that a queue's messages announce; each message fails alone.

    Returns Lambda's partial batch answer. `what` is what the log says of a failure. Records of the table's
    stream, which one of before version 0.3 may still bring, are done in sequence up to the first that fails.
    """
    records = event.get("Records", [])
    if not records or any("body" not in record for record in records):
        return _each_in_sequence(records, is_order, work, what)

    def one(body: str) -> None:
        told = json.loads(body)
        key = Key(str(told["pk"]), str(told["sk"]))
        if is_order(key.pk):
            work(key)

    return each_message(event, one, what)


def each_message(event: Any, work: Callable[[str], None], what: str) -> dict[str, Any]:
    """Do the work on the body of each of a queue's messages; each fails alone, with a line of the log.

    Returns Lambda's partial batch answer.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    def one(record: Any) -> None:
        error = error_of(lambda: work(record.body))
        if error is not None:
            _log(what, error)
            raise error

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    answer: Mapping[str, Any] = process_partial_response(event, one, processor)
    return dict(answer)


def _each_in_sequence(
    records: Iterable[dict[str, Any]], is_order: Callable[[str], bool], work: Callable[[Key], None], what: str
) -> dict[str, Any]:
    for record in records:
        key = key_of(record)
        if not is_order(key.pk) or record.get("eventName") == "REMOVE":
            continue
        error = error_of(lambda key=key: work(key))  # type: ignore[misc]
        if error is not None:
            return failed(what, error, record)
    return NONE_FAILED


def order_message(key: Key) -> Message:
    """What a queue is told of an order: the key of its item."""
    return Message(json.dumps({"pk": key.pk, "sk": key.sk}, separators=(",", ":")))


def queue_of(key: Key) -> str | None:
    """The queue of whoever does what the item under this key orders; None where it is no order."""
    if key.pk == keys.MAIL:
        return settings().mail_queue
    if key.pk == keys.DELIVERIES:
        return settings().delivery_queue
    return settings().cleanup_queue if keys.is_cleanup(key.pk) else None


def route(store: Store, queues: Queues, event: Any, now: datetime) -> dict[str, Any]:
    """Queue the orders of a batch, and do what its other changes are followed for.

    All together, or where that fails one by one. Returns Lambda's partial batch answer: the first record that
    failed, from which the stream is delivered again, or none.
    """
    records = event.get("Records", [])
    error = error_of(lambda: _route(store, queues, records, now))
    if error is None:
        return NONE_FAILED
    if is_passing(error):
        return failed("changes not routed", error, records[0])
    for record in records:
        error = error_of(lambda record=record: _route(store, queues, [record], now))  # type: ignore[misc]
        if error is not None:
            return failed("changes not routed", error, record)
    return NONE_FAILED


def _route(store: Store, queues: Queues, records: Iterable[dict[str, Any]], now: datetime) -> None:
    orders: dict[str, list[Message]] = {}
    others = []
    for record in records:
        key = key_of(record)
        queue = queue_of(key)
        if queue is None:
            others.append(key)
        elif record.get("eventName") != "REMOVE":
            orders.setdefault(queue, []).append(order_message(key))
    for queue, messages in orders.items():
        queues.send(queue, list(dict.fromkeys(messages)))
    if others:
        changes.act(store, others, now)


NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


def error_of(work: Callable[[], None]) -> Exception | None:
    """What the work raised, if anything."""
    try:
        work()
    except Exception as error:  # whatever it is, the record must come again
        return error
    return None


def failed(what: str, error: Exception, record: dict[str, Any]) -> dict[str, Any]:
    """The record from which the stream is to be delivered again, and a line of the log that says why."""
    _log(what, error)
    number = record.get("dynamodb", {}).get("SequenceNumber", "")
    return {"batchItemFailures": [{"itemIdentifier": number}]}


def _log(what: str, error: Exception) -> None:
    fault = fault_of(error)
    facts = fault.facts() if fault is not None else {}
    tell = log.warning if is_passing(error) else log.error  # at its deadline it just goes on
    tell(what, extra={"cause": type(error).__name__, **facts})


def key_of(record: dict[str, Any]) -> Key:
    """The key of the item that a record of the stream tells of."""
    found = record.get("dynamodb", {}).get("Keys", {})
    return Key(found.get("PK", {}).get("S", ""), found.get("SK", {}).get("S", ""))
