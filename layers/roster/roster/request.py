"""A request as the HTTP API hands it over (payload format 2.0), read without trust.

Any JSON-able event can be read: what is absent or of another type counts as not sent.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from roster.clock import Deadline
from roster.errors import Flaw, Missing, Unfit

DEEPEST = 20  # levels of a JSON body; the documents' own have three
_LONGEST_NUMBER = 40  # digits
MARGIN = 4.0
"""Seconds before the function's end by which the last call has begun: it may take 3.5 (`transport.py`)."""


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an event that identity, rights and bodies are read from."""

    event: Mapping[str, Any]
    id: str
    route: str
    method: str
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    path: Mapping[str, str]
    deadline: Deadline

    @classmethod
    def of(cls, event: Any, context: Any, seconds: float) -> "Request":
        """The request in an event; the deadline is the sooner of `seconds` and the function's own end."""
        event = event if isinstance(event, dict) else {}
        frame = _mapping(event.get("requestContext"))
        left = getattr(context, "get_remaining_time_in_millis", None)
        if left is not None:
            seconds = min(seconds, left() / 1000 - MARGIN)
        return cls(
            event=event,
            id=_text(frame.get("requestId")) or _text(getattr(context, "aws_request_id", "")) or "-",
            route=_text(event.get("routeKey")),
            method=_text(_mapping(frame.get("http")).get("method")).upper(),
            headers=_texts(event.get("headers"), fold=True),
            cookies=tuple(cookie for cookie in _list(event.get("cookies")) if isinstance(cookie, str)),
            path=_texts(event.get("pathParameters")),
            deadline=Deadline.after(seconds),
        )

    def cookie(self, name: str) -> list[str]:
        """The values of the cookies of that name, in the order sent."""
        pairs = (cookie.partition("=") for cookie in self.cookies)
        return [value for key, _, value in pairs if key.strip() == name]

    @property
    def raw_path(self) -> str:
        """The path as the gateway decoded it."""
        return _text(self.event.get("rawPath"))

    @property
    def has_body(self) -> bool:
        return bool(self.event.get("body"))

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset that the content type names, in lower case; empty where it names none."""
        found = re.search(r';\s*charset="?([^";\s]*)', self.headers.get("content-type", ""), re.IGNORECASE)
        return found[1].lower() if found else ""

    def demand_wellformed(self) -> None:
        """Raise Missing where the event is no request at all (a console's test event, a bare `{}`)."""
        frame = _mapping(self.event.get("requestContext"))
        path = self.event.get("rawPath")
        stage = frame.get("stage")
        if not (self.method and isinstance(path, str) and isinstance(stage, str)):
            raise Missing("route")

    def demand_strict_json(self) -> None:
        """Raise Unfit where there is a body that is not strict JSON in UTF-8.

        Strict: no byte-order mark, no name twice in an object, no NaN or Infinity, no NUL and no lone
        surrogate in any string, bounded depth and length of numbers.
        """
        if self.has_body:
            _strict(_decoded(self.event))


def _decoded(event: Mapping[str, Any]) -> str:
    body = event.get("body")
    if not isinstance(body, str):
        _unfit("must be JSON")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") is True else body.encode()
        return raw.decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise Unfit(Flaw("", "must be UTF-8")) from error


def _strict(text: str) -> None:
    if _depth(text) > DEEPEST:
        _unfit("is nested too deeply")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=lambda name: _unfit(f"must not hold {name}"),
            parse_int=_short,
            parse_float=_short,
        )
    except (ValueError, RecursionError) as error:
        raise Unfit(Flaw("", "must be JSON")) from error
    if not isinstance(value, dict):  # of a list, Powertools would read the one element
        _unfit("must be a JSON object")
    _demand_clean(value)


_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, or an open one up to the end: never gone back over, so that no body takes quadratic time."""


def _depth(text: str) -> int:
    """How deep brackets nest at most; those inside strings are not counted."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[{\]}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        _unfit("names a field twice")
    return names


def _short(digits: str) -> float | int:
    if len(digits) > _LONGEST_NUMBER:
        _unfit("holds a number that is too long")
    number = float(digits) if set(digits) & set(".eE") else int(digits)
    if number in (float("inf"), float("-inf")):
        _unfit("holds a number that is too large")
    return number


def _demand_clean(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            _unfit("holds a character that is no text")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _demand_clean(name)
            _demand_clean(inner)
    elif isinstance(value, list):
        for inner in value:
            _demand_clean(inner)


def _unfit(reason: str) -> NoReturn:
    raise Unfit(Flaw("", reason))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any, *, fold: bool = False) -> dict[str, str]:
    pairs = ((name, text) for name, text in _mapping(value).items() if isinstance(text, str))
    return {name.lower() if fold else name: text for name, text in pairs}
