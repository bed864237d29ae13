"""AWS's command line as far as the runbook needs it: options by botocore's models, answers in text or JSON.

What it takes and refuses, how it pages, and its exit codes are those of the AWS CLI, version 2.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from botocore.paginate import PaginatorModel
from botocore.validate import ParamValidator
from botocore.waiter import WaiterModel

PAGE = 50
"""Rows in a page of AWS's answers."""
BAD_CALL, REFUSED, FAILED = 252, 254, 255
"""Exit codes: the call itself is wrong; AWS refused it; anything else, such as a waiter that gave up."""
TAIL = {"since": True, "filter-pattern": True, "format": True, "follow": False, "log-stream-names": True}
"""The options of `aws logs tail`, which is no operation of the service; whether each takes a value."""


class BadCall(Exception):
    """The command line does not understand its arguments."""


class Refusal(Exception):
    """What AWS answers instead of doing it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Call:
    """One call of `aws SERVICE OPERATION`, its options read; `wait` and `tail` are operations too."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: str = "json"
    query: str | None = None
    pages: bool = True
    waits: bool = False

    @property
    def name(self) -> str:
        """As it is typed."""
        return f"{self.service} {'wait ' * self.waits}{self.operation}"


@lru_cache
def _loader() -> Loader:
    loader: Loader = botocore.session.Session().get_component("data_loader")
    return loader


@lru_cache
def service_model(service: str) -> ServiceModel:
    """Botocore's model of a service. Raises `BadCall` where there is none."""
    try:
        return ServiceModel(_loader().load_service_model(service, "service-2"), service)
    except UnknownServiceError as error:
        raise BadCall(f"invalid choice: {service}") from error


@lru_cache
def waiter_model(service: str) -> WaiterModel:
    """What a service lets one wait for."""
    return WaiterModel(_loader().load_service_model(service, "waiters-2"))


@lru_cache
def _pagination(service: str) -> PaginatorModel:
    return PaginatorModel(_loader().load_service_model(service, "paginators-1"))


def parse(arguments: Sequence[str]) -> Call:
    """The call that the words after `aws` make. Raises `BadCall` for one that the AWS CLI does not take."""
    if len(arguments) < 2:
        raise BadCall("the following arguments are required: operation")
    service, operation, *rest = arguments
    if (service, operation) == ("logs", "tail"):
        return _tail(rest)
    model = service_model(service)
    waits = operation == "wait"
    if waits:
        operation, *rest = rest
        waited = {xform_name(name, "-"): name for name in waiter_model(service).waiter_names}
        if operation not in waited:
            raise BadCall(f"argument operation: invalid choice: {operation}")
        called = waiter_model(service).get_waiter(waited[operation]).operation
    else:
        names = {xform_name(name, "-"): name for name in model.operation_names}
        if operation not in names:
            raise BadCall(f"argument operation: invalid choice: {operation}")
        called = names[operation]
    shape = model.operation_model(called).input_shape
    options = _options(rest)
    common = {name: options.pop(name) for name in ("output", "query", "region", "profile") if name in options}
    pages = options.pop("no-paginate", None) is None
    options.pop("no-cli-pager", None)
    parameters = _parameters(shape, options)
    if shape is not None and (report := ParamValidator().validate(parameters, shape)).has_errors():
        raise BadCall(report.generate_report())
    query = _one("query", common["query"]) if "query" in common else None
    if query is not None:
        jmespath.compile(query)
    output = _one("output", common.get("output", ["json"]))
    if output not in ("json", "text"):
        raise BadCall(f"argument --output: invalid choice: {output}")
    return Call(service, operation, parameters, output, query, pages, waits)


def _tail(rest: Sequence[str]) -> Call:
    if not rest or rest[0].startswith("--"):
        raise BadCall("the following arguments are required: group_name")
    options = _options(rest[1:])
    for name, values in options.items():
        if name not in TAIL:
            raise BadCall(f"Unknown options: --{name}")
        if bool(values) != TAIL[name]:
            raise BadCall(f"argument --{name}: expected {'one argument' if TAIL[name] else 'none'}")
    return Call("logs", "tail", {"group": rest[0]} | options)


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    current: list[str] | None = None
    for word in words:
        if word.startswith("--"):
            name, is_given, value = word[2:].partition("=")
            current = options.setdefault(name, [])
            current += [value] if is_given else []
        elif current is None:
            raise BadCall(f"Unknown options: {word}")
        else:
            current.append(word)
    return options


def _one(name: str, values: Sequence[str]) -> str:
    if len(values) != 1:
        raise BadCall(f"argument --{name}: expected one argument, or unknown options: {values}")
    return values[0]


def _parameters(shape: StructureShape | None, options: Mapping[str, list[str]]) -> dict[str, Any]:
    members = {} if shape is None else {xform_name(name, "-"): name for name in shape.members}
    found: dict[str, Any] = {}
    for option, values in options.items():
        name = members.get(option)
        if name is not None and shape is not None:
            found[name] = _value(option, shape.members[name], values)
        elif option.startswith("no-") and option[3:] in members and shape is not None:
            name = members[option[3:]]
            if shape.members[name].type_name != "boolean" or values:
                raise BadCall(f"Unknown options: --{option} {values}")
            found[name] = False
        else:
            raise BadCall(f"Unknown options: --{option}")
    return found


def _value(option: str, shape: Shape, values: list[str]) -> Any:
    if shape.type_name == "boolean":
        if values:
            raise BadCall(f"Unknown options: {values}")
        return True
    if isinstance(shape, ListShape) and not (values and values[0].startswith("[")):
        return [_scalar(shape.member, value) for value in values]
    text = _one(option, values)
    if text.startswith("file://"):
        text = Path(text.removeprefix("file://")).read_text("utf-8")
    if isinstance(shape, StructureShape | ListShape) and text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise BadCall(f"Error parsing parameter '--{option}': Invalid JSON") from error
    return _scalar(shape, text)


def _scalar(shape: Shape, text: str) -> Any:
    if isinstance(shape, StructureShape):
        rest, value = _shorthand(shape, text)
        if rest:
            raise BadCall(f"Error parsing parameter: {text}")
        return value
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("double", "float"):
        return float(text)
    if shape.type_name == "boolean":
        return text.lower() == "true"
    return text


def _shorthand(shape: StructureShape, text: str) -> tuple[str, dict[str, Any]]:
    """What is left of the text behind `Key=value,Key={Key=value}`, and the structure."""
    found: dict[str, Any] = {}
    while True:
        name, is_given, text = text.partition("=")
        if not is_given or name not in shape.members:
            raise BadCall(f"Error parsing parameter: {name}")
        member = shape.members[name]
        if text.startswith("{") and isinstance(member, StructureShape):
            text, found[name] = _shorthand(member, text[1:])
            if not text.startswith("}"):
                raise BadCall(f"Error parsing parameter: expected '}}', received {text!r}")
            text = text[1:]
        else:
            end = min((text.find(mark) for mark in ",}" if mark in text), default=len(text))
            found[name], text = _scalar(member, text[:end]), text[end:]
        if not text.startswith(","):
            return text, found
        text = text[1:]


def answered(call: Call, answer: Mapping[str, Any]) -> str:
    """What the AWS CLI prints of an answer, page by page where it prints text: then it asks each page."""
    known = service_model(call.service).operation_model(_operation(call)).output_shape
    _check(known, answer, call.name)
    pages = list(_paged(call, answer))
    if not call.pages:
        pages = pages[:1]
    elif call.output == "json":
        pages = [dict(answer)]
    shown = pages if call.query is None else [jmespath.search(call.query, page) for page in pages]
    printed = _text if call.output == "text" else _json
    return "".join(printed(each) for each in shown)


def _operation(call: Call) -> str:
    names = service_model(call.service).operation_names
    return next(name for name in names if xform_name(name, "-") == call.operation)


def _check(shape: Shape | None, value: Any, where: str) -> None:
    """That AWS has such answers: a stub that makes names up would let the page use them."""
    if isinstance(value, Mapping) and isinstance(shape, StructureShape):
        for name, member in value.items():
            if name not in shape.members:
                raise AssertionError(f"{where}: AWS answers no {name}")
            _check(shape.members[name], member, f"{where}.{name}")
    elif isinstance(value, list) and isinstance(shape, ListShape):
        for each in value:
            _check(shape.member, each, where)


def _paged(call: Call, answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        pagination = _pagination(call.service).get_paginator(_operation(call))
    except (ValueError, UnknownServiceError):
        yield dict(answer)
        return
    key, token = pagination["result_key"], pagination["output_token"]
    key = key[0] if isinstance(key, list) else key
    rows = answer.get(key, [])
    for start in range(0, max(len(rows), 1), PAGE):
        more = {token: "next"} if start + PAGE < len(rows) and isinstance(token, str) else {}
        yield {**answer, key: rows[start : start + PAGE], **more}


def _json(value: Any) -> str:
    return json.dumps(value, indent=4) + "\n"


def _text(value: Any) -> str:
    """Scalars of a list stand on a line, with tabs between; a list of lists is a line each."""
    if isinstance(value, list):
        if not value:
            return ""
        if isinstance(value[0], list):
            return "".join(map(_text, value))
        if any(isinstance(each, dict) for each in value):
            raise AssertionError("text of whole objects is for nobody to read")
        return "\t".join(map(str, value)) + "\n"
    if isinstance(value, Mapping):
        raise AssertionError("text of whole objects is for nobody to read")
    return f"{value}\n"


def run(arguments: Sequence[str], do: Callable[[Call], Mapping[str, Any] | None]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `aws ARGUMENTS`, where `do` is AWS."""
    try:
        call = parse(arguments)
    except BadCall as error:
        return BAD_CALL, "", f"\naws: [ERROR]: {error}\n"
    try:
        answer = do(call)
    except Refusal as refused:
        return REFUSED, "", f"\nAn error occurred ({refused.code}) when calling {call.name}: {refused}\n"
    except TimeoutError:
        return FAILED, "", f"\nWaiter {call.operation} failed: Max attempts exceeded\n"
    return 0, "" if answer is None else answered(call, answer), ""
