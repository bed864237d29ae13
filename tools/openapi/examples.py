"""An example for each body that is answered, made of its schema: a reader sees values, and no `string`."""

from collections.abc import Mapping
from typing import Any

from tools.openapi.api_spec import Schema
from tools.openapi.components import SCHEMAS

_BY_FORMAT: Mapping[str, Any] = {
    "date-time": "2026-01-31T09:30:00Z",
    "email": "ada.lovelace@example.org",
    "uri": "https://roster.example.org",
}
_BY_NAME: Mapping[str, Any] = {
    "access_token": "the token",
    "abbreviation": "NW",
    "address": "1 Harbour Street",
    "admin_email": _BY_FORMAT["email"],
    "admin_name": "Ada Lovelace",
    "country": "United Kingdom",
    "at": _BY_FORMAT["date-time"],
    "createdAt": _BY_FORMAT["date-time"],
    "created_at": _BY_FORMAT["date-time"],
    "email": _BY_FORMAT["email"],
    "fullName": "Ada Lovelace",
    "id": "u-0000003",
    "key": "northwind",
    "message": "words for people",
    "description": "words for people",
    "name": "Northwind",
    "openapi": "3.1.0",
    "org_id": "ws-northwind",
    "project_id": "p-web",
    "timestamp": _BY_FORMAT["date-time"],
    "token": "the token's secret",
    "userId": "u-0000003",
    "workspaceId": "ws-northwind",
}
"""What a field of this name holds, where its schema allows that."""


JSON_TYPES = ("application/json", "application/scim+json")


def with_examples(document: Schema) -> Schema:
    """The document, in which each JSON body of an answer has an example."""
    schemas = document["components"]["schemas"]

    def shown(response: Schema) -> Schema:
        content = {
            media_type: {**one, "example": example(one["schema"], schemas)}
            if media_type in JSON_TYPES
            else one
            for media_type, one in response.get("content", {}).items()
        }
        return {**response, "content": content} if content else response

    def told(responses: Mapping[str, Schema]) -> Schema:
        return {name: one if "$ref" in one else shown(one) for name, one in responses.items()}

    paths = {
        path: {method: {**one, "responses": told(one["responses"])} for method, one in methods.items()}
        for path, methods in document["paths"].items()
    }
    components = {**document["components"], "responses": told(document["components"]["responses"])}
    return {**document, "paths": paths, "components": components}


def example(schema: Schema, schemas: Mapping[str, Schema], name: str = "") -> Any:
    """A value that the schema allows, with the fields alone that must be there.

    Raises LookupError for a text with a pattern that no table has a value of.
    """
    if "$ref" in schema:
        return example(schemas[schema["$ref"].removeprefix(SCHEMAS)], schemas, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        # Of codes the one for most; of roles the lesser: `USER`, `MEMBER`.
        return schema["enum"][0 if name == "code" else -1]
    if "anyOf" in schema:
        may_be_null = {"type": "null"} in schema["anyOf"]
        return None if may_be_null and name not in _BY_NAME else example(schema["anyOf"][0], schemas, name)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            if schema.get("minProperties"):
                return {"field": example(schema["additionalProperties"], schemas)}
            return {one: example(fields[one], schemas, one) for one in schema.get("required", ())}
        case "array":
            return [example(schema["items"], schemas, name)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
    return _text(schema, name)


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _BY_FORMAT:
        return str(_BY_FORMAT[schema["format"]])
    if "pattern" in schema:
        raise LookupError(f"no example of {name or 'a text'} for {schema['pattern']}")
    if name.endswith("_url"):
        return f"/v2/{name.removesuffix('_url')}"
    return str(_BY_NAME.get(name[:1].lower() + name[1:], name or "text"))
