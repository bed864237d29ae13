"""Writes `events/*.json`, one event a function, for `sam local invoke` and `make invoke`.

Run as `python -m tools.sample_events`. Each event is made of the function's first route in the template and
of what the OpenAPI document says of it: parameters, credential, body. A test holds files and tool equal.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.gateway import HttpRequest, event, read_template

ROOT = Path(__file__).parents[1]
FOLDER = "events"

_AT = datetime(2026, 4, 13, 1, 0, 0, tzinfo=UTC)
_SECRET = "0" * 43
_TOKEN = f"Bearer token_user-uuid.{_SECRET}"
_HEADERS = (("host", "roster.example"), ("user-agent", "curl/8.5.0"), ("accept", "*/*"))
_CREDENTIALS: dict[str, tuple[str, str]] = {
    "session": ("cookie", f"__Host-session=session_user-uuid.{_SECRET}"),
    "bearer": ("authorization", _TOKEN),
    "scimToken": ("authorization", f"Bearer scim_workspace-uuid.{_SECRET}"),
    "client": ("authorization", "Basic Y2Y6"),  # the client `cf`, whose secret is empty
}
"""The header that each security scheme of the OpenAPI document stands for."""

_IDENTITY = {"X-Org-Id": "org-1", "X-Project-Id": "p-1", "X-User-Id": "user-uuid"}
"""The headers that an operation may require as parameters."""

_ORDERS = {"send_mail.handler": "MAIL", "cleanup.handler": "SWEEP", "deliver.handler": "DELIVERIES"}
"""The partition of the orders that a queue's function carries out."""

_FIELDS: dict[str, Any] = {
    "currentPassword": "difference engine",
    "email": "ada@example.com",
    "fullName": "Ada Lovelace",
    "grant_type": "password",
    "key": "acme",
    "name": "Acme Corp",
    "newPassword": "analytical engine",
    "password": "difference engine",
    "role": "MEMBER",
    "roles": ["USER"],
    "userId": "user-uuid",
    "username": "ada@example.com",
}
"""What fields hold that should look like something; any other holds its own name, or 1, or true."""


def texts(root: Path = ROOT) -> dict[str, str]:
    """The text of every file of the folder, by the id of its function."""
    document = json.loads((root / "functions" / "site" / "openapi.json").read_text("utf-8"))
    resources = read_template(root / "template.yaml")["Resources"]
    return {
        name: json.dumps(_event(resource["Properties"], document), indent=2, ensure_ascii=False) + "\n"
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _event(function: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    source = next(iter(function["Events"].values()))
    if source["Type"] == "DynamoDB":
        return _change(source["Properties"])
    if source["Type"] == "SQS":
        return _message(_ORDERS[function["Handler"]])
    if source["Type"] == "Schedule":
        return _change(function["Events"]["Stream"]["Properties"])
    if "Path" not in source["Properties"]:
        return _made("GET", "/api/nowhere", "$default", {}, _HEADERS, b"")
    method, path = source["Properties"]["Method"], source["Properties"]["Path"]
    operation = document["paths"].get(path, {}).get(method.lower())
    if operation is None:
        raise LookupError(f"the OpenAPI document has no {method} {path}: run `python -m tools.openapi` first")
    parameters = {
        each["name"]: _parameter(each) for each in operation.get("parameters", ()) if each["in"] == "path"
    }
    content_type, body = _body(operation, document)
    required = [
        each["name"]
        for each in operation.get("parameters", ())
        if each["in"] == "header" and each.get("required")
    ]
    identity = [(name.lower(), _IDENTITY[name]) for name in sorted(required)]
    headers = [*_HEADERS, *identity, *_credential(operation)]
    if body:
        headers.append(("content-type", content_type))
    return _made(method, path.format(**parameters), f"{method} {path}", parameters, headers, body)


def _made(
    method: str,
    path: str,
    route: str,
    parameters: Mapping[str, str],
    headers: Any,
    body: bytes,
) -> dict[str, Any]:
    request = HttpRequest.of(method, path, headers, body)
    return event(request, route, parameters, at=_AT, request_id=f"event-{method.lower()}")


def _parameter(parameter: Mapping[str, Any]) -> str:
    name = parameter["name"]
    if parameter["schema"].get("type") == "integer":
        return "5"
    if "enum" in parameter["schema"]:
        return str(parameter["schema"]["enum"][0])
    return "user-uuid" if name == "guid" else f"{name.removesuffix('Id')}-uuid"


def _credential(operation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The headers of the first way in which the operation may be authorized."""
    for scheme in next(iter(operation.get("security", ())), ()):
        yield _CREDENTIALS[scheme]


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[str, bytes]:
    """Content type and body: the required fields, or the first known one where none is required."""
    for content_type, media in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolved(media["schema"], document)
        fields = schema.get("properties", {})
        wanted = schema.get("required") or [name for name in fields if name in _FIELDS][:1]
        values = {name: _value(name, fields.get(name, {}), document) for name in wanted}
        if content_type == "application/x-www-form-urlencoded":
            return content_type, urlencode(values).encode()
        return content_type, json.dumps(values, ensure_ascii=False).encode()
    return "", b""


def _value(name: str, schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    if name in _FIELDS:
        return _FIELDS[name]
    schema = _resolved(schema, document)
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", ())), None))
    return {"integer": 1, "boolean": True, "array": [], "object": {}}.get(schema.get("type", ""), name)


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _change(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What the stream tells a function of a user, by the first of its filters and of what that names."""
    pattern = json.loads(properties["FilterCriteria"]["Filters"][0]["Pattern"])["dynamodb"]["Keys"]
    partition = pattern["PK"]["S"][0]
    named = partition["prefix"] + "user-uuid" if isinstance(partition, dict) else partition
    (place,) = pattern.get("SK", {"S": ["USER#user-uuid"]})["S"]
    keys = {"PK": {"S": named}, "SK": {"S": place}}
    change = {
        "Keys": keys,
        "SequenceNumber": "100000000000000000001",
        "SizeBytes": 40,
        "StreamViewType": "KEYS_ONLY",
    }
    stream = "arn:aws:dynamodb:us-east-1:123456789012:table/roster/stream/2026-04-13T01:00:00.000"
    record = {
        "eventID": "1",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
        "awsRegion": "us-east-1",
        "dynamodb": change,
        "eventSourceARN": stream,
    }
    return {"Records": [record]}


def _message(orders: str) -> dict[str, Any]:
    """What a queue tells a function: an order that is in the table no more."""
    record = {
        "messageId": "00000000-0000-4000-8000-000000000001",
        "receiptHandle": "receipt",
        "body": json.dumps({"pk": orders, "sk": "USER#user-uuid"}),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1776042000000"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
        "awsRegion": "us-east-1",
    }
    return {"Records": [record]}


def main(root: Path = ROOT) -> None:
    """Write each event, and remove the files of functions that are gone."""
    made = texts(root)
    folder = root / FOLDER
    for path in folder.glob("*.json"):
        if path.stem not in made:
            path.unlink()
    for name, text in made.items():
        (folder / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
