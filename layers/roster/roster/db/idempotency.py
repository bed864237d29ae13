"""What a caller was answered under an Idempotency-Key, kept for a day so that a retry gets it again.

The record is written in the transaction of the effect, so there is an effect exactly where there is
a record. It belongs to the caller and the path; a keyed digest of the request tells a retry from
another request, and holds nothing of the request's password.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from roster.db import keys
from roster.db.store import Absent, Below, Item, Key, Put, any_of
from roster.db.transactions import Transaction, item
from roster.errors import DirectoryError, IdempotencyMismatch

KEPT = timedelta(hours=24)
_SECRETS = frozenset({"password"})


class Given(DirectoryError):
    """Another request with this key was answered meanwhile."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request under an Idempotency-Key: where its answer is kept, and which request it is."""

    key: Key
    mac: str

    @classmethod
    def of(cls, key: Key, idempotency_key: str, body: Mapping[str, Any]) -> "Question":
        """`body` is what was understood of the request; its passwords stay out."""
        told = {name: value for name, value in body.items() if name not in _SECRETS}
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return cls(key, hmac.new(idempotency_key.encode(), text.encode(), sha256).hexdigest())


def key_of(user_id: str, path: str, idempotency_key: str) -> Key:
    """Under which key the answer to this caller, path and Idempotency-Key is kept."""
    text = f"{path}\n{idempotency_key}"  # as sent: whether the key is printable is asked later
    return keys.answer(user_id, sha256(text.encode(errors="surrogatepass")).hexdigest())


def recall(found: Item | None, question: Question, now: datetime) -> str | None:
    """The body of the first answer, or None where there is none to give again.

    Raises IdempotencyMismatch where the key was used for another request.
    """
    if found is None or _whole(found.get("ttl")) <= int(now.timestamp()):
        return None
    if not hmac.compare_digest(str(found.get("mac")), question.mac):
        raise IdempotencyMismatch
    return str(found["body"])


def keep(work: Transaction, question: Question, body: str) -> None:
    """Write the answer with its effect; refused with `Given` where one was given meanwhile."""
    moment = int(work.by.at.timestamp())
    expires = moment + int(KEPT.total_seconds())
    kept = item(question.key, {"status": 200, "body": body, "mac": question.mac, "ttl": expires})
    work.do(Put(kept, any_of(Absent(), Below("ttl", moment + 1))), lambda _: Given())


def _whole(value: object) -> int:
    return value if type(value) is int else 0
