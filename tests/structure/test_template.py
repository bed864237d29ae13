"""Template, handlers, docstrings and events are one set."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Function, Gateway, HttpRequest, Routes, translate
from roster import dependencies
from roster.db.dynamodb.transport import boto_client
from roster.db.store import Store
from roster.http.request import MARGIN
from roster.settings import Settings
from tests.support.api import Api, Clock, in_process
from tests.support.guard import template_guard
from tests.support.queues import ListedQueues
from tools.translated import MOST_RESOURCES

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = ROOT / "template.yaml"
ROUTES = Routes.from_template(TEMPLATE)
FUNCTIONS = sorted(ROUTES.functions.values(), key=lambda function: function.id)
HTTP = {
    function.id: [route for route in ROUTES.routes if route.function == function]
    for function in FUNCTIONS
    if any(route.function == function for route in ROUTES.routes)
}


def source_of(function: Function) -> Path:
    return ROOT.joinpath(*function.module.split(".")).with_suffix(".py")


def event_of(function: Function) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{function.id}.json").read_text())
    return event


def by_id(function: Function) -> str:
    return function.id


def test_every_file_of_functions_is_a_function_of_the_template() -> None:
    assert {source_of(function) for function in FUNCTIONS} == set((ROOT / "functions").rglob("*.py"))


def test_every_event_file_is_of_a_function() -> None:
    assert {path.stem for path in (ROOT / "events").glob("*.json")} == set(ROUTES.functions)


@pytest.mark.parametrize("function", FUNCTIONS, ids=by_id)
def test_the_docstring_begins_with_the_route(function: Function) -> None:
    docstring = ast.get_docstring(ast.parse(source_of(function).read_text())) or ""
    if function.id in HTTP:
        assert docstring.partition(":")[0] in {route.key for route in HTTP[function.id]}
    else:
        assert docstring.startswith(("The table's stream", "The queue of "))


@pytest.mark.parametrize("function", FUNCTIONS, ids=by_id)
def test_the_event_file_reaches_its_function(
    function: Function, routes: Routes, bare_store: Store, clock: Clock
) -> None:
    """The event is of the route that the template gives the function, and the handler answers it."""
    event = event_of(function)
    dependencies.use(dependencies.Dependencies(bare_store, clock, queues=ListedQueues()))
    answer = in_process(function, event)
    dependencies.use(None)
    if function.id not in HTTP:
        assert answer == {"batchItemFailures": []}
        return
    matched = routes.match(event["requestContext"]["http"]["method"], event["rawPath"])
    assert matched is not None
    assert matched[0].function == function
    assert matched[0].key == event["routeKey"]
    public = {
        "UnknownRoute": 404,
        "GetOpenapi": 200,
        "GetDocs": 200,
        "GetConsole": 200,
        "GetHealth": 200,
        "CfInfo": 200,
    }
    by_link = {"LookAtInvitation": 404, "AcceptInvitation": 404, "ForgetPassword": 200, "ResetPassword": 400}
    by_factor = {"LogInSecond": 400, "BeginPasskeyLogin": 200, "LogInByPasskey": 400}  # answers are made anew
    expected = {**public, **by_link, **by_factor}.get(function.id, 401)
    assert answer["statusCode"] == expected


def test_an_unknown_route_is_404_in_the_dialects_shape(api: Api) -> None:
    for method, path in [("GET", "/api/nowhere"), ("POST", "/api/workspaces/"), ("PATCH", "/api/workspaces")]:
        answer = api.send(method, path)
        assert answer.status == 404
        assert list(answer.json) == ["code", "message", "timestamp"]


def test_the_translated_stack_stays_under_480_resources() -> None:
    assert len(translate(TEMPLATE)["Resources"]) < MOST_RESOURCES


def test_the_template_stays_readable() -> None:
    """At most 2,600 lines: seven a function of some 210, and what they share; nine for one by itself."""
    text = TEMPLATE.read_text("utf-8")
    assert len(text.splitlines()) <= 2_600
    for block in re.split(r"\n(?=  \w)", text):
        name, _, rest = block.partition(":")
        if "Type: AWS::Serverless::Function" in rest and name.strip() in HTTP:
            further = max(0, len(HTTP[name.strip()]) - 2)
            assert len([line for line in block.splitlines() if line]) <= 9 + further, name


def test_every_route_has_exactly_one_function() -> None:
    keys = [route.key for route in ROUTES.routes]
    assert len(keys) == len(set(keys))


def test_only_families_and_aliases_share_a_function() -> None:
    keys = set(ROUTES.keys)
    shared = {name for name, routes in HTTP.items() if len([one for one in routes if one.key in keys]) > 1}
    assert shared == {
        "TestmoProjectUsers",
        "TestmoSiblings",
        "CfLinked",
        "CfInfo",
        "ScimDiscover",
        "GetConsole",
    }


def test_a_reading_function_may_only_write_the_touch_of_a_session() -> None:
    reads = {"BatchGetItem", "GetItem", "Query", "UpdateItem"}
    for route in ROUTES.routes:
        if route.method == "GET":
            assert {one.action for one in template_guard().granted[route.function.id]} <= reads, route.key


def test_an_attempt_under_way_ends_before_the_function_does() -> None:
    config: Any = boto_client(region="us-east-1", endpoint="http://127.0.0.1:9").meta.config
    attempt = config.connect_timeout + config.read_timeout
    assert config.retries["total_max_attempts"] == 1
    assert attempt < MARGIN
    for route in ROUTES.routes:
        assert Settings().seconds + attempt < route.function.timeout < 29


def test_requests_and_gateway_agree(routes: Routes) -> None:
    answer = Gateway(routes, lambda function, event: {"route": event["routeKey"]}).handle(
        HttpRequest.of("GET", "/api/workspaces/ws-uuid")
    )
    assert json.loads(answer.body) == {"route": "GET /api/workspaces/{workspaceId}"}
