"""What DynamoDB says of keys, items, conditions and updates, without a table: pure functions.

Everything raises `Malformed` where DynamoDB answers ValidationException.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from typing import TypeGuard, cast

from roster.db.store import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
    Below,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Malformed,
    Operation,
    Present,
    Put,
    Update,
    Value,
)

# DynamoDB's limits, in bytes of UTF-8 where nothing else is said.
_MOST_OPERATIONS = 100
_MOST_TOKEN = 36  # characters
_MOST_DIGITS = 38
_MOST_DEPTH = 31  # lists and maps within one attribute
_MOST_PK = 2048
_MOST_SK = 1024
_MOST_ITEM = 400 * 1024
_MOST_TRANSACTION = 4 * 1024 * 1024

_KEY_NAMES = ("PK", "SK")


@dataclass(frozen=True, slots=True)
class Row:
    """An item as the table keeps it: its size as DynamoDB counts, its other attributes as canonical JSON."""

    key: Key
    size: int
    body: str

    @classmethod
    def of(cls, item: Mapping[str, Value]) -> "Row":
        """The row of an item that is well formed and small enough."""
        check_key_part(item.get("PK"), _MOST_PK)
        check_key_part(item.get("SK"), _MOST_SK)
        size = size_of_attributes(item)
        if size > _MOST_ITEM:
            raise Malformed(f"an item of {size} bytes, more than {_MOST_ITEM}")
        return cls(Key.of(item), size, _canonical({k: item[k] for k in item if k not in _KEY_NAMES}))

    def item(self) -> Item:
        """A fresh copy of the item."""
        return {"PK": self.key.pk, "SK": self.key.sk, **json.loads(self.body)}


@dataclass(frozen=True, slots=True)
class Step:
    """A well-formed operation: its key, its share of a transaction in bytes, and what a Put writes."""

    operation: Operation
    key: Key
    size: int
    row: Row | None = None

    @classmethod
    def of(cls, operation: Operation) -> "Step":
        """Demands all that can be said of an operation before its item is known."""
        if operation.condition is not None:
            _check_condition(operation.condition)
        if isinstance(operation, Put):
            row = Row.of(operation.item)
            return cls(operation, row.key, row.size, row)
        check_key(operation.key)
        size = _size_of_update(operation) if isinstance(operation, Update) else 0
        return cls(operation, operation.key, size)

    def holds(self, old: Row | None) -> bool:
        """Whether the operation's condition is true of the item as it is."""
        condition = self.operation.condition
        return condition is None or holds(condition, old.item() if old else {})

    def outcome(self, old: Row | None) -> Row | None:
        """The item as the operation leaves it; None where none is left."""
        match self.operation:
            case Put():
                return self.row
            case Update() as update:
                return Row.of(updated(update, old.item() if old else update.key.attributes()))
            case Delete():
                return None
            case Check():
                return old


def steps_of(operations: Sequence[Operation], token: str) -> list[Step]:
    """1 to 100 well-formed operations on different keys, 4 MB at most, and a token of 1 to 36 characters."""
    if not 1 <= len(operations) <= _MOST_OPERATIONS:
        raise Malformed(f"{len(operations)} operations in a transaction, not 1 to {_MOST_OPERATIONS}")
    if not 1 <= len(token) <= _MOST_TOKEN:
        raise Malformed(f"a token of {len(token)} characters, not 1 to {_MOST_TOKEN}")
    steps = [Step.of(operation) for operation in operations]
    check_distinct(step.key for step in steps)
    if sum(step.size for step in steps) > _MOST_TRANSACTION:
        raise Malformed(f"a transaction of more than {_MOST_TRANSACTION} bytes")
    return steps


def digest(operations: Sequence[Operation]) -> bytes:
    """What tells one transaction from another under the same token."""
    return sha256(_canonical(list(operations)).encode()).digest()


def check_key(key: Key) -> None:
    """Both parts are strings, not empty and not too long."""
    check_key_part(key.pk, _MOST_PK)
    check_key_part(key.sk, _MOST_SK)


def check_key_part(value: Value, most: int = _MOST_PK) -> None:
    """A value that can be the part of a key, also of an index: a string of 1 to `most` bytes."""
    if not isinstance(value, str) or not 1 <= _bytes(value) <= most:
        raise Malformed(f"a key is a string of 1 to {most} bytes")


def check_distinct(keys: Iterable[Key]) -> None:
    """No key is there twice."""
    seen = list(keys)
    if len(set(seen)) != len(seen):
        raise Malformed("two operations on one item")


def reach(begins: str, between: tuple[str, str] | None) -> tuple[str, str | None]:
    """The sort keys of a query: the least, and the first beyond (None: there is no end)."""
    if begins and between:
        raise Malformed("a query has a prefix or a range, not both")
    if between:
        low, high = between
        check_key_part(low, _MOST_SK)
        check_key_part(high, _MOST_SK)
        if low > high:
            raise Malformed("a range that ends before it begins")
        return low, successor(high)
    if begins:
        check_key_part(begins, _MOST_SK)
    return begins, _beyond(begins)


def successor(text: str) -> str:
    """The string that follows immediately in the order of bytes."""
    return text + "\0"


def _beyond(prefix: str) -> str | None:
    """The first string after all that begin so, in the order of bytes, which is that of code points."""
    stem = prefix.rstrip(chr(0x10FFFF))
    if not stem:
        return None
    last = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if last == 0xD800 else last)  # no text holds a surrogate


def _canonical(value: object) -> str:
    """The JSON that two values share exactly when DynamoDB calls them equal: 1, True and "1" differ."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if is_dataclass(value):
        return [type(value).__name__, *(getattr(value, part.name) for part in fields(value))]
    return dict(cast("Mapping[str, object]", value))


def holds(condition: Condition, item: Mapping[str, Value]) -> bool:
    match condition:
        case Absent(name):
            return name not in item
        case Present(name):
            return name in item
        case Equals(name, value):
            return name in item and _canonical(item[name]) == _canonical(value)
        case AtLeast(name, bound):
            return _is_below(item.get(name), bound) is False
        case Below(name, bound):
            return _is_below(item.get(name), bound) is True
        case AnyOf(parts):
            return any(holds(part, item) for part in parts)
        case AllOf(parts):
            return all(holds(part, item) for part in parts)


def _is_below(value: Value, bound: int | str) -> bool | None:
    """None where the types differ. Strings compare by code points, the order of their bytes."""
    if isinstance(value, str) and isinstance(bound, str):
        return value < bound
    if _is_integer(value) and _is_integer(bound):
        return value < bound
    return None


def _check_condition(condition: Condition) -> None:
    match condition:
        case AnyOf(parts) | AllOf(parts):
            if not parts:
                raise Malformed("a condition of no conditions")
            for part in parts:
                _check_condition(part)
        case Absent(name) | Present(name):
            _check_name(name)
        case Equals(name, value):
            _check_name(name)
            _size(value)
        case AtLeast(name, bound) | Below(name, bound):
            _check_name(name)
            _size(bound)
            if not isinstance(bound, str) and not _is_integer(bound):
                raise Malformed("only integers and strings have an order")


def _size_of_update(update: Update) -> int:
    names = [*update.set, *update.add, *update.remove]
    if not names:
        raise Malformed("an update that changes nothing")
    if len(set(names)) != len(names):
        raise Malformed("an update that names an attribute twice")
    if not set(names).isdisjoint(_KEY_NAMES):
        raise Malformed("an update of a key")
    if not all(_is_integer(amount) for amount in update.add.values()):
        raise Malformed("only an integer can be added")
    for name in update.remove:
        _check_name(name)
    return size_of_attributes(update.set) + size_of_attributes(update.add)


def updated(update: Update, old: Item) -> Item:
    new: Item = {**old, **update.set}
    for name, amount in update.add.items():
        present = new.get(name, 0)
        if not _is_integer(present):
            raise Malformed("an addition to what is not an integer")
        new[name] = present + amount
    for name in update.remove:
        new.pop(name, None)
    return new


def size_of_attributes(attributes: Mapping[str, Value]) -> int:
    size = 0
    for name, value in attributes.items():
        _check_name(name)
        size += _bytes(name) + _size(value)
    return size


def _size(value: Value, depth: int = 0) -> int:
    """Bytes that DynamoDB counts for a value, after a look that it is one."""
    match value:
        case str():
            return _bytes(value)
        case None | bool():
            return 1
        case int():
            if abs(value) >= 10**_MOST_DIGITS:
                raise Malformed(f"an integer of more than {_MOST_DIGITS} digits")
            return len(str(abs(value))) // 2 + 2
        case list() | dict() if depth == _MOST_DEPTH:
            raise Malformed(f"lists and maps nested deeper than {_MOST_DEPTH}")
        case list():
            return 3 + sum(1 + _size(part, depth + 1) for part in value)
        case dict():
            for name in value:
                _check_name(name)
            return 3 + sum(1 + _bytes(name) + _size(part, depth + 1) for name, part in value.items())
        case _:
            raise Malformed(f"a value of type {type(value).__name__}")


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name:
        raise Malformed("the name of an attribute is a string, and not empty")


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _bytes(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Malformed("a string that is not Unicode text") from error
