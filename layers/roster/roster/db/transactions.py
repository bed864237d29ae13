"""A change of the directory: its operations, its counts and its audit item, in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

from roster.clock import instant, ordered_id
from roster.db import keys, list_log
from roster.db.codec import attribute
from roster.db.items import SCHEMA as SCHEMA
from roster.db.items import item as item
from roster.db.list_tree import Move, counting
from roster.db.store import (
    Absent,
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
    all_of,
)
from roster.domain import Actor, AuditEntry
from roster.errors import DirectoryError, Unavailable
from roster.events import Event
from roster.settings import settings

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


def _both(one: Condition | None, other: Condition | None) -> Condition | None:
    return all_of(one, other) if one is not None and other is not None else one or other


@dataclass(slots=True)
class Transaction:
    """Collects operations, each with the error that its refusal means; `commit` makes them one.

    Several changes may share one transaction (import does): updates of one item's counts are merged. Counts
    of listings follow later (`list_log.py`) but for a transaction that is `bulk`: import counts the rows that
    it adds with them, once a batch.
    """

    by: Actor
    bulk: bool = False
    token: str = field(default_factory=ordered_id)  # in the audit it orders what one second holds
    operations: list[tuple[Operation, ToError]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    taken: dict[str, list_log.Taken] = field(default_factory=dict)
    """By listing, the number of this change in the listing's log, where it was given out already."""
    counters: dict[Key, tuple[Update | Check, ToError]] = field(default_factory=dict)
    audits: int = 0

    def do(self, operation: Operation, to_error: ToError = _lost) -> None:
        """Add an operation; `to_error` makes the error from the item that refused it."""
        self.operations.append((operation, to_error))

    def also(self, update: Update, to_error: ToError = _lost) -> None:
        """Change an item that this transaction may change or check already: once, under both conditions.

        Raises TypeError for an item that it puts or deletes.
        """
        for place, (present, error) in enumerate(self.operations):
            if present.key != update.key:
                continue
            if isinstance(present, Update):
                update = Update(
                    update.key,
                    set={**present.set, **update.set},
                    add={**present.add, **update.add},
                    remove=(*present.remove, *update.remove),
                    condition=_both(present.condition, update.condition),
                )
            elif isinstance(present, Check):
                update = replace(update, condition=_both(present.condition, update.condition))
            else:
                raise TypeError(f"{type(present).__name__} and Update of {present.key}")
            self.operations[place] = (update, error)
            return
        self.do(update, to_error)

    def demand(self, key: Key, condition: Condition) -> None:
        """Put an operation of this transaction under a further condition. Raises KeyError where none is."""
        for place, (present, error) in enumerate(self.operations):
            if present.key == key:
                both = _both(present.condition, condition) or condition
                self.operations[place] = (replace(present, condition=both), error)
                return
        raise KeyError(key)

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

    def take(self, store: Store, listing: str, *, limit: int | None = None) -> int:
        """The number of a row that is to come to a listing, given out now: one Write.

        Raises LimitReached where the listing has `limit` rows, and NotFound where it takes none any more.
        """
        taken = list_log.take(store, listing, limit=limit)
        self.taken[listing] = taken
        return taken.number

    def take_room(self, store: Store, listing: str, *, limit: int | None = None) -> None:
        """As `take`, for a row whose number is that of something else."""
        self.taken[listing] = list_log.take(store, listing, numbers=0, rows=1, limit=limit)

    def add_row(self, listing: str, number: int, row: Mapping[str, Value], to_error: ToError = _lost) -> None:
        """A row comes to a counted listing."""
        self.do(Put(item(keys.row(listing, number), row), Absent()), to_error)
        self.moves.append(Move(listing, number, 1))

    def remove_row(self, listing: str, number: int, to_error: ToError = _lost) -> None:
        """A row leaves a counted listing."""
        self.do(Delete(keys.row(listing, number), Present()), to_error)
        self.moves.append(Move(listing, number, -1))

    def audit(
        self,
        event: Event,
        target: str,
        *,
        before: Mapping[str, Value] = MappingProxyType({}),
        after: Mapping[str, Value] = MappingProxyType({}),
        within: str | None = None,
        **details: Value,
    ) -> None:
        """Say who did what to whom, by ids alone: never a secret, never a name or an address.

        `within` is the workspace that the change concerns; it need not be given where the details name it
        as `workspace`, or the request's path does.

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
            "actor": self.by.scim_token_id or self.by.user_id or "system",
            _WORKSPACE: within or details.get("workspace") or self.by.workspace_id,
            "request": self.by.request_id,
            "details": details,
            **({"actor_kind": "scim"} if self.by.scim_token_id else {}),
            "ttl": int((self.by.at + timedelta(days=settings().audit_days)).timestamp()),
        }
        self.do(Put(item(keys.audit(at, self.token, self.audits), said)))
        self.audits += 1

    def order_cleanup(self, key: Key, **whom: Value) -> None:
        """Order a cleanup: the table's stream starts it, and the item stays until it is done."""
        self.do(Put(item(key, {**whom, "job": self.token, "since": instant(self.by.at)})))

    def commit(self, store: Store) -> None:
        """Write it all, or raise the error of the first operation that was refused.

        One Transact; before it one Write for each listing whose rows move and of which `take` gave no number.
        """
        logged = self._logged(store)
        steps = [
            *self.operations,
            *self.counters.values(),
            *((operation, _lost) for operation in self._counts(store, logged)),
        ]
        try:
            store.transact([operation for operation, _ in steps], token=self.token)
        except Refused as refused:
            for listing, change in logged.items():
                list_log.give_up(store, listing, change)
            to_error = steps[refused.first.position][1]
            raise to_error(refused.first.item) from refused
        for listing in logged:
            if self.taken[listing].asks_for_fold:
                with suppress(Unavailable):
                    list_log.fold(store, listing, least=list_log.LONG, once=True)

    def _logged(self, store: Store) -> dict[str, int]:
        """The listings whose counts follow later, each with the number of this change in its log."""
        follow = (each for each in self.moves if not (self.bulk and each.sign > 0))
        wanted = {each.listing for each in follow if keys.is_counted_after(each.listing)}
        for listing in sorted(wanted - self.taken.keys()):
            come = sum(move.sign > 0 for move in self.moves if move.listing == listing)
            self.taken[listing] = list_log.take(store, listing, numbers=0, rows=come)
        numbers = {listing: self.taken[listing].change for listing in sorted(wanted)}
        return {listing: change for listing, change in numbers.items() if change is not None}

    def _counts(self, store: Store, logged: Mapping[str, int]) -> Iterator[Operation]:
        """What counts the rows that come and go: with them, or an entry in the listing's log."""
        at_once = [move for move in self.moves if move.listing not in logged]
        unopened = set()
        for listing in sorted({move.listing for move in at_once if keys.is_counted_after(move.listing)}):
            if self.bulk and (settings().list_counts == "after" or list_log.is_open(store, listing)):
                yield from list_log.held(
                    listing, sum(move.sign for move in at_once if move.listing == listing)
                )
            else:
                unopened.add(keys.root(listing))
        for update in counting(at_once):
            if update.key in unopened:
                yield replace(update, condition=list_log.STILL_COUNTS_WITH_ROWS)
            else:
                yield update
        for listing, change in logged.items():
            yield list_log.entry(listing, change, (move for move in self.moves if move.listing == listing))


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
        shared = {*part.counters, *(key for move in part.moves for key in _counted_in(move))}
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
        joined = Transaction(self.parts[0].by, self.parts[0].bulk)
        for part in self.parts:
            joined.operations += part.operations
            joined.moves += part.moves
            for operation, to_error in part.counters.values():
                if isinstance(operation, Update):
                    joined.add_counter(operation, to_error)
                else:
                    joined.check(operation.key, operation.condition, to_error)
        return joined


def _counted_in(move: Move) -> tuple[Key, ...]:
    """The items in which a transaction may count a row."""
    own = (move.root, move.branch)
    return (*own, keys.counter(move.listing)) if keys.is_counted_after(move.listing) else own


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
