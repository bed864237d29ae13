"""The log's lines as they are written: Powertools' own, with the fields that documents and alarms name."""

import ast
import io
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from roster import security_log
from roster.db import keys
from roster.db.store import Store
from roster.dialects.maintenance.api import clean_up
from roster.dialects.workspaces.api import Access, endpoint
from roster.dialects.workspaces.schemas import Login, Success
from roster.http.logger import log
from tests.support.api import Api, Context

SOURCES = sorted(
    path
    for folder in ("layers/roster", "functions")
    for path in (Path(__file__).parents[2] / folder).rglob("*.py")
)
SENTINEL = "sentinel 2b81"
REQUEST = {
    "rawPath": "/api/auth/login",
    "headers": {"content-type": "application/json"},
    "requestContext": {
        "http": {"method": "POST", "sourceIp": "192.0.2.7"},
        "routeKey": "POST /api/auth/login",
        "stage": "$default",
        "requestId": "r-1",
    },
    "body": f'{{"email":"a@example.com","password":"{SENTINEL}"}}',
}
OF_EVERY_LINE = ["level", "location", "message", "timestamp", "service"]

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """The lines that were written since the test began."""
    stream = io.StringIO()
    [handler] = logging.getLogger("roster").handlers
    monkeypatch.setattr(handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_logger_and_formatter_are_powertools_unchanged() -> None:
    [handler] = logging.getLogger("roster").handlers
    assert type(log) is Logger
    assert type(handler.formatter) is LambdaPowertoolsFormatter


def test_a_request_writes_lines_that_operating_can_search(api: Api, lines: Lines) -> None:
    with api.no_effect():
        answer = api.get("/api/v1/users", bearer=f"token_nobody.{SENTINEL}")
    denied, answered = lines()
    of_request = {"request": answer.headers["x-request-id"], "source_ip": "127.0.0.1"}
    for line, message in ((denied, "denied"), (answered, "answered")):
        assert list(line)[: len(OF_EVERY_LINE)] == OF_EVERY_LINE
        assert (line["level"], line["message"], line["service"]) == ("INFO", message, "roster")
        assert line.items() >= {"route": "GET /api/v1/users", **of_request}.items()
    assert set(denied) == {*OF_EVERY_LINE, "route", *of_request, "reason"}
    assert set(answered) == {*OF_EVERY_LINE, "route", *of_request, "status", "milliseconds"}
    assert answered["status"] == 401


def test_lambda_believes_a_line_its_level(lines: Lines) -> None:
    """Lambda reads a line's level only beside a time in RFC 3339; ours is in UTC."""
    security_log.corrupt_item("User.email")
    [line] = lines()
    assert line["level"] == "ERROR"  # what the filter `FunctionErrors` counts
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC
    assert line["timestamp"][10] == "T"


def test_a_line_names_the_trace_that_it_belongs_to(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e;Sampled=1")
    security_log.key_out_of_reach("TimeoutError")
    [line] = lines()
    assert line["xray_trace_id"] == "1-5e6722a7-cc56xmpl46db7ae02d4da47e"


def test_what_is_none_is_in_no_line(lines: Lines) -> None:
    security_log.denied("Unauthenticated", route="$default", user_id=None)
    [line] = lines()
    assert list(line) == [*OF_EVERY_LINE, "reason", "route"]


def test_an_unforeseen_error_writes_its_types_and_frames_and_no_text(api: Api, lines: Lines) -> None:
    app, handler = endpoint(Access.PUBLIC)

    @app.post("/api/auth/login")
    def fail(body: Login) -> Success[str]:
        raise RuntimeError(SENTINEL) from ValueError(SENTINEL)

    assert handler(REQUEST, Context("x"))["statusCode"] == 500
    broken, answered = lines()
    assert (broken["level"], broken["message"], broken["request"]) == ("ERROR", "broken", "r-1")
    assert broken["cause"] == ["RuntimeError", "ValueError"]
    assert broken["at"][-1].startswith("test_log.py:")
    assert broken["at"][-1].endswith(" fail")
    assert list(broken) == [*OF_EVERY_LINE, "request", "cause", "at"]
    assert SENTINEL not in f"{broken}{answered}"


def test_a_cleanup_that_fails_writes_the_type_of_its_error_and_no_text(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(SENTINEL)

    monkeypatch.setattr("roster.directory.cleanup.run", fail)
    key = {"PK": {"S": keys.CLEANUP}, "SK": {"S": "x"}}
    record = {"eventName": "INSERT", "dynamodb": {"Keys": key, "SequenceNumber": "1"}}
    store: Any = Store
    assert clean_up(store, {"Records": [record]}, datetime.now(UTC)) == {
        "batchItemFailures": [{"itemIdentifier": "1"}]
    }
    [line] = lines()
    assert (line["level"], line["message"], line["cause"]) == ("ERROR", "cleanup failed", "RuntimeError")
    assert list(line) == [*OF_EVERY_LINE, "cause"]


def test_the_log_is_given_no_exception() -> None:
    """Powertools prints what an exception says, a validation error's being what was sent."""
    given = [
        f"{path.name}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _gives_the_exception(node)
    ]
    assert len(SOURCES) > 100
    assert given == []


def _gives_the_exception(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute) and call.func.attr == "exception"
    return named or any(keyword.arg in ("exc_info", "stack_info") for keyword in call.keywords)
