"""Events as a live HTTP API makes them: the handlers answer them, and the local gateway makes the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.gateway import HttpRequest, Invocation, Response, Routes, reply
from tests.support.api import Api
from tests.support.directory import Directory

pytestmark = pytest.mark.any_engine

FOLDER = Path(__file__).parent / "recorded"
RECORDED = sorted(FOLDER.glob("*.json"))
ADDED = {"x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
"""Headers that API Gateway adds, and a gateway on loopback does not."""
OWN = {"accountId", "apiId", "requestId", "time", "timeEpoch"}
"""What each API and each request has of its own."""

recorded = pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)


def read(file: Path, api: Api, directory: Directory) -> tuple[HttpRequest, dict[str, Any]]:
    """What was sent and the event that came of it, with credentials of an administrator."""
    admin = directory.admin()
    text = file.read_text("utf-8")
    if "{session}" in text:
        text = text.replace("{session}", api.cookie(admin))
    if "{token}" in text:
        text = text.replace("{token}", api.token(admin))
    both = json.loads(text)
    sent = both["sent"]
    headers = [(name, value) for name, value in sent["headers"]]
    return HttpRequest.of(sent["method"], sent["target"], headers, sent["body"].encode()), both["event"]


def common(event: dict[str, Any]) -> dict[str, Any]:
    """What a local gateway and a live one say alike."""
    frame = {name: value for name, value in event["requestContext"].items() if name not in OWN}
    frame["http"] = {name: value for name, value in frame["http"].items() if name != "sourceIp"}
    headers = {name: value for name, value in event["headers"].items() if name not in ADDED}
    return {**event, "requestContext": frame, "headers": headers}


def shown(response: Response) -> tuple[int, dict[str, str], bytes]:
    """A response but for the request's id."""
    headers = {n: v for n, v in response.headers if n not in ("x-request-id", "x-vcap-request-id")}
    return response.status, headers, response.body


@recorded
def test_the_local_gateway_makes_the_event_that_a_live_one_makes(
    file: Path, routes: Routes, api: Api, directory: Directory
) -> None:
    request, event = read(file, api, directory)
    accepted = routes.accept(request)
    assert isinstance(accepted, Invocation)
    assert common(accepted.event) == common(event)


@recorded
def test_a_handler_answers_a_live_event_as_a_local_one(
    file: Path, routes: Routes, api: Api, directory: Directory
) -> None:
    request, event = read(file, api, directory)
    accepted = routes.accept(request)
    assert isinstance(accepted, Invocation)
    [function] = (route.function for route in routes.routes if route.key == event["routeKey"])
    live = reply(api.gateway.invoke(function, event))
    local = reply(api.gateway.invoke(accepted.function, accepted.event))
    assert shown(live) == shown(local)
    assert live.status in {200, 400, 401, 404}


def test_what_was_asked_for_is_recorded() -> None:
    targets = " ".join(json.loads(file.read_text("utf-8"))["sent"]["target"] for file in RECORDED)
    assert all(part in targets for part in ("%3F", "%2F", "%252F", "%FF", "%C3", "%20"))
