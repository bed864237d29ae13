"""Ids that sort by when they were made."""

import time
import uuid

import pytest

from roster import clock


def test_fb_12_what_is_made_later_sorts_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for nanoseconds in (0, 1_000, 999_999, 1_000_000, 1_999_000, 1_776_042_000_000_000_000, 2**62):
        monkeypatch.setattr(time, "time_ns", lambda at=nanoseconds: at)
        made.append(clock.ordered_id())
    assert sorted(made) == made


def test_fb_12_such_an_id_is_a_uuid_of_version_7_and_no_two_are_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_776_042_000_123_456_789)
    made = {clock.ordered_id() for _ in range(1_000)}
    assert len(made) == 1_000
    for text in made:
        told = uuid.UUID(text)
        assert (str(told), told.version, told.variant) == (text, 7, uuid.RFC_4122)
        assert told.int >> 80 == 1_776_042_000_123
