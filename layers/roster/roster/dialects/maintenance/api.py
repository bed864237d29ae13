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
    """Do the cleanups that the records announce, in order.

    Returns Lambda's partial batch answer: the first record that failed, from which the stream is
    delivered again, or none.
    """
    for record in event.get("Records", []):
        job = _job(record)
        if job is None:
            continue
        error = _error_of(lambda job=job: cleanup.run(store, job, now))  # type: ignore[misc]
        if error is not None:
            return _failed("cleanup failed", error, record)
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


def _job(record: dict[str, Any]) -> Key | None:
    key = _key(record)
    return key if key.pk == keys.CLEANUP and record.get("eventName") != "REMOVE" else None


def _key(record: dict[str, Any]) -> Key:
    found = record.get("dynamodb", {}).get("Keys", {})
    return Key(found.get("PK", {}).get("S", ""), found.get("SK", {}).get("S", ""))
