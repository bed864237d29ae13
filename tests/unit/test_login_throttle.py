"""Attempts to log in, as a timeline: `+` an attempt that may be made, `-` one that must wait."""

from datetime import UTC, datetime, timedelta

import pytest

from roster.auth import login_throttle
from roster.db import keys
from roster.db.store import Store
from roster.errors import Unauthenticated
from tests.support.meter import Meter

START = datetime(2026, 4, 13, 1, 0, 0, tzinfo=UTC)
ADDRESS = "ada@example.com"
MINUTE = 60


def _take(store: Store, seconds: int, address: str = ADDRESS) -> str:
    try:
        login_throttle.take(store, keys.attempts(address), START + timedelta(seconds=seconds))
    except Unauthenticated:
        return "-"
    return "+"


def _fail_five_times(store: Store) -> None:
    assert [_take(store, 0) for _ in range(5)] == ["+"] * 5


TIMELINES = {
    "five at once, and no sixth": [(0, "+++++-")],
    "five in fourteen minutes": [(0, "+"), (420, "++"), (840, "++-")],
    "the wait is a minute": [(0, "+++++"), (1, "-"), (59, "-"), (60, "+-")],
    "a wait counts from its attempt": [(0, "++++"), (600, "+-"), (659, "-"), (660, "+")],
    "an attempt in vain costs nothing": [(0, "+++++"), (30, "-----"), (60, "+-"), (179, "-"), (180, "+")],
    "a wait that is not used up is no credit": [(0, "+++++"), (600, "+-"), (719, "-"), (720, "+-")],
    "a window ends after fifteen minutes": [(0, "++++"), (15 * MINUTE + 1, "++++")],
    "and not sooner": [(0, "++++"), (15 * MINUTE, "+-")],
    "what comes in a new window counts in full": [(0, "++++"), (1000, "+++++-")],
    "a window begins with its first attempt": [
        (0, "+"),
        (899, "+++"),
        (901, "+"),
        (1800, "+++"),
        (1801, "+-"),
    ],
    "the doubling is remembered for fifteen minutes": [(0, "+++++"), (60 + 900, "+-"), (60 + 900 + 119, "-")],
    "and then forgotten": [(0, "+++++"), (60 + 901, "+++++-"), (60 + 901 + 59, "-"), (60 + 901 + 60, "+")],
}


@pytest.mark.parametrize("timeline", TIMELINES.values(), ids=TIMELINES)
def test_attempts_are_taken_as_the_timeline_says(store: Store, timeline: list[tuple[int, str]]) -> None:
    taken = [(at, "".join(_take(store, at) for _ in expected)) for at, expected in timeline]
    assert taken == timeline


@pytest.mark.row("S-02", "S-03")
def test_waits_double_up_to_fifteen_minutes(store: Store) -> None:
    """No attempt, however often it is made, makes anyone wait longer."""
    _fail_five_times(store)
    now = 0
    for minutes in (1, 2, 4, 8, 15, 15, 15):
        assert _take(store, now + minutes * MINUTE - 1) == "-"
        now += minutes * MINUTE
        assert _take(store, now) == "+"


def test_a_success_forgets_everything(store: Store) -> None:
    for seconds in (0, 5):
        assert "".join(_take(store, seconds) for _ in range(6)) == "+++++-"
        store.write(login_throttle.forgotten(keys.attempts(ADDRESS)))
    assert store.get(keys.attempts(ADDRESS)) is None


def test_addresses_wait_each_for_themselves(store: Store) -> None:
    _fail_five_times(store)
    assert _take(store, 0) == "-"
    assert _take(store, 0, "bob@example.com") == "+"


@pytest.mark.parametrize("failed", range(5))
def test_an_attempt_on_what_was_read_is_one_call(store: Store, meter: Meter, failed: int) -> None:
    for _ in range(failed):
        _take(store, 0)
    seen = store.get(keys.attempts(ADDRESS))
    with meter.measure() as reading:
        login_throttle.take(store, keys.attempts(ADDRESS), START, seen)
    assert reading.calls == {"UpdateItem": 1}


def test_an_attempt_on_what_is_no_longer_so_looks_again(store: Store, meter: Meter) -> None:
    _take(store, 0)
    with meter.measure() as reading:
        login_throttle.take(store, keys.attempts(ADDRESS), START, None)
    assert reading.calls == {"UpdateItem": 2}


def test_what_is_kept_goes_by_itself_when_it_has_long_been_forgotten(store: Store) -> None:
    """The table may tidy only what the code no longer looks at."""
    _fail_five_times(store)
    now = 0
    for minutes in (1, 2, 4, 8, 15):
        now += minutes * MINUTE
        _take(store, now)
        kept = store.get(keys.attempts(ADDRESS)) or {}
        expires = kept["ttl"]
        assert isinstance(expires, int)
        assert expires > START.timestamp() + now + 2 * 15 * MINUTE
