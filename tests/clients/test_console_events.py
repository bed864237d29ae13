"""What a console's test button sends: a handler answers it in its dialect, and raises nothing."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Routes
from roster import dependencies
from roster.db.store import Store
from tests.support.api import Clock, Context
from tools.openapi.examples import JSON_TYPES

ROUTES = Routes.from_template(Path(__file__).parents[2] / "template.yaml")
BEHIND_HTTP = sorted({route.function.id for route in ROUTES.routes})
PUBLIC_POSTS = (
    *("AcceptInvitation", "ForgetPassword", "Login", "LookAtInvitation", "ResetPassword"),
    *("LogInSecond", "LogInByPasskey", "BeginPasskeyLogin"),
)

EVENTS: dict[str, Any] = {
    "nothing": {},
    "hello-world": {"key1": "value1", "key2": "value2", "key3": "value3"},
    "http-api": {  # of the console's HTTP API template, what a handler looks at
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/path/to/resource",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1", "cookie2"],
        "headers": {"Header1": "value1", "Header2": "value1,value2"},
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "http": {"method": "POST", "path": "/path/to/resource", "sourceIp": "192.168.0.1/32"},
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": "eyJ0ZXN0IjoiYm9keSJ9",
        "pathParameters": {"parameter1": "value1"},
        "isBase64Encoded": True,
        "stageVariables": {"stageVariable1": "value1"},
    },
    "rest-api": {  # of the older kind of gateway, payload 1.0
        "resource": "/{proxy+}",
        "path": "/path/to/resource",
        "httpMethod": "POST",
        "headers": {"Accept": "*/*"},
        "multiValueHeaders": {"Accept": ["*/*"]},
        "queryStringParameters": {"foo": "bar"},
        "pathParameters": {"proxy": "/path/to/resource"},
        "requestContext": {"resourcePath": "/{proxy+}", "httpMethod": "POST", "stage": "prod"},
        "body": "eyJ0ZXN0IjoiYm9keSJ9",
        "isBase64Encoded": True,
    },
}


def _sent(function: str, event: str) -> Any:
    """What the handler answers; the gateway's account of statuses knows no such requests."""
    target = ROUTES.functions[function]
    return getattr(import_module(target.module), target.attribute)(EVENTS[event], Context(function))


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("function", BEHIND_HTTP)
def test_a_console_event_is_answered(function: str, event: str, bare_store: Store, clock: Clock) -> None:
    dependencies.use(dependencies.Dependencies(bare_store, clock))
    answer = _sent(function, event)
    dependencies.use(None)
    untyped = function in PUBLIC_POSTS and "body" in EVENTS[event]  # nobody is asked first who calls
    assert answer["statusCode"] in ((415,) if untyped else (400, 401, 404))
    assert isinstance(json.loads(answer["body"]), dict)
    assert answer["headers"]["Content-Type"].partition(";")[0] in JSON_TYPES


@pytest.mark.parametrize("event", EVENTS)
def test_the_cleanup_has_nothing_to_do(event: str, bare_store: Store, clock: Clock) -> None:
    dependencies.use(dependencies.Dependencies(bare_store, clock))
    answer = _sent("Cleanup", event)
    dependencies.use(None)
    assert answer == {"batchItemFailures": []}
