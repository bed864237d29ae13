"""JSON without second meanings: what this reads, every other reader reads alike."""

import json
import re
from typing import Any, NoReturn

from roster import bounds


class NotStrictJson(ValueError):
    """The text is no JSON, or has a second meaning; says which rule it breaks, never what it holds."""


def loads(text: str, values: int = bounds.JSON_VALUES) -> Any:
    """The value of a JSON text. Raises NotStrictJson.

    Refused: a byte order mark, a name twice in an object, NaN and Infinity, NUL and lone surrogates in
    strings, numbers too long or too large to be read exactly, and what is deeper or has more values than
    the bounds (`bounds.py`).
    """
    if text.startswith("\ufeff"):
        _refuse("must not begin with a byte order mark")
    _demand_small(text, values)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=lambda name: _refuse(f"must not hold {name}"),
            parse_int=_number,
            parse_float=_number,
        )
    except NotStrictJson:
        raise
    except (ValueError, RecursionError) as error:
        raise NotStrictJson("must be JSON") from error
    _demand_clean(value)
    return value


_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, or an open one up to the end: never gone back over, so that no body takes quadratic time."""


def _demand_small(text: str, values: int) -> None:
    """Raise NotStrictJson for too many values or levels, before any is made; strings are not counted."""
    marks = _STRING.sub("", text)
    if marks.count(",") >= values:
        _refuse("holds too many values")
    depth = 0
    for bracket in re.findall(r"[\[{\]}]", marks):
        depth += 1 if bracket in "[{" else -1
        if depth > bounds.JSON_DEPTH:
            _refuse("is nested too deeply")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > bounds.JSON_MEMBERS:
        _refuse("has too many fields")
    names = dict(pairs)
    if len(names) != len(pairs):
        _refuse("names a field twice")
    return names


def _number(digits: str) -> float | int:
    if len(digits) > bounds.NUMBER_CHARACTERS:
        _refuse("holds a number that is too long")
    number = float(digits) if set(digits) & set(".eE") else int(digits)
    if number in (float("inf"), float("-inf")):
        _refuse("holds a number that is too large")
    return number


def _demand_clean(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            _refuse("holds a character that is no text")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _demand_clean(name)
            _demand_clean(inner)
    elif isinstance(value, list):
        for inner in value:
            _demand_clean(inner)


def _refuse(reason: str) -> NoReturn:
    raise NotStrictJson(reason)
