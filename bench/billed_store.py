"""A store that counts the capacity units for which DynamoDB would bill each call, by the sizes of its items.

DynamoDB Local cannot be asked: it counts a transaction as one operation, and what is absent as nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, Unpack

from local.sqlite_items import Row
from roster.clock import Deadline
from roster.db import keys
from roster.db.store import Asked, Check, Delete, Item, Key, Operation, Page, Put, Store, Update
from tests.support.meter import Meter

_READ, _WRITTEN = 4096, 1024  # bytes in a unit
_INDEXES = (keys.BY_ACTOR, keys.BY_TARGET, keys.BY_WORKSPACE)


@dataclass(frozen=True, slots=True)
class BilledStore:
    """Charges the meter for calls that succeed; a failed condition costs as much, and is not counted."""

    inner: Store
    meter: Meter

    def within(self, deadline: Deadline) -> Self:
        return type(self)(self.inner.within(deadline), self.meter)

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        item = self.inner.get(key, consistent=consistent)
        self._charge_read(_size(item), consistent)
        return item

    def batch_get(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        found = self.inner.batch_get(keys, consistent=consistent)
        for key in set(keys):
            self._charge_read(_size(found.get(key)), consistent)
        return found

    def query(self, pk: str, **asked: Unpack[Asked]) -> Page:
        page = self.inner.query(pk, **asked)
        by_index = asked.get("index") is not None
        self._charge_read(sum(map(_size, page.items)), asked.get("consistent", True) and not by_index)
        return page

    def scan(
        self, *, segment: int = 0, segments: int = 1, limit: int | None = None, start: Key | None = None
    ) -> Page:
        page = self.inner.scan(segment=segment, segments=segments, limit=limit, start=start)
        self._charge_read(sum(map(_size, page.items)), consistent=True)
        return page

    def write(self, operation: Put | Update | Delete, *, returning: bool = False) -> Item | None:
        before = self.inner.get(operation.key)
        made = self.inner.write(operation, returning=returning)
        self.meter.charge(write_units=_write_units(before, self.inner.get(operation.key)))
        return made

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        touched = [operation.key for operation in operations]
        before = self.inner.batch_get(touched)
        self.inner.transact(operations, token=token, once=once)
        after = self.inner.batch_get(touched)
        for operation in operations:
            old, new = before.get(operation.key), after.get(operation.key)
            units = _units(_size(old), _WRITTEN) if isinstance(operation, Check) else _write_units(old, new)
            self.meter.charge(write_units=2 * units)  # it is prepared, and it is committed

    def pause(self, attempt: int) -> None:
        self.inner.pause(attempt)

    def bulk_put(self, items: Sequence[Item]) -> None:
        touched = [Key.of(item) for item in items]
        before: dict[Key, Item] = {}
        for first in range(0, len(touched), 100):
            before |= self.inner.batch_get(touched[first : first + 100])
        self.inner.bulk_put(items)
        for key, item in zip(touched, items, strict=True):
            self.meter.charge(write_units=_write_units(before.get(key), item))

    def _charge_read(self, size: int, consistent: bool) -> None:
        self.meter.charge(read_units=_units(size, _READ) * (1 if consistent else 0.5))


def _write_units(old: Item | None, new: Item | None) -> int:
    """Of the table and of each index that has the item, before or after."""
    units = _units(max(_size(old), _size(new)), _WRITTEN)
    for index in _INDEXES:
        left, entered = (item.get(index.hash) if item else None for item in (old, new))
        if left == entered:
            units += _units(max(_size(old), _size(new)), _WRITTEN) if left and old != new else 0
        else:
            units += sum(_units(_size(item), _WRITTEN) for item in (left and old, entered and new) if item)
    return units


def _units(size: int, each: int) -> int:
    return max(1, -(-size // each))


def _size(item: Item | None) -> int:
    return Row.of(item).size if item else 0
