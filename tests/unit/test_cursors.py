"""Cursors: opened by whom they were given to, for what they were given, while they last."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from roster.errors import ValidationFailed
from roster.http.cursors import LIFETIME, opened, sealed

NOW = datetime(2026, 4, 13, 1, tzinfo=UTC)
KEYS, ABOUT, PLACE = (b"present", b"former"), "GET /list?size=1", "2026-04-13T01:00:00Z#7f1c#000"


def test_the_place_comes_back_as_it_went() -> None:
    for place in (PLACE, "", " ", "\u00e9 x", "0"):
        assert opened(KEYS, ABOUT, sealed(KEYS, ABOUT, place, NOW), NOW) == place


def test_a_cursor_lasts_an_hour() -> None:
    cursor = sealed(KEYS, ABOUT, PLACE, NOW)
    assert opened(KEYS, ABOUT, cursor, NOW + LIFETIME - timedelta(seconds=1)) == PLACE
    with pytest.raises(ValidationFailed):
        opened(KEYS, ABOUT, cursor, NOW + LIFETIME)


@pytest.mark.parametrize(
    ("keys", "about"), [((b"other",), ABOUT), (KEYS, "GET /list?size=2"), ((b"",), ABOUT), ((), ABOUT)]
)
def test_another_key_or_list_opens_nothing(keys: tuple[bytes, ...], about: str) -> None:
    with pytest.raises(ValidationFailed):
        opened(keys, about, sealed(KEYS, ABOUT, PLACE, NOW), NOW)


def test_a_cursor_outlives_a_change_of_the_key() -> None:
    cursor = sealed((b"former",), ABOUT, PLACE, NOW)
    assert opened(KEYS, ABOUT, cursor, NOW) == PLACE


def test_what_a_list_is_about_cannot_reach_into_the_place() -> None:
    with pytest.raises(ValidationFailed):
        opened(KEYS, ABOUT + "1", sealed(KEYS, ABOUT, PLACE, NOW), NOW)


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1], lambda c: c + "A", lambda c: "B" + c[1:], lambda c: c[::-1]]
)
def test_a_changed_cursor_is_refused(change: Callable[[str], str]) -> None:
    cursor = sealed(KEYS, ABOUT, PLACE, NOW)
    assert change(cursor) != cursor
    with pytest.raises(ValidationFailed):
        opened(KEYS, ABOUT, change(cursor), NOW)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "\u00e9", "\ud800", "=", "a b", "A" * 10_000])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        opened(KEYS, ABOUT, text, NOW)
