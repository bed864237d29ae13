"""What the local server writes to standard error: a line a request, and the functions' own lines.

    text   12:31:07 GET /api/workspaces 200 14.2 ms 0b9d...      for whoever sits before it
    json   one object a line, named as the functions' own lines are
    none   nothing

A line never holds content: of a request the method, the path without its query, the status, the time and the
request's id; of a function what it gives its log (`roster/http/logger.py`, `roster/security_log.py`).
"""

import json
import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

LogForm = Literal["text", "json", "none"]

REQUEST_ID = "roster.request_id"
"""Where in the scope's state the gateway's request id stands, for answers that name none."""
ABSENT = "-"
_ID_HEADERS = (b"x-request-id", b"x-vcap-request-id")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
_UNPRINTABLE = re.compile(r"[^!-~]")
_PLAIN = re.compile(r"[!#-~]+")

_requests = logging.getLogger("local.requests")

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class RequestLog:
    """An ASGI application that writes a line for each request that another one answers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status: int | None = None
        request_id: str | None = None

        async def noting(message: MutableMapping[str, Any]) -> None:
            nonlocal status, request_id
            if message["type"] == "http.response.start":
                status = message["status"]
                ids = (value for name, value in message["headers"] if name.lower() in _ID_HEADERS)
                request_id = next(ids, b"").decode("latin-1")
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            _requests.info(
                "request",
                extra={
                    "method": scope["method"],
                    "path": _printable(scope["raw_path"].decode("latin-1")),
                    "status": status or ABSENT,  # the client left before its answer
                    "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                    "request": request_id or scope.get("state", {}).get(REQUEST_ID, ABSENT),
                },
            )


def configure(form: LogForm) -> None:
    """Write this process's log to standard error in that form, from INFO on for what is ours."""
    if form == "none":
        logging.disable(logging.CRITICAL)
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Text() if form == "text" else Json())
    logging.getLogger().handlers[:] = [handler]
    _requests.setLevel(logging.INFO)
    # Where nobody reads any longer, requests are answered all the same.
    logging.raiseExceptions = False


def configure_functions(form: LogForm) -> None:
    """Have the functions of this process write theirs in that form too, from INFO on."""
    configure(form)
    if form == "none":
        return
    from roster.http.logger import log  # by which alone they write; a process that runs none is spared it

    log.setLevel(logging.INFO)
    for handler in log.handlers:
        handler.addFilter(_is_news)
        if form == "text":
            handler.setFormatter(Text())


def _is_news(record: logging.LogRecord) -> bool:
    """Whether the request's own line does not say it already."""
    return record.msg != "answered"


class Text(logging.Formatter):
    """A line for people: the time (UTC), what happened, and what is told of it."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        if record.name == _requests.name:
            line = "{method} {path} {status} {milliseconds} ms {request}".format_map(told)
        else:
            words = (f"{name}={_word(value)}" for name, value in told.items())
            line = " ".join([record.levelname, record.getMessage(), *words])
        at = datetime.fromtimestamp(record.created, UTC)
        return f"{at:%H:%M:%S} {line}" + _trace(self, record)


class Json(logging.Formatter):
    """A line for programs; its names are those of the functions' lines."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            **_told(record),
        }
        if trace := _trace(self, record):
            line["exception"] = trace.strip()
        return json.dumps(line, default=str)


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """What the line was given beside its message, by name."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return "\n" + formatter.formatException(record.exc_info) if record.exc_info else ""


def _word(value: object) -> str:
    """The value as one word: quoted where it would not be one, or could forge another."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _printable(path: str) -> str:
    """The path as it was sent; what no terminal should print is percent-encoded."""
    return _UNPRINTABLE.sub(lambda found: f"%{ord(found[0]):02X}", path)
