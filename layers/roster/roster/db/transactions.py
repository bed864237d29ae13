"""A change of the directory: its operations, its counts and its audit item, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

from roster.clock import instant, ordered_id
from roster.db import keys
from roster.db.codec import attribute
from roster.db.counted_lists import Move, counting
from roster.db.store import (
    Absent,
    Below,
    Check,
    Condition,
    Delete,
    Item,
    Key,
    Operation,
    Present,
    Put,
    Refused,
    Store,
    Update,
    Value,
    any_of,
)
from roster.domain import Actor, AuditEntry
from roster.errors import DirectoryError, Unavailable
from roster.events import Event
from roster.settings import settings

SCHEMA = 1
"""The version `v` of every item. A reader ignores attributes it does not know."""

_WORKSPACE = attribute(AuditEntry, "workspace")

MOST = 100  # operations in one transaction of the store

R = TypeVar("R")
S = TypeVar("S")

ToError = Callable[[Item | None], DirectoryError]
"""Makes the error from the item that refused (None: there was none)."""


class ReadConflict(DirectoryError):
    """What was read has changed meanwhile; reading and trying again is right."""


def _lost(_: Item | None) -> DirectoryError:
    return ReadConflict()


@dataclass(slots=True)
class Transaction:
    """Collects operations, each with the error that its refusal means; `commit` makes them one.

    Several changes may share one transaction (import does): updates of one item's counts are merged.
    """

    by: Actor
    token: str = field(default_factory=ordered_id)  # in the audit it orders what one second holds
    operations: list[tuple[Operation, ToError]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    counters: dict[Key, tuple[Update | Check, ToError]] = field(default_factory=dict)
    audits: int = 0
    limits: dict[Key, tuple[int, ToError]] = field(default_factory=dict)

    def do(self, operation: Operation, to_error: ToError = _lost) -> None:
        """Add an operation; `to_error` makes the error from the item that refused it."""
        self.operations.append((operation, to_error))

    def add_counter(self, update: Update, to_error: ToError = _lost) -> None:
        """Add to integers of an item that several changes of this transaction may count on."""
        present = self.counters.get(update.key, (update, to_error))[0]
        if isinstance(present, Update) and present is not update:
            merged = {n: present.add.get(n, 0) + update.add.get(n, 0) for n in {*present.add, *update.add}}
            update = replace(update, add=merged, condition=update.condition or present.condition)
        self.counters[update.key] = (update, to_error)

    def check(self, key: Key, condition: Condition, to_error: ToError = _lost) -> None:
        """Demand a condition of an item that other changes of this transaction may count on or demand."""
        if key not in self.counters:
            self.counters[key] = (Check(key, condition), to_error)

    def add_row(self, listing: str, number: int, row: Mapping[str, Value], to_error: ToError = _lost) -> None:
        """A row comes to a counted listing."""
        self.do(Put(item(keys.row(listing, number), row), Absent()), to_error)
        self.moves.append(Move(listing, number, 1))

    def remove_row(self, listing: str, number: int, to_error: ToError = _lost) -> None:
        """A row leaves a counted listing."""
        self.do(Delete(keys.row(listing, number), Present()), to_error)
        self.moves.append(Move(listing, number, -1))

    def limit_rows(self, listing: str, most: int, to_error: ToError) -> None:
        """Demand that a listing to which this transaction adds a row has at most so many rows with it.

        For a transaction that is committed by itself (`batched` knows no limits).
        """
        self.limits[keys.root(listing)] = (most, to_error)

    def audit(
        self,
        event: Event,
        target: str,
        *,
        before: Mapping[str, Value] = MappingProxyType({}),
        after: Mapping[str, Value] = MappingProxyType({}),
        **details: Value,
    ) -> None:
        """Say who did what to whom, by ids alone: never a secret, never a name or an address.

        `before` and `after` are whole states of what was changed (empty: there was none, or is none any
        more). Of what differs the item holds the event's `states`, and nothing else.
        """
        at = instant(self.by.at)
        told = [name for name in event.states if before.get(name) != after.get(name)]
        for side, state in (("before", before), ("after", after)):
            shown: dict[str, Value] = {name: state[name] for name in told if state.get(name) is not None}
            if shown:
                details[side] = shown
        said: Item = {
            "at": at,
            "action": event.action,
            "target": target,
            "actor": self.by.user_id or "system",
            _WORKSPACE: self.by.workspace_id,
            "request": self.by.request_id,
            "details": details,
            "ttl": int((self.by.at + timedelta(days=settings().audit_days)).timestamp()),
        }
        self.do(Put(item(keys.audit(at, self.token, self.audits), said)))
        self.audits += 1

    def order_cleanup(self, key: Key, **whom: Value) -> None:
        """Order a cleanup: the table's stream starts it, and the item stays until it is done."""
        self.do(Put(item(key, {**whom, "job": self.token, "since": instant(self.by.at)})))

    def commit(self, store: Store) -> None:
        """Write it all, or raise the error of the first operation that was refused."""
        steps = [
            *self.operations,
            *self.counters.values(),
            *map(self._limited, counting(self.moves)),
        ]
        try:
            store.transact([operation for operation, _ in steps], token=self.token)
        except Refused as refused:
            to_error = steps[refused.first.position][1]
            raise to_error(refused.first.item) from refused

    def _limited(self, update: Update) -> tuple[Operation, ToError]:
        """The update of a listing's count, with the condition that keeps its limit where there is one."""
        if update.key not in self.limits:
            return update, _lost
        most, to_error = self.limits[update.key]
        room: Condition = Below("total", most)
        return replace(update, condition=any_of(Absent("total"), room) if most > 0 else room), to_error


def batched(store: Store, parts: Sequence[Transaction]) -> list[DirectoryError | None]:
    """Commit many changes in as few transactions as hold them, so that counts move once a batch.

    Returns for each its refusal, or None. A refused batch is committed change by change, so that
    one bad change costs no other. Raises Unavailable as `commit` does.
    """
    outcome: list[DirectoryError | None] = []
    batch = _Batch()
    for part in parts:
        if not batch.takes(part):
            outcome += batch.flush(store)
            batch = _Batch()
            batch.takes(part)
    return outcome + batch.flush(store)


@dataclass(slots=True)
class _Batch:
    """Changes that fit into one transaction; what decides about the next one is kept as they come."""

    parts: list[Transaction] = field(default_factory=list)
    written: set[Key] = field(default_factory=set)
    shared: set[Key] = field(default_factory=set)
    """Items of counters, branches and roots: several changes may count on one."""

    def takes(self, part: Transaction) -> bool:
        """Take the change in, unless it touches what another writes or makes the transaction too large."""
        written = {operation.key for operation, _ in part.operations}
        shared = {*part.counters, *(move.root for move in part.moves), *(move.branch for move in part.moves)}
        apart = written.isdisjoint(self.written | self.shared) and shared.isdisjoint(self.written)
        size = len(self.written) + len(written) + len(self.shared | shared)
        if self.parts and (not apart or size > MOST):
            return False
        self.parts.append(part)
        self.written |= written
        self.shared |= shared
        return True

    def flush(self, store: Store) -> list[DirectoryError | None]:
        if not self.parts:
            return []
        refusal = _refusal(store, self._joined())
        if refusal is None or len(self.parts) == 1:
            return [refusal] * len(self.parts)
        return [_refusal(store, part) for part in self.parts]

    def _joined(self) -> Transaction:
        if len(self.parts) == 1:
            return self.parts[0]
        joined = Transaction(self.parts[0].by)
        for part in self.parts:
            joined.operations += part.operations
            joined.moves += part.moves
            for operation, to_error in part.counters.values():
                if isinstance(operation, Update):
                    joined.add_counter(operation, to_error)
                else:
                    joined.check(operation.key, operation.condition, to_error)
        return joined


def _refusal(store: Store, work: Transaction) -> DirectoryError | None:
    try:
        work.commit(store)
    except Unavailable:
        raise
    except DirectoryError as error:
        return error
    return None


def retry_on_conflict(attempt: Callable[[], R], tries: int = 5) -> R:
    """The result of an attempt that reads, decides and commits; after a ReadConflict it is made again.

    Raises Unavailable where the last try meets a ReadConflict too.
    """
    return retry_from(None, lambda: None, lambda _: attempt(), tries)


def retry_from(state: S | None, read: Callable[[], S], attempt: Callable[[S], R], tries: int = 5) -> R:
    """As `retry_on_conflict`, for an attempt on a state: on `state` first, then on what `read` returns.

    Where `state` is None, it is read before the first try too.
    """
    for left in reversed(range(tries)):
        try:
            return attempt(read() if state is None else state)
        except ReadConflict as error:
            state = None
            if not left:
                raise Unavailable from error
    raise ValueError("at least one try is needed")


def item(key: Key, attributes: Mapping[str, Value]) -> Item:
    """An item under its key, stamped with the schema's version; attributes that are None are left out."""
    return {**key.attributes(), "v": SCHEMA, **{k: v for k, v in attributes.items() if v is not None}}
