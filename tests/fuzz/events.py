"""Events as they should never come: any JSON at all, and real ones in which a few places were changed."""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from hypothesis import strategies as some

from local.gateway import Event, Function
from tests.fuzz.naughty import NAUGHTY

TEXT: some.SearchStrategy[str] = (
    some.sampled_from(sorted(NAUGHTY.values()))
    | some.text(max_size=12)
    | some.text(some.characters(exclude_categories=()), min_size=1, max_size=3)  # with lone surrogates
)

JSON: some.SearchStrategy[Any] = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)

_NAMES = ("authorization", "content-type", "cookie", "idempotency-key", "if-match", "origin", "x-user-id")

_HTTP = some.fixed_dictionaries(
    {},
    optional={"method": some.sampled_from(["GET", "POST", "put", "TRACE", ""]) | JSON, "path": TEXT | JSON},
)

ANY_EVENT: some.SearchStrategy[Any] = JSON | some.fixed_dictionaries(
    {},
    optional={
        "version": some.just("2.0") | JSON,
        "routeKey": TEXT | JSON,
        "rawPath": some.text("/ap1%.", max_size=8) | TEXT | JSON,
        "rawQueryString": TEXT | JSON,
        "queryStringParameters": some.dictionaries(TEXT, TEXT | JSON, max_size=3) | JSON,
        "pathParameters": some.dictionaries(TEXT, TEXT | JSON, max_size=3) | JSON,
        "headers": some.dictionaries(some.sampled_from(_NAMES) | TEXT, TEXT | JSON, max_size=4) | JSON,
        "cookies": some.lists(TEXT.map("__Host-session={}".format) | TEXT | JSON, max_size=3) | JSON,
        "requestContext": some.fixed_dictionaries(
            {}, optional={"http": _HTTP | JSON, "stage": TEXT | JSON, "requestId": TEXT | JSON}
        )
        | JSON,
        "body": JSON.map(json.dumps) | TEXT | JSON,
        "isBase64Encoded": some.booleans() | JSON,
    },
)
"""Any JSON that Lambda could hand over; often with the names that an event has."""


@dataclass(frozen=True)
class Seed:
    """An event that a function takes."""

    function: Function
    event: Event


def near(seeds: Sequence[Seed]) -> some.SearchStrategy[Seed]:
    """Seeds in which up to four places hold, lack or name something else; also inside the body."""

    @some.composite  # which shows its arguments where an example fails: not the seeds
    def changed(draw: some.DrawFn) -> Seed:
        seed = seeds[draw(some.integers(0, len(seeds) - 1))]
        event = _opened(deepcopy(seed.event))
        for _ in range(draw(some.integers(1, 4))):
            places = list(_places(event))
            if not places:
                break
            container, key = places[draw(some.integers(0, len(places) - 1))]
            _change(draw, container, key)
        return Seed(seed.function, _closed(event))

    return changed()


def _change(draw: some.DrawFn, container: Any, key: Any) -> None:
    match draw(some.sampled_from(["replace", "retype", "extend", "drop", "rename"])):
        case "replace":
            container[key] = draw(TEXT)
        case "retype":
            container[key] = draw(JSON)
        case "extend" if isinstance(container[key], str):
            container[key] += draw(TEXT)
        case "rename" if isinstance(container, dict):
            container[draw(TEXT)] = container.pop(key)
        case _:
            del container[key]


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in inside:
        yield node, key
        yield from _places(inner)


def _opened(event: Event) -> Event:
    """The event with its body read, JSON or form, so that places inside it can be changed."""
    body = event.get("body")
    if not body:
        return event
    if event["isBase64Encoded"]:
        body = b64decode(body).decode()
    is_form = "form" in event["headers"]["content-type"]
    opened = [list(pair) for pair in parse_qsl(body)] if is_form else json.loads(body)
    return {**event, "body": opened, "isBase64Encoded": False}


def _closed(event: Event) -> Event:
    body = event.get("body")
    if isinstance(body, list) and all(_is_pair(one) for one in body):
        return {**event, "body": urlencode([tuple(pair) for pair in body])}
    return {**event, "body": json.dumps(body)} if isinstance(body, dict | list) else event


def _is_pair(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(isinstance(part, str) and part.isprintable() for part in value)  # no surrogates
