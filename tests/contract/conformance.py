"""Holds every answer of the suite against the OpenAPI document: media type, headers, the body's schema."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from tools.openapi.examples import JSON_TYPES

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "functions/site/openapi.json").read_text("utf-8")
)
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def parts(part: Any) -> Iterator[dict[str, Any]]:
    """Every object within a part of the document."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from parts(one)


def find_fault(route: str, answer: Mapping[str, Any]) -> str | None:
    """Why the answer is not one that the document promises of the route (`METHOD /path`), or None."""
    if route.endswith("+}"):  # what a family answers beside its documented routes
        return None
    return next(_promise(route, int(answer["statusCode"])).field_errors(answer), None)


@dataclass(frozen=True, slots=True)
class _Promise:
    """What an operation's response of one status says: validators of headers, and of bodies by media type."""

    headers: Mapping[str, Any]
    content: Mapping[str, Any]

    def field_errors(self, answer: Mapping[str, Any]) -> Iterator[str]:
        sent = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        sent["set-cookie"] = "; ".join(answer.get("cookies", ()))
        for name, validator in self.headers.items():
            if not sent.get(name.lower()):
                yield f"without the header {name}"
            elif not validator.is_valid(sent[name.lower()]):
                yield f"with the header {name}: {sent[name.lower()]}"
        if not self.content:
            if answer.get("body"):
                yield "with a body"
            return
        media_type, _, parameters = sent.get("content-type", "").partition(";")
        if media_type not in self.content or parameters.strip().lower() != "charset=utf-8":
            yield f"as {media_type}, {parameters}"
        elif media_type in JSON_TYPES and not answer.get("isBase64Encoded"):
            body = json.loads(answer["body"])
            for error in self.content[media_type].iter_errors(body):
                place = "/".join(str(step) for step in error.instance_path)
                yield f"with a body in which {error.message[:300]} at /{place}"


@cache
def _promise(route: str, status: int) -> _Promise:
    method, _, path = route.partition(" ")
    response = _resolved(DOCUMENT["paths"][path][method.lower()]["responses"][str(status)])
    headers = {name: _validator(_resolved(one)["schema"]) for name, one in response["headers"].items()}
    content = {media: _validator(one["schema"]) for media, one in response.get("content", {}).items()}
    return _Promise(headers, content)


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The component that a part refers to; the part itself where it refers to none."""
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return _resolved(found)


def _validator(schema: dict[str, Any]) -> Any:
    """A compiled schema, which may refer to the document's components."""
    return _compiled(json.dumps(schema))


@cache
def _compiled(schema: str) -> Any:
    """By its text: most answers refer to one of a few components, and to compile them all takes a while."""
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
