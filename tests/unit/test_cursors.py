"""Cursors: opened by whom they were given to, for what they were given, while they last."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from roster.cursors import LIFETIME, opened, sealed
from roster.errors import Unfit

NOW = datetime(2026, 4, 13, 1, tzinfo=UTC)
SEAL, ABOUT, PLACE = "seal", "GET /list?size=1", "2026-04-13T01:00:00Z#7f1c#000"


def test_the_place_comes_back_as_it_went() -> None:
    for place in (PLACE, "", " ", "\u00e9 x", "0"):
        assert opened(SEAL, ABOUT, sealed(SEAL, ABOUT, place, NOW), NOW) == place


def test_a_cursor_lasts_an_hour() -> None:
    cursor = sealed(SEAL, ABOUT, PLACE, NOW)
    assert opened(SEAL, ABOUT, cursor, NOW + LIFETIME - timedelta(seconds=1)) == PLACE
    with pytest.raises(Unfit):
        opened(SEAL, ABOUT, cursor, NOW + LIFETIME)


@pytest.mark.parametrize(("seal", "about"), [("other", ABOUT), (SEAL, "GET /list?size=2"), ("", ABOUT)])
def test_another_seal_or_list_opens_nothing(seal: str, about: str) -> None:
    with pytest.raises(Unfit):
        opened(seal, about, sealed(SEAL, ABOUT, PLACE, NOW), NOW)


def test_what_a_list_is_about_cannot_reach_into_the_place() -> None:
    with pytest.raises(Unfit):
        opened(SEAL, ABOUT + "1", sealed(SEAL, ABOUT, PLACE, NOW), NOW)


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1], lambda c: c + "A", lambda c: "B" + c[1:], lambda c: c[::-1]]
)
def test_a_changed_cursor_is_refused(change: Callable[[str], str]) -> None:
    cursor = sealed(SEAL, ABOUT, PLACE, NOW)
    assert change(cursor) != cursor
    with pytest.raises(Unfit):
        opened(SEAL, ABOUT, change(cursor), NOW)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "\u00e9", "\ud800", "=", "a b", "A" * 10_000])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        opened(SEAL, ABOUT, text, NOW)
