"""What the resolvers do not know of a dialect: one table per dialect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
Security: TypeAlias = Sequence[Mapping[str, Sequence[str]]]

TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
IDENTIFIER: Schema = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
USER_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9._:|@+=-]{1,128}$"}
"""Other systems' ids of users are kept."""
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 999_999_999}

TOO_LARGE = "Body, query or headers are beyond what is read here."
"""What 413 means, to every dialect."""

PUBLIC: Security = ()
BEARER: Security = ({"bearer": ()},)


@dataclass(frozen=True)
class Operation:
    """What the resolver does not know of one route; for the rest, the resolver or the dialect decides."""

    summary: str = ""
    id: str = ""
    """Of a family's route, whose function does not name it."""
    parameters: Sequence[Schema] = ()
    headers: Sequence[str] = ()
    """Of the success: names of the document's `HEADERS`."""
    security: Security | None = None
    body: Schema | None = None
    """The `requestBody`, where the handler reads it itself."""
    path: Mapping[str, Schema] = field(default_factory=dict)
    """The schemas of path parameters, before those of the dialect."""
    shape: Any = None
    """The type of the success's body, where the handler's own says nothing of it."""
    content: Schema | None = None
    """The `content` of the success, where no type says it."""
    example: Schema | None = None
    """Of the body that is sent."""


@dataclass(frozen=True)
class DocumentedError:
    """One of a dialect's failures: what it means, and the schemas of its body, each under its own name."""

    meaning: str
    schemas: Mapping[str, Schema]
    headers: Sequence[str] = ()


@dataclass(frozen=True)
class ApiSpec:
    """A dialect in the document; its routes are those whose function lies in one of its folders."""

    name: str
    about: str
    folders: Sequence[str]
    security: Security
    refusals: Mapping[int, DocumentedError]
    path: Mapping[str, Schema] = field(default_factory=dict)
    """The schemas of path parameters that are not any text."""
    headers: Sequence[str] = ("X-Request-Id",)
    """Of every answer."""
    media_type: str = "application/json"
    """Of failures."""
    parameters: Sequence[Schema] = ()
    """Of every request."""
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    """Named schemas to which the tables refer, by `reference`."""
    operations: Mapping[str, Operation] = field(default_factory=dict)
    """By route, as the template spells it."""

    @property
    def key(self) -> str:
        """The name as part of an identifier."""
        return "".join(word[0].upper() + word[1:] for word in self.name.split())


def record(**properties: Schema) -> Schema:
    """The schema of an object that has just these properties, all of them."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def reference(name: str) -> Schema:
    """What stands for the named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def header(name: str, meaning: str, schema: Schema = TEXT, *, required: bool = False) -> Schema:
    """A header that a request may carry."""
    return {"name": name, "in": "header", "description": meaning, "required": required, "schema": schema}


def query(name: str, meaning: str, schema: Schema = TEXT) -> Schema:
    """A query parameter that may be sent."""
    return {"name": name, "in": "query", "description": meaning, "required": False, "schema": schema}


def phrase(status: int) -> str:
    """What RFC 9110 calls a status; Python has its phrase of 413 since 3.13."""
    return "Content Too Large" if status == 413 else HTTPStatus(status).phrase
