"""DynamoDB's low-level JSON: items to and from it, and the expressions in it.

"a"  {"S": "a"}        True  {"BOOL": True}      [1]       {"L": [{"N": "1"}]}
7    {"N": "7"}        None  {"NULL": True}      {"a": 1}  {"M": {"a": {"N": "1"}}}
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from roster.db.store import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
    Below,
    Condition,
    Equals,
    Item,
    Key,
    Malformed,
    Present,
    Update,
    Value,
)

Wire: TypeAlias = dict[str, Any]
"""An item, or one value with its type, as DynamoDB writes it."""

_INTEGERS_END = 10**38


def to_wire(item: Mapping[str, Value]) -> Wire:
    """The attributes of an item; `Malformed` for a value that a store does not hold."""
    return {_text(name): value_to_wire(value) for name, value in item.items()}


def key_to_wire(key: Key) -> Wire:
    """The attributes of a key, which are text."""
    return {"PK": {"S": _text(key.pk)}, "SK": {"S": _text(key.sk)}}


def value_to_wire(value: Value) -> Wire:
    match value:
        case str():
            return {"S": _text(value)}
        case bool():
            return {"BOOL": value}
        case int():
            if not -_INTEGERS_END < value < _INTEGERS_END:
                raise Malformed("an integer has at most 38 digits")
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case list():
            return {"L": [value_to_wire(element) for element in value]}
        case dict():
            return {"M": to_wire(value)}
    raise Malformed(f"a {type(value).__name__} is not a value of the store")


def from_wire(item: Wire) -> Item:
    """The item of such attributes; `ValueError` for a type that no store writes."""
    return {  # most are text
        name: value["S"] if "S" in value else value_from_wire(value) for name, value in item.items()
    }


def value_from_wire(value: Wire) -> Value:
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content  # type: ignore[no-any-return]
        case "N":
            return int(content)
        case "NULL":
            return None
        case "L":
            return [value_from_wire(element) for element in content]
        case "M":
            return from_wire(content)
    raise ValueError(f"an attribute of type {kind} is not of this store")


def _text(text: str) -> str:
    # JSON carries half of a surrogate pair, and a browser may send one; UTF-8 does not hold it.
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise Malformed("text that is not Unicode") from error
    return text


class Expressions:
    """Writes the expressions of one operation, every name and value in them a placeholder."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: Wire = {}

    def name(self, name: str) -> str:
        return self._names.setdefault(name, f"#{len(self._names)}")

    def value(self, value: Value) -> str:
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = value_to_wire(value)
        return placeholder

    def condition(self, condition: Condition) -> str:
        match condition:
            case Absent(name):
                return f"attribute_not_exists({self.name(name)})"
            case Present(name):
                return f"attribute_exists({self.name(name)})"
            case Equals(name, value):
                return f"{self.name(name)}={self.value(value)}"
            case AtLeast(name, value):
                return f"{self.name(name)}>={self.value(value)}"
            case Below(name, value):
                return f"{self.name(name)}<{self.value(value)}"
            case AnyOf(conditions):
                return self._joined(" OR ", conditions)
            case AllOf(conditions):
                return self._joined(" AND ", conditions)

    def update(self, update: Update) -> str:
        """`Malformed` where it changes nothing: DynamoDB would make an empty item of it."""
        clauses = {
            "SET": [f"{self.name(name)}={self.value(value)}" for name, value in update.set.items()],
            "ADD": [f"{self.name(name)} {self.value(value)}" for name, value in update.add.items()],
            "REMOVE": [self.name(name) for name in update.remove],
        }
        if not any(clauses.values()):
            raise Malformed("an update that changes nothing")
        return " ".join(f"{verb} {','.join(changes)}" for verb, changes in clauses.items() if changes)

    def attributes(self) -> Wire:
        """What the placeholders stand for, as arguments of a call; nothing for none."""
        named = {"ExpressionAttributeNames": {mark: name for name, mark in self._names.items()}}
        valued = {"ExpressionAttributeValues": self._values}
        return (named if self._names else {}) | (valued if self._values else {})

    def _joined(self, operator: str, conditions: tuple[Condition, ...]) -> str:
        if not conditions:
            raise Malformed("an any_of or all_of of nothing")
        if len(conditions) == 1:  # DynamoDB refuses parentheses around parentheses
            return self.condition(conditions[0])
        return f"({operator.join(self.condition(condition) for condition in conditions)})"
