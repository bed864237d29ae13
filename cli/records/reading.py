"""The lines of a records file: each is read without trust, and refused with a reason in plain words."""

import errno
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cli.records.shapes import SHAPES, Id, Record, UserId, WorkspaceKey
from roster.db import keys
from roster.http import words

LONGEST = 256 * 1024  # bytes of a line; what is made of it must fit into items and transactions

STANDARD_INPUT = Path("-")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


def _pattern(kind: Any) -> str:
    [constraints] = kind.__metadata__
    return str(constraints.pattern)


_REASONS = {
    **words.OF_TYPES,
    "missing": "is missing",
    "dict_type": "must be an object",
    "extra_forbidden": "is no field of this type",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "value_error": "{error}",
}
"""By pydantic's kind of error. None of them holds what was given, which may be a secret."""

PATTERNS = {
    _pattern(WorkspaceKey): "must be 2 to 63 of a-z, 0-9 and '-', a letter first",
    _pattern(Id): words.OF_PATTERNS[words.ID],
    _pattern(UserId): words.OF_PATTERNS[words.USER_ID],
}


class Unreadable(Exception):
    """Why a line is no record; `named` are the type and id that it still shows, if any."""

    def __init__(self, reason: str, named: tuple[str, str] | None = None) -> None:
        super().__init__(reason)
        self.named = named


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file, from its beginning, such that it can be read twice. Raises OSError.

    What comes through a pipe, or by standard input (`-`), is kept meanwhile in a file without a name.
    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise OSError(errno.EBADF, "is closed", "standard input")
        with _kept(sys.stdin.buffer) as file:
            yield file
        return
    with path.open("rb") as file:
        if file.seekable():
            yield file
        else:
            with _kept(file) as kept:
                yield kept


@contextmanager
def _kept(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:  # its owner's alone, as it may hold passwords
        shutil.copyfileobj(stream, file)
        file.seek(0)
        yield file


def lines(file: IO[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Each line that is not blank: its number from 1, its place in bytes, its text.

    A byte order mark before the first is dropped, as editors and shells of Windows put one there.
    """
    place = file.seek(0)
    for number, whole in enumerate(file, 1):
        raw = whole.removeprefix(_BYTE_ORDER_MARK) if number == 1 else whole
        if raw.strip():
            yield number, place + len(whole) - len(raw), raw
        place += len(whole)


def line_at(file: IO[bytes], place: int) -> bytes:
    """The line that begins at a place."""
    file.seek(place)
    return file.readline()


def parsed(raw: bytes) -> tuple[Record, dict[str, Any]]:
    """The record on a line, and its fields as given. Raises Unreadable."""
    given = _object(raw)
    kind = given.get("type")
    if kind is None:
        raise Unreadable("type is missing")
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise Unreadable(f"type {_shown(kind)} is not known")
    fields = {name: value for name, value in given.items() if name != "type"}
    try:
        return shape.model_validate(fields), fields
    except ValidationError as error:
        reason = _reason(error.errors(include_url=False, include_input=False)[0])
        raise Unreadable(f"{shape.type_name}: {reason}", _named(shape.type_name, fields)) from error


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > LONGEST:
        raise Unreadable(f"is longer than {LONGEST} bytes")
    try:
        given = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_not_a_number
        )
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8") from error
    except RecursionError as error:
        raise Unreadable("is nested too deeply") from error
    except ValueError as error:
        raise Unreadable("is not JSON") from error
    if not isinstance(given, dict):
        raise Unreadable("is not a JSON object")
    return given


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"{_shown(twice)} is there twice")
    return fields


def _not_a_number(text: str) -> NoReturn:
    raise ValueError(text)


def _reason(error: ErrorDetails) -> str:
    where = [str(part) if _NAME.fullmatch(str(part)) else "a field" for part in error["loc"]]
    if error["type"] == "string_pattern_mismatch":
        words = PATTERNS[error["ctx"]["pattern"]]
    else:
        words = _REASONS.get(error["type"], "does not fit").format(**error.get("ctx", {}))
    return f"{'.'.join(where)} {words}".lstrip()


def _named(kind: str, fields: dict[str, Any]) -> tuple[str, str] | None:
    own = fields.get("number" if kind in ("role", "group") else "id")
    home = fields.get("workspaceId")
    if kind == "workspaceGroup":
        told = isinstance(own, str) and keys.is_id(own) and isinstance(home, str) and keys.is_id(home)
        return (kind, f"{home} {own}") if told else None
    if type(own) is int or (isinstance(own, str) and keys.is_id(own)):
        return kind, str(own)
    return None


def _shown(value: object) -> str:
    """A name in quotes, unless it is one that no message should carry."""
    return f"'{value}'" if isinstance(value, str) and _NAME.fullmatch(value) else "of this line"
