"""What every answer of the suite has and what none may show, asked by `contract/recorder.py` of each one."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.openapi.examples import JSON_TYPES

HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
CACHEABLE = {
    "GET /docs": "public, max-age=300",
    "GET /openapi.json": "public, max-age=300",
    "GET /console": "no-cache",
    "GET /console/{digest}/{file+}": "public, max-age=31536000, immutable",
}
"""The routes whose answers are the same to everybody, and how these are kept; their failures are not."""
REQUEST_IDS = ("x-request-id", "x-vcap-request-id")

_PARTS = ("password", "hash", "digest", "epoch", "secret")
_WHOLE = ("pk", "sk", "v", "token")
_STATES = (
    "mustChangePassword",
    "changePassword",
)  # which say something of a secret, and nothing that is in it
_GRANTED = {
    "POST /api/workspaces/{workspaceId}/scim-tokens": {"secret"},
    "POST /api/auth/tokens": {"token"},
    "POST /api/auth/factors/totp": {"secret"},
    "POST /api/admin/clients": {"secret"},
    "POST /api/admin/clients/{clientId}/secret": {"secret"},
    "POST /api/admin/webhooks": {"secret"},
    "POST /api/admin/webhooks/{webhookId}/secret": {"secret"},
    "POST /api/workspaces/{workspaceId}/webhooks": {"secret"},
    "POST /api/workspaces/{workspaceId}/webhooks/{webhookId}/secret": {"secret"},
}
"""The one time that it is shown."""
_DOCUMENTS = ("GET /openapi.json",)  # which speak of such fields


def find_fault(route: str, answer: Mapping[str, Any]) -> str | None:
    """Why an answer must not be given out, or None."""
    return next(_faults(route, answer), None)


def _faults(route: str, answer: Mapping[str, Any]) -> Iterator[str]:
    sent = {name.lower(): value for name, value in answer["headers"].items()}
    cached = route in CACHEABLE and answer["statusCode"] < 400 and sent.get("cache-control") != "no-store"
    expected = HEADERS | {"cache-control": CACHEABLE[route]} if cached else HEADERS
    for name, value in expected.items():
        if sent.get(name) != value:
            yield f"with {name}: {sent.get(name)}"
    if not sent.get("content-type", "").replace(" ", "").endswith(";charset=utf-8"):
        yield "without a charset"
    if not any(sent.get(name) for name in REQUEST_IDS):
        yield "without a request id"
    has_json = sent["content-type"].partition(";")[0] in JSON_TYPES and answer["statusCode"] not in (204, 304)
    if has_json and route not in _DOCUMENTS:
        for name in _names(json.loads(answer["body"])):
            if _is_internal(name.lower()) and name not in (*_STATES, *_GRANTED.get(route, ())):
                yield f"with a field {name}"


def _is_internal(name: str) -> bool:
    return name in _WHOLE or any(part in name for part in _PARTS)


def _names(value: Any) -> Iterator[str]:
    """The names of all fields, at any depth."""
    if isinstance(value, dict):
        yield from value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inside:
        yield from _names(one)
