"""Failed logins: after five an address waits, whoever has it; its sessions go on."""

from collections.abc import Callable

import pytest

from roster.auth import login_throttle
from roster.db import keys
from roster.domain import User
from roster.errors import Unauthenticated
from tests.support.api import OF_A_SOURCE, Answer, Api, session_in
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.race import at_once
from tests.workspaces.fixtures import SENTINEL, USER, assert_granted, assert_refused, bare

WRONG = "wrong horse battery"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


def _log_in(api: Api, password: str = SENTINEL, email: str = "ada@example.com") -> Answer:
    return api.post("/api/auth/login", {"email": email, "password": password})


def _fail(api: Api, times: int, email: str = "ada@example.com") -> None:
    for _ in range(times):
        assert _log_in(api, WRONG, email).status == 401


def test_four_failures_are_free(api: Api, ada: User) -> None:
    _fail(api, 4)
    assert_granted(_log_in(api), *USER)


@pytest.mark.row("S-02")
def test_after_five_the_right_password_is_refused_like_any(api: Api, ada: User) -> None:
    """The same bytes as for a wrong one before."""
    wrong = _log_in(api, WRONG)
    _fail(api, 4)
    with api.no_effect(apart=OF_A_SOURCE):
        right = _log_in(api)
    assert_refused(right, 401)
    assert (
        bare(right) == bare(wrong) == bare(_log_in(api, WRONG)) == bare(_log_in(api, WRONG, "x@example.com"))
    )


@pytest.mark.parametrize(
    "waits", [[1], [1, 2], [1, 2, 4], [1, 2, 4, 8], [1, 2, 4, 8, 15], [1, 2, 4, 8, 15, 15]]
)
@pytest.mark.row("S-02", "S-03", "item-31")
def test_every_failure_after_the_fifth_waits_longer(api: Api, ada: User, waits: list[int]) -> None:
    """The right password at the end of the last wait, and not a second sooner."""
    _fail(api, 5)
    for minutes in waits[:-1]:
        api.clock.advance(minutes=minutes)
        _fail(api, 1)
    api.clock.advance(minutes=waits[-1], seconds=-1)
    with api.no_effect(apart=OF_A_SOURCE):
        assert_refused(_log_in(api), 401)
    api.clock.advance(seconds=1)
    assert_granted(_log_in(api), *USER)


@pytest.mark.row("S-03")
def test_who_keeps_knocking_makes_nobody_wait_longer(api: Api, ada: User) -> None:
    """The wait is counted from the last attempt that was let through."""
    _fail(api, 5)
    for _ in range(6):
        api.clock.advance(seconds=10)
        if api.clock.moment.second:
            with api.no_effect(apart=OF_A_SOURCE):
                _fail(api, 3)
    assert_granted(_log_in(api), *USER)


@pytest.mark.row("S-02")
def test_a_success_resets(api: Api, ada: User) -> None:
    for _ in range(3):
        _fail(api, 4)
        assert_granted(_log_in(api), *USER)
    _fail(api, 5)
    api.clock.advance(minutes=1)
    assert_granted(_log_in(api), *USER)
    _fail(api, 4)
    assert_granted(_log_in(api), *USER)


def test_failures_are_forgotten_after_fifteen_minutes(api: Api, ada: User) -> None:
    _fail(api, 4)
    api.clock.advance(minutes=15, seconds=1)
    _fail(api, 4)
    assert_granted(_log_in(api), *USER)


@pytest.mark.row("S-03")
def test_a_live_session_goes_on(api: Api, ada: User) -> None:
    session = str(session_in(_log_in(api)))
    _fail(api, 10)
    assert api.get("/api/auth/me", as_=session).status == 200


def test_an_address_waits_in_every_spelling(api: Api, ada: User) -> None:
    for email in (
        "ada@example.com",
        "Ada@Example.com",
        "ADA@EXAMPLE.COM",
        "ada@EXAMPLE.com",
        "aDa@example.com",
    ):
        _fail(api, 1, email)
    assert_refused(_log_in(api), 401)


def test_nobody_else_waits(api: Api, directory: Directory, ada: User) -> None:
    directory.user("bob", password=SENTINEL)
    _fail(api, 6)
    _fail(api, 6, "no address")
    assert_granted(_log_in(api, email="bob@example.com"), *USER)


def test_a_suspended_user_with_the_right_password_has_failed(
    api: Api, directory: Directory, ada: User
) -> None:
    directory.suspend(ada)
    for _ in range(5):
        assert_refused(_log_in(api), 401)
    with api.no_effect(apart=OF_A_SOURCE):
        assert_refused(_log_in(api), 401)


@pytest.mark.row("S-01")
def test_an_unknown_address_is_counted_like_a_known_one(
    api: Api, directory: Directory, ada: User, meter: Meter
) -> None:
    """Bytes and calls, at every step of the way into the wait and out of it."""
    directory.suspend(directory.user("suspended", password=SENTINEL))
    directory.user("without")
    names = ("ada", "suspended", "without", "nobody")
    for minutes in (0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 16, 20):
        api.clock.advance(minutes=minutes)
        seen = []
        for name in names:
            with meter.measure() as reading:
                answer = _log_in(api, WRONG, f"{name}@example.com")
            seen.append((bare(answer), reading.calls))
        assert seen == seen[:1] * len(names)


@pytest.mark.row("S-02", "item-31")
def test_a_hundred_at_once_are_no_more_than_five(api: Api, ada: User) -> None:
    """Exactly five; the table decides, not the clock."""

    def attempt() -> bool:
        try:
            login_throttle.take(api.store, keys.attempts("ada@example.com"), api.clock())
        except Unauthenticated:
            return False
        return True

    assert at_once([attempt] * 100).count(True) == 5
    assert_refused(_log_in(api), 401)
    api.clock.advance(minutes=1)
    assert at_once([attempt] * 10).count(True) == 1
    api.clock.advance(minutes=1, seconds=59)
    assert at_once([attempt] * 10).count(True) == 0


@pytest.mark.parametrize("failed", [0, 1, 3])
def test_attempts_at_once_that_are_free_are_all_let_through(api: Api, ada: User, failed: int) -> None:
    """Two windows of one browser, both with the right password."""
    _fail(api, failed)

    def attempt() -> None:
        login_throttle.take(api.store, keys.attempts("ada@example.com"), api.clock())

    wanted: list[Callable[[], None]] = [attempt] * (4 - failed + 1)
    assert at_once(wanted) == [None] * len(wanted)


def test_a_success_lets_in_whom_a_failure_at_the_same_time_does_not_stop(api: Api, ada: User) -> None:
    """The right password as one of the free five, taken before the others have failed."""
    login_throttle.take(api.store, keys.attempts("ada@example.com"), api.clock())
    _fail(api, 3)
    assert_granted(_log_in(api), *USER)
    _fail(api, 4)
    assert_granted(_log_in(api), *USER)
