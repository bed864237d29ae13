"""How a dialect says an error: its table, looked up by the error's class, and JSON as all of them send it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from roster.errors import DirectoryError

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An answer that says an error: its status, its body as text, and the headers and cookies of its own."""

    status: int
    body: str
    headers: Mapping[str, str]
    cookies: Sequence[str] = ()


def compact(body: object) -> str:
    """JSON without blanks, in plain UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def entry_for(error: DirectoryError, table: Mapping[type[DirectoryError], W]) -> W:
    """What a dialect's table has for the error's class, else for the nearest class that it derives from.

    Every table has an entry for DirectoryError.
    """
    return next(table[kind] for kind in type(error).__mro__ if kind in table)
