"""The log's lines are those of Powertools."""

import io
import json
import logging
import sys

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from roster import security_log
from roster.http import handler as door
from roster.http.log_formatter import Lines, inform


def record(message: str = "answered", **more: object) -> logging.LogRecord:
    made = logging.LogRecord("roster", logging.INFO, "door.py", 12, message, (), None, "handler")
    made.__dict__.update(more)
    return made


@pytest.mark.parametrize(
    "one",
    [
        record(),
        record(route="GET /api/v1/user", status=200, request="r-1", milliseconds=1.5),
        record(user=None, waits=False, cause=["Unavailable", "TimeoutError"]),
        record("ünïcode", where="User.email"),
    ],
)
@pytest.mark.parametrize("trace", ["", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e;Sampled=1"])
def test_a_line_is_powertools_own(
    one: logging.LogRecord, trace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    theirs = LambdaPowertoolsFormatter(use_rfc3339=True, utc=True, service="roster")
    ours = Lines()
    ours.append_keys(service="roster")
    assert json.loads(ours.format(one)) == json.loads(theirs.format(one))
    assert list(json.loads(ours.format(one)))[:5] == ["level", "location", "message", "timestamp", "service"]


def test_a_traceback_is_powertools_to_write() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        one = record(exc_info=sys.exc_info())
    assert json.loads(Lines().format(one))["exception_name"] == "ValueError"


def test_every_line_of_ours_is_written_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    [handler] = logging.getLogger("roster").handlers
    assert isinstance(door.log, Logger)
    assert isinstance(handler, logging.StreamHandler)
    monkeypatch.setattr(handler, "stream", stream)
    security_log.denied("Unauthenticated", route="$default", user_id=None)
    line = json.loads(stream.getvalue())
    assert isinstance(handler.formatter, Lines)
    assert (line["level"], line["message"], line["service"]) == ("INFO", "denied", "roster")


def test_a_line_that_is_told_its_place_is_as_one_that_looks_for_it() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    logger, quiet = logging.Logger("roster", logging.INFO), logging.Logger("roster", logging.WARNING)
    for one in (logger, quiet):
        one.addHandler(handler)

    def speak() -> None:
        inform(logger, "answered", speak.__code__, status=200)
        logger.info("answered", extra={"status": 200})
        inform(quiet, "answered", speak.__code__, status=200)

    speak()
    told, looked_for = map(json.loads, stream.getvalue().splitlines())
    assert told["location"].partition(":")[0] == looked_for["location"].partition(":")[0] == "speak"
    for line in (told, looked_for):
        del line["location"], line["timestamp"]
    assert told == looked_for == {"level": "INFO", "message": "answered", "status": 200}
