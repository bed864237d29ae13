"""The door that every request goes through, in this order:

    1  request id and deadline, bounds of the head
    2  identity and rights, in the dialect's own order of checks
    3  the raw body: its bound, then strict JSON (or a strict form), or the dialect's refusal
    4  the resolver: routing, validation, the endpoint's one screen
    5  whatever else is raised: the dialect's 500, logged without content

A handler raises errors of the directory; the dialect says them in its own words.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler import Response as Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)

from roster import bounds, dependencies, security_log
from roster.db.codec import CorruptItem
from roster.db.store import Store
from roster.errors import (
    DirectoryError,
    FieldError,
    Forbidden,
    NotFound,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
    WrongMediaType,
)
from roster.http.log_formatter import Lines, inform
from roster.http.request import Request
from roster.settings import settings

C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)

log = Logger(service="roster", logger_formatter=Lines())
_lines = logging.getLogger("roster")  # what Powertools has dressed
# At DEBUG, which a deployment may ask for, it would log what handlers are called with: passwords.
logging.getLogger("aws_lambda_powertools").setLevel(logging.INFO)

Handler = Callable[[Any, Any], dict[str, Any]]
Reads = Callable[[Request], object]
Names = Callable[[Request], Request]


class InvalidResponse(Exception):
    """An answer of ours does not fit the shape that we promised."""


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An answer before it is dressed: its status, its body as text, and the headers of its own."""

    status: int
    body: str
    headers: Mapping[str, str]


class Dialect(Protocol[C_co]):
    """One of the faces of the directory: how it admits a caller and how it words a refusal."""

    @property
    def content_type(self) -> str: ...

    @property
    def request_id_header(self) -> str: ...

    def authorize(self, request: Request, store: Store) -> C_co:
        """Who calls and whether they may; raises an error of the directory."""

    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        """The answer that says this error."""

    def internal_error(self, request: Request) -> ErrorResponse:
        """The answer to a defect of ours: 500, and nothing of what went wrong."""


class Resolver(APIGatewayHttpResolver, Generic[C]):
    """Powertools' resolver with validation; it hands failures to the door instead of wording them."""

    def __init__(self, serializer: Callable[[Any], str] | None = None) -> None:
        super().__init__(
            enable_validation=True, response_validation_error_http_code=500, serializer=serializer
        )
        self.exception_handler(RequestValidationError)(_unfit)
        self.exception_handler(RequestUnsupportedContentType)(_wrong_media_type)
        self.exception_handler(ResponseValidationError)(_broken)
        self.exception_handler(NotFoundError)(_no_route)
        self.exception_handler(Exception)(_again)  # Powertools would log its text

    @property
    def call(self) -> C:
        """The call that the dialect admitted."""
        call: C = self.context["call"]
        return call


def _by_the_gateway(request: Request) -> Request:
    return request


def door(
    app: Resolver[C],
    dialect: Dialect[C],
    reads: Reads = Request.demand_strict_json,
    name: Names = _by_the_gateway,
) -> Handler:
    """The Lambda handler of the endpoints that `app` holds.

    `reads` refuses a body that is not read there; `name` gives a request another id than the gateway's.
    """

    def handler(event: Any, context: Any) -> dict[str, Any]:
        began = time.perf_counter()
        config = settings()
        request = name(Request.of(event, context, config.seconds))
        with security_log.on_behalf_of(request.id, request.source_ip):
            answer = _answer(app, dialect, reads, request, context)
        answer["headers"] = {
            "Content-Type": dialect.content_type,
            **answer.get("headers", {}),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
            dialect.request_id_header: request.id,
        }
        inform(
            _lines,
            "answered",
            handler.__code__,
            route=request.route,
            status=answer["statusCode"],
            request=request.id,
            source_ip=request.source_ip,
            milliseconds=round((time.perf_counter() - began) * 1000, 1),
        )
        return answer

    dependencies.prepare()
    return handler


def _answer(
    app: Resolver[C], dialect: Dialect[C], reads: Reads, request: Request, context: Any
) -> dict[str, Any]:
    try:
        request.demand_small_head()
        store = dependencies.current().store.within(request.deadline)
        call = dialect.authorize(request, store)
        request.demand_wellformed()
        reads(request)
        app.append_context(call=call)  # type: ignore[no-untyped-call]
        answer = app.resolve(_plain(request), context)
        answer["headers"] = {k: v for k, v in answer["headers"].items() if k != "Content-Type"}
        return answer
    except DirectoryError as error:
        reply = dialect.error_response(error, request)
        _note(error, request)
        if isinstance(error, Unavailable):
            log.warning("unavailable", extra={"request": request.id, "cause": _names(error)})
            reply = replace(reply, headers={**reply.headers, "Retry-After": str(error.retry_after)})
    except Exception as error:  # the last catch: nothing may escape in another shape
        log.error("broken", extra={"request": request.id, "cause": _names(error), "at": _place(error)})
        reply = dialect.internal_error(request)
    return {"statusCode": reply.status, "body": reply.body, "headers": dict(reply.headers)}


def _note(error: DirectoryError, request: Request) -> None:
    """Tell the log of a refusal that somebody should hear of."""
    if isinstance(error, Unauthenticated | Forbidden):
        user_id = error.user_id if isinstance(error, Forbidden) else None
        security_log.denied(type(error).__name__, route=request.route, user_id=user_id)
    if isinstance(error, CorruptItem):
        security_log.poisoned(str(error))


def _plain(request: Request) -> dict[str, Any]:
    """The event for Powertools, which minds the case of a media type and takes all types for granted."""
    return {
        **request.event,
        "headers": {**request.headers, "content-type": request.media_type},
        "queryStringParameters": request.query,
        "rawQueryString": request.raw_query,
        "isBase64Encoded": request.event.get("isBase64Encoded") is True,
    }


def _names(error: BaseException | None) -> list[str]:
    """The types of an error and of its causes: never their texts, which may hold what was sent."""
    names: list[str] = []
    while error is not None:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return names


def _place(error: BaseException) -> list[str]:
    """Where the error was raised: file, line and function of the innermost frames."""
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-5:]


_WORDS = {"missing": "is required", "extra_forbidden": "is not known here"}


def field_errors_of(errors: Any) -> list[FieldError]:
    """What a validation found first, as flaws: where and why, never the refused value."""
    return [
        FieldError(
            ".".join(str(part) for part in error["loc"][1:])[: bounds.FIELD_NAME_CHARACTERS],
            _WORDS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, "),
        )
        for error in errors[: bounds.FIELD_ERRORS]
    ]


def _unfit(error: RequestValidationError) -> Any:
    raise ValidationFailed(*field_errors_of(error.errors())) from None  # the cause holds the input


def _wrong_media_type(_: RequestUnsupportedContentType) -> Any:
    raise WrongMediaType from None


def _broken(error: ResponseValidationError) -> Any:
    raise InvalidResponse(str([each["loc"] for each in error.errors()])) from None


def _no_route(_: NotFoundError) -> Any:
    raise NotFound("route") from None


def _again(error: Exception) -> Any:
    raise error
