"""What failed from one source: counted up to a limit, by the quarter of an hour, each kind for itself."""

from datetime import UTC, datetime, timedelta

from roster.auth import source_failures
from roster.auth.source_failures import LIMIT, add, counter, is_over
from roster.db import keys
from roster.db.store import Store
from tests.support.race import at_once

NOW = datetime(2026, 4, 13, 1, 0, 0, tzinfo=UTC)
SOURCE = "192.0.2.1"


def over(store: Store, source: str = SOURCE, now: datetime = NOW) -> bool:
    return is_over(store.get(counter(source, now)))


def test_fs_19_the_limit_is_reached_and_not_passed(store: Store) -> None:
    for _ in range(LIMIT):
        assert not over(store)
        assert add(store, SOURCE, NOW)
    assert over(store)
    assert not add(store, SOURCE, NOW)
    assert (store.get(counter(SOURCE, NOW)) or {})["count"] == LIMIT


def test_fs_19_a_hundred_at_once_are_a_hundred(store: Store) -> None:
    attempts = [lambda: add(store, SOURCE, NOW)] * (LIMIT + 20)
    assert at_once(attempts).count(True) == LIMIT


def test_fs_19_a_window_is_a_quarter_of_an_hour_by_the_clock(store: Store) -> None:
    for _ in range(LIMIT):
        add(store, SOURCE, NOW)
    assert over(store, now=NOW + timedelta(seconds=899))
    assert not over(store, now=NOW + timedelta(seconds=900))


def test_sources_and_kinds_count_each_for_itself(store: Store) -> None:
    for _ in range(LIMIT):
        add(store, SOURCE, NOW)
    assert not over(store, "192.0.2.2")
    assert add(store, SOURCE, NOW, keys.source_gateway)


def test_the_table_may_tidy_only_what_the_code_no_longer_looks_at(store: Store) -> None:
    late = NOW + timedelta(seconds=899)
    add(store, SOURCE, late)
    kept = store.get(counter(SOURCE, late)) or {}
    expires = kept["ttl"]
    assert isinstance(expires, int)
    assert expires > late.timestamp() + source_failures.WINDOW


def test_a_count_that_is_none_is_not_over() -> None:
    assert not is_over(None)
    assert not is_over({})
    assert not is_over({"count": "1000"})
    assert not is_over({"count": True})
