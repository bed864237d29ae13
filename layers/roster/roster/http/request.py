"""A request as the HTTP API hands it over (payload format 2.0), read without trust.

Any JSON-able event can be read: what is absent or of another type counts as not sent.
"""

import base64
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote_plus

from roster import bounds
from roster.clock import Deadline
from roster.errors import FieldError, NotFound, TooLarge, ValidationFailed, WrongMediaType
from roster.http import strict_form, strict_json, words

FORM = "application/x-www-form-urlencoded"
MARGIN = 4.0
"""Seconds before the function's end by which the last call has begun: it may take 3.5 (`transport.py`)."""

BLANK = " \t"
"""All that is trimmed of a header or a cookie (RFC 9110, 5.6.3: OWS). Other spaces belong to the value."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?", re.ASCII)
_PRINTABLE = re.compile(rf"[!-~]{{1,{bounds.REQUEST_ID_CHARACTERS}}}")
_CHARSET = re.compile(r';[ \t]*charset="?([^"; \t]*)', re.ASCII | re.IGNORECASE)


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
        return cls(
            event=event,
            id=_id(frame.get("requestId")) or _id(getattr(context, "aws_request_id", "")) or "-",
            route=_text(event.get("routeKey")),
            method=_text(_mapping(frame.get("http")).get("method")).upper(),
            headers=_texts(event.get("headers"), fold=True),
            cookies=tuple(cookie for cookie in _list(event.get("cookies")) if isinstance(cookie, str)),
            path=_texts(event.get("pathParameters")),
            deadline=Deadline.after(min(seconds, seconds_left(context))),
        )

    def cookie(self, name: str) -> list[str]:
        """The values of the cookies of that name, in the order sent."""
        pairs = (cookie.partition("=") for cookie in self.cookies)
        return [value for key, _, value in pairs if key.strip(BLANK) == name]

    @property
    def source_ip(self) -> str:
        """The address that the connection to the gateway came from, as the gateway saw it; `-` for none."""
        frame = _mapping(_mapping(self.event.get("requestContext")).get("http"))
        return _id(frame.get("sourceIp")) or "-"

    @property
    def address(self) -> str:
        """The API's own, by the name that the gateway says it was called by: an origin.

        Empty where that can be the name of no host, so that no line break gets into a header.
        """
        name = _text(_mapping(self.event.get("requestContext")).get("domainName"))
        return f"https://{name}" if _HOST.fullmatch(name) else ""

    @property
    def raw_path(self) -> str:
        """The path as the gateway decoded it."""
        return _text(self.event.get("rawPath"))

    @property
    def raw_query(self) -> str:
        """The query as it was sent."""
        return _text(self.event.get("rawQueryString"))

    @property
    def query(self) -> dict[str, str]:
        """The decoded query; what was sent twice is joined by a comma."""
        return _texts(self.event.get("queryStringParameters"))

    @property
    def has_body(self) -> bool:
        return bool(self.event.get("body"))

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip(BLANK).lower()

    @property
    def charset(self) -> str:
        """The charset that the content type names, in lower case; empty where it names none."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1].lower() if found else ""

    def demand_small_head(self) -> None:
        """Raise TooLarge for what stands before the body and is more than is read (`bounds.py`)."""
        query = self.raw_query
        texts = (self.raw_path, query, *self.cookies, *self.headers.values())
        if sum(map(len, texts)) > bounds.HEAD_CHARACTERS:
            raise TooLarge
        if query.count("&") + query.count(";") >= bounds.QUERY_PARAMETERS:
            raise TooLarge

    def demand_wellformed(self) -> None:
        """Raise NotFound where the event is no request at all (a console's test event, a bare `{}`).

        So is a path parameter with a question mark in it: the gateway cuts the decoded path there, and the
        two would name different things.
        """
        frame = _mapping(self.event.get("requestContext"))
        path = self.event.get("rawPath")
        stage = frame.get("stage")
        if not (self.method and isinstance(path, str) and isinstance(stage, str)):
            raise NotFound("route")
        if any("?" in value for value in self.path.values()):
            raise NotFound("route")

    def demand_parameters(self, known: Sequence[str]) -> None:
        """Raise ValidationFailed for a query parameter that is not known, or that is given twice."""
        raw = Counter(unquote_plus(part.partition("=")[0]) for part in self.raw_query.split("&") if part)
        allowed = f"is no parameter of this endpoint; it takes {words.listed(known)}"
        unknown = [name for name in dict.fromkeys([*raw, *self.query]) if name not in known]
        told = [FieldError(_shown(name), allowed) for name in unknown]
        told += [FieldError(name, words.ONCE) for name in known if raw[name] > 1]
        if told:
            raise ValidationFailed(*told[: bounds.FIELD_ERRORS])

    def demand_no_fields(self, body: Any) -> None:
        """Raise ValidationFailed for a write whose body has fields, of an endpoint that takes none."""
        if self.method not in ("GET", "HEAD") and isinstance(body, dict) and body:
            unknown, names = words.OF_TYPES["extra_forbidden"], list(body)[: bounds.FIELD_ERRORS]
            raise ValidationFailed(*(FieldError(_shown(name), unknown) for name in names))

    def json(self, most: int = bounds.BODY_BYTES, values: int = bounds.JSON_VALUES) -> dict[str, Any] | None:
        """The JSON object in the body (`strict_json.py`), None without a body: of at most so many bytes and
        values.

        Raises ValidationFailed for what is not a strict JSON object in UTF-8, and TooLarge, before anything
        is read, for what is beyond its bound.
        """
        return _strict(_decoded(self.event, most), values) if self.has_body else None

    def form(self) -> dict[str, str]:
        """The fields of a form (`strict_form.py`). Raises WrongMediaType, TooLarge, ValidationFailed."""
        if self.media_type != FORM or self.charset not in (
            "",
            "utf-8",
            "utf8",
        ):
            raise WrongMediaType
        try:
            return strict_form.loads(_decoded(self.event)) if self.has_body else {}
        except strict_form.NotStrictForm as error:
            raise ValidationFailed(FieldError("", str(error))) from error


def seconds_left(context: Any) -> float:
    """For how long calls may begin, by what Lambda tells of the function's end; without that, no bound."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return math.inf if left is None else left() / 1000 - MARGIN


def _decoded(event: Mapping[str, Any], most: int = bounds.BODY_BYTES) -> str:
    body = event.get("body")
    if not isinstance(body, str):
        _fail_validation("must be text")
    in_base64 = event.get("isBase64Encoded") is True
    if _size(body, in_base64, most) > most:
        raise TooLarge
    try:
        raw = base64.b64decode(body, validate=True) if in_base64 else body.encode()
        return raw.decode("utf-8")
    except ValueError as error:  # of base64 or of UTF-8
        raise ValidationFailed(FieldError("", "must be UTF-8")) from error


def _size(body: str, in_base64: bool, most: int) -> int:
    """The bytes of a body, told without decoding it: four characters of base64 are three bytes."""
    if in_base64:
        return len(body) // 4 * 3 - body[-2:].count("=")
    # A character is a byte at least, so a text of more needs no encoding to be too large.
    return len(body) if len(body) > most else len(body.encode(errors="surrogatepass"))


def _strict(text: str, values: int) -> dict[str, Any]:
    try:
        value = strict_json.loads(text, values)
    except strict_json.NotStrictJson as error:
        raise ValidationFailed(FieldError("", str(error))) from error
    if not isinstance(value, dict):  # of a list, Powertools would read the one element
        _fail_validation("must be a JSON object")
    return value


def _fail_validation(reason: str) -> NoReturn:
    raise ValidationFailed(FieldError("", reason))


def _shown(name: str) -> str:
    """The name as an answer repeats it; of one that no terminal should print, nothing."""
    return name[: bounds.FIELD_NAME_CHARACTERS] if name.isprintable() else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _id(value: Any) -> str:
    """The text, or an empty one where no header of an answer could hold it."""
    return value if isinstance(value, str) and _PRINTABLE.fullmatch(value) else ""


def _texts(value: Any, *, fold: bool = False) -> dict[str, str]:
    return {
        name.lower() if fold else name: text
        for name, text in _mapping(value).items()
        if isinstance(text, str)
    }
