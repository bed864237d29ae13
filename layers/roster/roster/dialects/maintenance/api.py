"""The table's stream as Lambda delivers it: which cleanups its records announce, how a failure is told."""

from datetime import datetime
from typing import Any

from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import cleanup
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
        try:
            cleanup.run(store, job, now)
        except Exception as error:  # whatever it is, the record must come again
            fault = fault_of(error)
            facts = fault.facts() if fault is not None else {}
            tell = log.warning if is_passing(error) else log.error  # at its deadline it just goes on
            tell("cleanup failed", extra={"cause": type(error).__name__, **facts})
            number = record.get("dynamodb", {}).get("SequenceNumber", "")
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def _job(record: dict[str, Any]) -> Key | None:
    found = record.get("dynamodb", {}).get("Keys", {})
    key = Key(found.get("PK", {}).get("S", ""), found.get("SK", {}).get("S", ""))
    return key if key.pk == keys.CLEANUP and record.get("eventName") != "REMOVE" else None
