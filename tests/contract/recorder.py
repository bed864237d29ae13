"""Notes every answer of the suite by route and status, and fails a test that gets one no contract lists."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

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
    answered = route, int(answer["statusCode"])
    SEEN.add(answered)
    if answered not in LISTED and answered[1] not in tolerated:
        # Not an assertion: the gateway would take that for the function's own failure.
        pytest.fail(f"{route} answered {answered[1]}, which its contract does not list")
