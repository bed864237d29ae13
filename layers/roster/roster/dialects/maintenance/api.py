"""The table's stream as Lambda delivers it: what its records announce, how a failure is told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import cleanup
from roster.errors import fault_of, is_passing
from roster.http.logger import log


def clean_up(store: Store, event: Any, now: datetime) -> dict[str, Any]:
    """Do the cleanups that the records announce, in order; the answer is that of `each`."""
    return each(event, keys.CLEANUP, lambda job: cleanup.run(store, job, now), "cleanup failed")


def each(event: Any, pk: str, work: Callable[[Key], None], failed: str) -> dict[str, Any]:
    """Do the work on every item of the partition that the records announce, in order.

    Returns Lambda's partial batch answer: the first record that failed, from which the stream is
    delivered again, or none. `failed` is what the log then says.
    """
    for record in event.get("Records", []):
        key = _announced(record)
        if key.pk != pk or record.get("eventName") == "REMOVE":
            continue
        try:
            work(key)
        except Exception as error:  # whatever it is, the record must come again
            fault = fault_of(error)
            facts = fault.facts() if fault is not None else {}
            tell = log.warning if is_passing(error) else log.error  # at its deadline it just goes on
            tell(failed, extra={"cause": type(error).__name__, **facts})
            number = record.get("dynamodb", {}).get("SequenceNumber", "")
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def _announced(record: dict[str, Any]) -> Key:
    found = record.get("dynamodb", {}).get("Keys", {})
    return Key(found.get("PK", {}).get("S", ""), found.get("SK", {}).get("S", ""))
