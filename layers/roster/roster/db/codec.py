"""Entities to items and back.

An attribute has the field's name, or the one that the field's metadata says (`roster.domain`). A field
whose attribute is absent takes its default.
"""

import collections.abc
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from roster import security_log
from roster.db import keys
from roster.db.store import Item, Value
from roster.domain import InvitationState, PlatformRole, UserKind, WorkspaceRole
from roster.errors import DirectoryError

E = TypeVar("E")

_LEAST: Mapping[type[Enum], Enum] = {
    PlatformRole: PlatformRole.USER,
    WorkspaceRole: WorkspaceRole.MEMBER,
    UserKind: UserKind.PERSON,
    InvitationState: InvitationState.REVOKED,
}
"""What an unknown value of a later version counts as: the one that may least."""


class CorruptItem(DirectoryError):
    """An item lacks an attribute or holds one of another type. Says where, never what."""

    def __init__(self, kind: str, field: str) -> None:
        super().__init__(f"{kind}.{field}")


def attributes(entity: Any) -> dict[str, Value]:
    """The entity's fields as plain values, by the names of their attributes; None is left out."""
    stored = _stored(type(entity))  # type: ignore[arg-type]  # a class is hashable
    pairs = ((name, _plain(getattr(entity, field.name))) for name, field in stored.items())
    return {name: value for name, value in pairs if value is not None}


def names(cls: Any) -> tuple[str, ...]:
    """The names of the attributes that items of this class have."""
    return tuple(_stored(cls))


def attribute(cls: Any, field: str) -> str:
    """The name of the attribute that holds this field of the class. Raises KeyError where none does."""
    return {one.name: name for name, one in _stored(cls).items()}[field]


def entity(cls: type[E], item: Mapping[str, Value]) -> E:
    """The entity of this class that the item holds; attributes it does not know are ignored.

    Raises `CorruptItem` where a required attribute is absent or of another type.
    """
    readers, required = _readers(cls)  # type: ignore[arg-type]  # a class is hashable
    values: dict[str, Any] = {}
    for name, value in item.items():
        reader = readers.get(name)
        if reader is None:
            continue
        field, kind, read = reader
        if type(value) is kind:  # most are taken as they stand
            values[field] = value
            continue
        try:
            values[field] = read(value)
        except (TypeError, ValueError, DirectoryError) as error:
            raise CorruptItem(cls.__name__, name) from error
    for name, field in required.items():
        if field not in values:
            raise CorruptItem(cls.__name__, name)
    return cls(**values)


def readable(cls: type[E], items: Iterable[Mapping[str, Value]]) -> list[E]:
    """The entities of a list; an unreadable one is left out and logged, so that it fails no page."""
    found: list[E] = []
    for item in items:
        try:
            found.append(entity(cls, item))
        except CorruptItem as error:
            security_log.corrupt_item(str(error))
    return found


def naming(rows: Iterable[Item], *names: str) -> list[Item]:
    """The rows of a list that hold an id under each of these names; any other is left out and logged."""
    found: list[Item] = []
    for row in rows:
        lacking = [name for name in names if not _is_id(row.get(name))]
        if lacking:
            security_log.corrupt_item(f"row.{lacking[0]}")
        else:
            found.append(row)
    return found


def _is_id(value: Value) -> bool:
    return isinstance(value, str) and keys.is_id(value)


def _plain(value: Any) -> Value:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if is_dataclass(value):
        return attributes(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()} or None
    return value  # type: ignore[no-any-return]  # str, int, bool or None: mypy checks the model


_Reader: TypeAlias = tuple[str, type | None, Callable[[Value], Any]]
"""The field, the type whose values are taken as they are, and what reads any other."""


@cache
def _readers(cls: Any) -> tuple[Mapping[str, _Reader], Mapping[str, str]]:
    """How each attribute is read, and the fields of those that must be there."""
    hints = get_type_hints(cls)
    stored = {name: field.name for name, field in _stored(cls).items()}
    readers = {name: (field, _bare(hints[field]), _reader(hints[field])) for name, field in stored.items()}
    return readers, {name: field.name for name, field in _stored(cls).items() if _required(field)}


@cache
def _stored(cls: Any) -> "Mapping[str, Field[Any]]":
    """The fields that an item holds, by the names of their attributes: all but those marked `UNSTORED`."""
    named = {field.metadata.get("attribute", field.name): field for field in fields(cls)}
    return {name: field for name, field in named.items() if name}


def _bare(hint: Any) -> type | None:
    return next((kind for kind in (str, int, bool) if hint in (kind, kind | None)), None)


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _reader(hint: Any) -> Callable[[Value], Any]:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        some = _reader(next(arm for arm in get_args(hint) if arm is not type(None)))
        return lambda value: None if value is None else some(value)
    if origin is collections.abc.Mapping:
        inner = _reader(get_args(hint)[1])
        return lambda value: {name: inner(one) for name, one in _exactly(dict, value).items()}
    if hint is Any:  # what one has written for people to read
        return lambda value: value
    if origin is tuple:
        element = _reader(get_args(hint)[0])
        return lambda value: tuple(element(one) for one in _exactly(list, value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: _member(hint, value)
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: entity(hint, _exactly(dict, value))
    return lambda value: _exactly(hint, value)


def _member(kind: type[Enum], value: Value) -> Enum:
    try:
        return kind(value)
    except ValueError:
        if kind in _LEAST:
            return _LEAST[kind]
        raise


def _exactly(kind: type[E], value: Any) -> E:
    if type(value) is not kind:  # a bool is an int to isinstance
        raise TypeError(kind.__name__)
    return value
