"""The table's stream as Lambda delivers it: what its records announce, how a failure is told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import changes, cleanup
from roster.errors import fault_of, is_passing
from roster.http.logger import log


def clean_up(store: Store, event: Any, now: datetime) -> dict[str, Any]:
    """Do the cleanups that the records announce, in order; the answer is that of `each`."""
    return each(event, keys.is_cleanup, lambda job: cleanup.run(store, job, now), "cleanup failed")


def each(
    event: Any, is_order: Callable[[str], bool], work: Callable[[Key], None], failed: str
) -> dict[str, Any]:
    """Do the work on every item that the records announce in partitions of orders, in sequence.

    Returns Lambda's partial batch answer: the first record that failed, from which the stream is
    delivered again, or none. `failed` is what the log then says.
    """
    for record in event.get("Records", []):
        key = _key(record)
        if not is_order(key.pk) or record.get("eventName") == "REMOVE":
            continue
        error = _error_of(lambda key=key: work(key))  # type: ignore[misc]
        if error is not None:
            return _failed(failed, error, record)
    return _NONE_FAILED


def route(store: Store, event: Any, now: datetime) -> dict[str, Any]:
    """Do what the changes of a batch are followed for: all of them together, or where that fails one by one.

    Returns Lambda's partial batch answer, as `clean_up` does.
    """
    records = event.get("Records", [])
    error = _error_of(lambda: changes.act(store, [_key(record) for record in records], now))
    if error is None:
        return _NONE_FAILED
    if is_passing(error):
        return _failed("changes not routed", error, records[0])
    for record in records:
        error = _error_of(lambda record=record: changes.act(store, [_key(record)], now))  # type: ignore[misc]
        if error is not None:
            return _failed("changes not routed", error, record)
    return _NONE_FAILED


_NONE_FAILED: dict[str, Any] = {"batchItemFailures": []}


def _error_of(work: Callable[[], None]) -> Exception | None:
    try:
        work()
    except Exception as error:  # whatever it is, the record must come again
        return error
    return None


def _failed(what: str, error: Exception, record: dict[str, Any]) -> dict[str, Any]:
    """The record from which the stream is to be delivered again, and a line of the log that says why."""
    fault = fault_of(error)
    facts = fault.facts() if fault is not None else {}
    tell = log.warning if is_passing(error) else log.error  # at its deadline it just goes on
    tell(what, extra={"cause": type(error).__name__, **facts})
    number = record.get("dynamodb", {}).get("SequenceNumber", "")
    return {"batchItemFailures": [{"itemIdentifier": number}]}


def _key(record: dict[str, Any]) -> Key:
    found = record.get("dynamodb", {}).get("Keys", {})
    return Key(found.get("PK", {}).get("S", ""), found.get("SK", {}).get("S", ""))
