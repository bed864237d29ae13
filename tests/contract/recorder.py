"""Notes every answer of the suite by route and status, and fails a test that gets one no contract lists.

Nor may it get one that is not as the OpenAPI document says (`conformance.py`).
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import answers
from tests.contract import conformance

STATUSES: dict[str, list[int]] = tomllib.loads((Path(__file__).parent / "statuses.toml").read_text("utf-8"))
LISTED = frozenset((route, status) for route, statuses in STATUSES.items() for status in statuses)
SEEN: set[tuple[str, int]] = set()

tolerated: frozenset[int] = frozenset()
"""What a test may get all the same: 500, where it breaks something on purpose (`broken_on_purpose`)."""


def note(event: Any, answer: Any) -> None:
    """Note what a handler of the template answered; `event` may be no request at all."""
    route = event.get("routeKey") if isinstance(event, dict) else None
    if not isinstance(route, str):
        return
    if route.startswith("HEAD "):  # answers as GET does, and nobody is sent the body
        route = route.replace("HEAD", "GET", 1)
    answered = route, int(answer["statusCode"])
    SEEN.add(answered)
    # Not assertions: the gateway would take one for the function's own failure.
    if answered not in LISTED and answered[1] not in tolerated:
        pytest.fail(f"{route} answered {answered[1]}, which its contract does not list")
    fault = None if route == "$default" or answered not in LISTED else conformance.find_fault(route, answer)
    if fault is not None:
        pytest.fail(f"{route} answered {answered[1]} {fault}: not as functions/site/openapi.json says")
    fault = answers.find_fault(route, answer)
    if fault is not None:
        pytest.fail(f"{route} answered {answered[1]} {fault}")
