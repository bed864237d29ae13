"""The log's lines as Powertools writes them, in a third of its time: one is written for each request."""

import json
import logging
from datetime import UTC, datetime
from types import CodeType
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

# What no line shows need not be gathered for each.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

_OF_PYTHON = {*vars(logging.makeLogRecord({})), "asctime", "message", "taskName"}


def inform(logger: logging.Logger, message: str, place: CodeType, **more: object) -> None:
    """What `logger.info(message, extra=more)` does; it is told who calls (`place`), and need not look."""
    if logger.isEnabledFor(logging.INFO):
        file, line = place.co_filename, place.co_firstlineno
        record = logging.LogRecord(logger.name, logging.INFO, file, line, message, (), None, place.co_name)
        vars(record).update(more)
        logger.handle(record)


class Lines(LambdaPowertoolsFormatter):
    """One JSON object a line; a test compares it with Powertools' own. Tracebacks are left to that."""

    def __init__(self) -> None:
        super().__init__(use_rfc3339=True, utc=True)  # else Lambda does not believe the line its level
        self._encoder = json.JSONEncoder(
            default=self.json_default,
            separators=(",", ":"),
            indent=self.json_indent,
            ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            return super().format(record)
        line: dict[str, Any] = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "service": self.log_format.get("service"),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OF_PYTHON}
        line["xray_trace_id"] = self._get_latest_trace_id()
        return self._encoder.encode({name: value for name, value in line.items() if value is not None})
