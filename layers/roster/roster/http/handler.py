"""The handler that every request goes through, in this order:

    1  request id and deadline, bounds of the head
    2  identity and rights, in the dialect's own order of checks
    3  the raw body: its bound, then strict JSON (or a strict form), or the dialect's refusal
    4  the resolver: routing, validation, the endpoint's one screen
    5  whatever else is raised: the dialect's 500, logged without content

A handler raises errors of the directory; the dialect says them in its own words.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

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
    fault_of,
    is_passing,
)
from roster.http import words
from roster.http.error_responses import ErrorResponse
from roster.http.logger import log
from roster.http.request import Request
from roster.settings import settings

C = TypeVar("C")

Handler = Callable[[Any, Any], dict[str, Any]]
Serializer = Callable[[Any], str]


class InvalidResponse(Exception):
    """An answer of ours does not fit the shape that we promised."""


class Dialect(ABC, Generic[C]):
    """What differs between the dialects: who may call, what a call is, and how an error is said."""

    content_type: str = "application/json; charset=utf-8"
    request_id_header: str = "X-Request-Id"
    ignores_unknown_parameters: ClassVar[bool] = False
    """Whether the query, or the body of a write, may hold what the endpoint does not take. Only where a
    document has it so: a misspelt filter that is ignored answers with what was not asked for.
    """

    @property
    def serializer(self) -> Serializer | None:
        """How bodies are written; None is Powertools' own way."""
        return None

    def named(self, request: Request) -> Request:
        """The request under the id that it is answered and logged with: the gateway's."""
        return request

    @abstractmethod
    def authorize(self, request: Request, store: Store) -> C:
        """Who calls and whether they may; raises an error of the directory."""

    def read_body(self, request: Request) -> Any:
        """The body's value, from which the endpoint's shape is made. Raises an error of the directory."""
        return request.json()

    @abstractmethod
    def error_response(self, error: DirectoryError, request: Request) -> ErrorResponse:
        """The answer that says this error; a DirectoryError itself is a defect of ours, of which it says
        nothing more.
        """


class Resolver(APIGatewayHttpResolver, Generic[C]):
    """Powertools' resolver with validation; it raises failures as errors of the directory."""

    def __init__(self, serializer: Serializer | None = None) -> None:
        super().__init__(
            enable_validation=True,
            response_validation_error_http_code=500,
            serializer=serializer,
            json_body_deserializer=lambda _: self.context["body"],  # it is read, strictly, before
        )
        self.exception_handler(RequestValidationError)(_validation_failed)
        self.exception_handler(RequestUnsupportedContentType)(_wrong_media_type)
        self.exception_handler(ResponseValidationError)(_invalid_response)
        self.exception_handler(NotFoundError)(_no_route)
        self.exception_handler(Exception)(_raise_again)

    @property
    def call(self) -> C:
        """The call that the dialect admitted."""
        call: C = self.context["call"]
        return call

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The query parameters that the endpoint's routes declare."""
        routes = (*self._static_routes, *self._dynamic_routes)
        names = [parameter.alias for route in routes for parameter in route.dependant.query_params]
        return tuple(dict.fromkeys(names))

    @cached_property
    def takes_body(self) -> bool:
        """Whether one of the endpoint's routes reads a body."""
        return any(route.dependant.body_params for route in (*self._static_routes, *self._dynamic_routes))


def endpoint(dialect: Dialect[C]) -> tuple[Resolver[C], Handler]:
    """The resolver that holds an endpoint's routes in this dialect, and the Lambda handler of them."""
    app: Resolver[C] = Resolver(serializer=dialect.serializer)
    return app, _handler(app, dialect)


def _handler(app: Resolver[C], dialect: Dialect[C]) -> Handler:
    def handler(event: Any, context: Any) -> dict[str, Any]:
        began = time.perf_counter()
        config = settings()
        request = dialect.named(Request.of(event, context, config.seconds))
        with security_log.on_behalf_of(request.id, request.source_ip):
            answer = _answer(app, dialect, request, context)
        answer["headers"] = {
            "Content-Type": dialect.content_type,
            "Cache-Control": "no-store",  # unless the endpoint itself says otherwise
            **answer.get("headers", {}),
            "X-Content-Type-Options": "nosniff",
            "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
            dialect.request_id_header: request.id,
        }
        log.info(
            "answered",
            extra={
                "route": request.route,
                "status": answer["statusCode"],
                "request": request.id,
                "source_ip": request.source_ip,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
            },
        )
        return answer

    dependencies.prepare()
    return handler


def _answer(app: Resolver[C], dialect: Dialect[C], request: Request, context: Any) -> dict[str, Any]:
    try:
        request.demand_small_head()
        store = dependencies.current().store.within(request.deadline)
        call = dialect.authorize(request, store)
        request.demand_wellformed()
        if not dialect.ignores_unknown_parameters:
            request.demand_parameters(app.parameters)
        body = dialect.read_body(request)
        if not dialect.ignores_unknown_parameters and not app.takes_body:
            request.demand_no_fields(body)
        app.append_context(call=call, body=body)  # type: ignore[no-untyped-call]
        answer = app.resolve(_plain(request), context)
        if "charset=" not in answer["headers"].get(
            "Content-Type", ""
        ):  # the endpoint leaves it to the dialect
            answer["headers"].pop("Content-Type", None)
        return answer
    except DirectoryError as error:
        reply = dialect.error_response(error, request)
        _note(error, request)
        if isinstance(error, Unavailable):
            tell = log.warning if is_passing(error) else log.error
            tell("unavailable", extra={"request": request.id, "cause": _names(error), **_facts(error)})
            reply = replace(reply, headers={**reply.headers, "Retry-After": str(error.retry_after)})
    except Exception as error:  # the last catch: nothing may escape in another shape
        more = {"cause": _names(error), "at": _place(error), **_facts(error)}
        log.error("broken", extra={"request": request.id, **more})
        reply = dialect.error_response(DirectoryError(), request)
    said = {"statusCode": reply.status, "body": reply.body, "headers": dict(reply.headers)}
    return {**said, "cookies": list(reply.cookies)} if reply.cookies else said


def _note(error: DirectoryError, request: Request) -> None:
    """Tell the log of a refusal that somebody should hear of."""
    if isinstance(error, Unauthenticated | Forbidden):
        user_id = error.user_id if isinstance(error, Forbidden) else None
        security_log.denied(type(error).__name__, route=request.route, user_id=user_id)
    if isinstance(error, CorruptItem):
        security_log.corrupt_item(str(error))


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


def _facts(error: BaseException) -> dict[str, object]:
    """What said no behind the error, where something did."""
    fault = fault_of(error)
    return fault.facts() if fault is not None else {}


def _place(error: BaseException) -> list[str]:
    """Where the error was raised: file, line and function of the innermost frames."""
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-5:]


def field_errors_of(errors: Any) -> list[FieldError]:
    """What a validation found first: where and why, never the refused value."""
    return [
        FieldError(
            ".".join(str(part) for part in error["loc"][1:])[: bounds.FIELD_NAME_CHARACTERS],
            words.of(error),
        )
        for error in errors[: bounds.FIELD_ERRORS]
    ]


def _validation_failed(error: RequestValidationError) -> Any:
    raise ValidationFailed(*field_errors_of(error.errors())) from None  # the cause holds the input


def _wrong_media_type(_: RequestUnsupportedContentType) -> Any:
    raise WrongMediaType from None


def _invalid_response(error: ResponseValidationError) -> Any:
    raise InvalidResponse(str([each["loc"] for each in error.errors()])) from None


def _no_route(_: NotFoundError) -> Any:
    raise NotFound("route") from None


def _raise_again(error: Exception) -> Any:
    """Raise it to our own handler. Without this, Powertools logs its text, which may hold what was sent."""
    raise error
