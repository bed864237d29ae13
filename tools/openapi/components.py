"""The named components of the document: collects and names them, and removes those that nothing uses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from tools.openapi.api_spec import Schema

SCHEMAS = "#/components/schemas/"


class Clash(Exception):
    """Two different shapes have the same name."""


class Shapes:
    """Schemas by name, of which no two may differ under one."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def add(self, schemas: Mapping[str, Schema]) -> None:
        """Take these in. Raises Clash."""
        for name, schema in schemas.items():
            if self.named.setdefault(_name(name), tidy(schema)) != tidy(schema):
                raise Clash(f"there are two kinds of {_name(name)}")

    def of_type(self, type_: Any) -> Schema:
        """The schema of a type's JSON; what it refers to is taken in, and a class itself under its name."""
        made = TypeAdapter(type_).json_schema(mode="serialization", ref_template=SCHEMAS + "{model}")
        self.add(made.pop("$defs", {}))
        if not isinstance(type_, type):
            schema: Schema = tidy(made)
            return schema
        if "$ref" not in made:  # a class that leads back to itself refers to itself
            self.add({type_.__name__: made})
        return {"$ref": SCHEMAS + _name(type_.__name__)}


def tidy(schema: Any) -> Any:
    """A schema without titles, which only repeat names, and with `SuccessOfMember` for `Success_Member_`."""
    if isinstance(schema, list):
        return [tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {key: tidy(value) for key, value in schema.items() if key not in ("title", "properties")}
    if "properties" in schema:
        tidied["properties"] = {name: tidy(one) for name, one in schema["properties"].items()}
    if isinstance(reference := tidied.get("$ref"), str):
        tidied["$ref"] = SCHEMAS + _name(reference.removeprefix(SCHEMAS))
    return tidied


def _name(made: str) -> str:
    """The name of a shape; of a generic one, `ListedOfMember` for `Listed_Member_`.

    A class is called `WorkspaceShape` where the directory has a `Workspace`; the document says `Workspace`.
    """
    made = re.sub(r"Shape(?=_|$)", "", made)
    if not made.endswith("_"):
        return made
    return "Of".join(part[0].upper() + part[1:] for part in made.split("_") if part)


def without_unused(document: Schema) -> Schema:
    """The document without the components that no operation leads to."""
    kept = _reached(document["components"], document["paths"])
    used = {
        kind: {name: one for name, one in every.items() if (kind, name) in kept or kind == "securitySchemes"}
        for kind, every in document["components"].items()
    }
    return {**document, "components": used}


def closed(document: Schema) -> Schema:
    """The document, in which the objects of answers have no properties but those that it names."""
    operations = (one for methods in document["paths"].values() for one in methods.values())
    answers = _reached(document["components"], [operation["responses"] for operation in operations])
    schemas = document["components"]["schemas"]
    shut = {name: _shut(one) if ("schemas", name) in answers else one for name, one in schemas.items()}
    return {**document, "components": {**document["components"], "schemas": shut}}


def _shut(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_shut(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    open_ = "properties" in schema and "additionalProperties" not in schema
    shut = {key: _shut(value) for key, value in schema.items()}
    return {**shut, "additionalProperties": False} if open_ else shut


def _reached(components: Schema, part: Any) -> set[tuple[str, str]]:
    """Kind and name of every component that a part of the document leads to."""
    reached: set[tuple[str, str]] = set()
    ahead = set(_referred(part))
    while ahead:
        reached |= ahead
        ahead = {more for kind, name in ahead for more in _referred(components[kind][name])} - reached
    return reached


def _referred(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for one in part:
            yield from _referred(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" and isinstance(value, str):
                kind, _, name = value.removeprefix("#/components/").partition("/")
                yield kind, name
            else:
                yield from _referred(value)
