"""Guesses of a client's secret: counted as for passwords, for a client at a source, and by source."""

from collections.abc import Callable

import pytest

from roster.auth import login_throttle, passwords, token_endpoint
from roster.auth.source_failures import LIMIT, counter
from roster.auth.token_endpoint import Applicant, UnknownClient
from roster.db import keys
from tests.oauth.fixtures import SECRET, Fixtures, assert_error, basic
from tests.support.api import OF_A_SOURCE, Answer, bare
from tests.support.meter import Meter
from tests.support.race import at_once

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
CLIENT = {"grant_type": "client_credentials"}


def _ask(
    fixtures: Fixtures, secret: str = SECRET, client: str = "robot", source: str = HERE, **form: str
) -> Answer:
    headers = {"authorization": basic(client, secret)}
    return fixtures.api.post("/oauth/token", form=form or CLIENT, headers=headers, source=source)


def _guess(fixtures: Fixtures, times: int = 1, client: str = "robot", source: str = HERE) -> None:
    for number in range(times):
        assert_error(_ask(fixtures, f"guess {number}", client, source), "invalid_client", 401)


def _failed(fixtures: Fixtures, source: str = HERE) -> object:
    """How many failures are counted of a source."""
    return (fixtures.api.store.get(counter(source, fixtures.api.clock())) or {}).get("count", 0)


def test_fs_09_after_five_the_right_secret_is_refused_like_any(fixtures: Fixtures) -> None:
    wrong = _ask(fixtures, "a guess")
    _guess(fixtures, 4)
    with fixtures.api.no_effect():
        right = _ask(fixtures)
        _guess(fixtures)
    assert bare(right) == bare(wrong) == bare(_ask(fixtures, "a guess", "nobody"))


def test_fs_09_waits_double_as_for_a_password(fixtures: Fixtures) -> None:
    _guess(fixtures, 5)
    for minutes in (1, 2, 4, 8, 15):
        fixtures.api.clock.advance(minutes=minutes, seconds=-1)
        with fixtures.api.no_effect():
            assert_error(_ask(fixtures), "invalid_client", 401)
        fixtures.api.clock.advance(seconds=1)
        _guess(fixtures)
    fixtures.api.clock.advance(minutes=15)
    assert _ask(fixtures).status == 200


def test_fs_09_of_341_guesses_in_three_seconds_five_are_looked_at(fixtures: Fixtures) -> None:
    for number in range(341):
        fixtures.api.clock.advance(milliseconds=9)
        assert_error(_ask(fixtures, SECRET if number > 4 else f"guess {number}"), "invalid_client", 401)
    assert _failed(fixtures) == login_throttle.FREE


def test_fs_09_of_a_hundred_at_once_five_are_counted(fixtures: Fixtures) -> None:
    """The table decides; what a guess was read with beforehand does not."""
    store, now = fixtures.api.store, fixtures.api.clock()

    def guess(secret: str) -> Callable[[], bool]:
        wanted = [keys.client("robot"), *token_endpoint.counted_of("robot", HERE, now)]

        def attempt() -> bool:
            found = store.batch_get(wanted)
            try:
                token_endpoint.applicant(store, "robot", [secret], HERE, found, now)
            except UnknownClient:
                return False
            return True

        return attempt

    assert at_once([guess(f"guess {number}") for number in range(100)]) == [False] * 100
    assert _failed(fixtures) == login_throttle.FREE
    assert at_once([guess(SECRET)] * 10) == [False] * 10


def test_fs_09_a_right_secret_that_a_failure_overtakes_is_refused(fixtures: Fixtures) -> None:
    """It was read before, and is no sixth."""
    store, now = fixtures.api.store, fixtures.api.clock()
    _guess(fixtures, 4)
    found = store.batch_get([keys.client("robot"), *token_endpoint.counted_of("robot", HERE, now)])
    _guess(fixtures)
    with pytest.raises(UnknownClient):
        token_endpoint.applicant(store, "robot", [SECRET], HERE, found, now)


def test_fs_09_a_success_forgets_the_failures_before_it(fixtures: Fixtures, meter: Meter) -> None:
    for _ in range(3):
        _guess(fixtures, 4)
        with meter.measure() as first:
            assert _ask(fixtures).status == 200
        with meter.measure() as second:
            assert _ask(fixtures).status == 200
        assert first.calls - second.calls == {"DeleteItem": 1}


def test_fs_19_a_stranger_makes_no_client_wait_elsewhere(fixtures: Fixtures) -> None:
    """Who knows a client's id has its name, and nothing more."""
    for number in range(30):
        _guess(fixtures, 5, source=f"203.0.113.{number}")
        assert _ask(fixtures).status == 200


def test_fs_19_a_client_without_a_secret_never_waits(fixtures: Fixtures) -> None:
    _guess(fixtures, 10, "cf")
    fixtures.log_in()


def test_fs_09_a_client_that_there_is_not_is_counted_like_one_that_is(
    fixtures: Fixtures, meter: Meter
) -> None:
    for minutes in (0, 0, 0, 0, 0, 0, 1, 0, 2, 16, 20):
        fixtures.api.clock.advance(minutes=minutes)
        seen = []
        for client in ("robot", "nobody"):
            with meter.measure() as reading:
                answer = _ask(fixtures, "a guess", client)
            seen.append((bare(answer), reading.calls))
        assert seen[0] == seen[1]


def test_fs_09_guesses_of_many_clients_fill_the_source(fixtures: Fixtures, meter: Meter) -> None:
    for number in range(LIMIT):
        _guess(fixtures, 1, f"client-{number}")
    with fixtures.api.no_effect(), meter.measure() as reading:
        assert_error(_ask(fixtures), "invalid_client", 401)
    assert reading.calls == {"BatchGetItem": 1}
    assert _ask(fixtures, source=ELSEWHERE).status == 200
    fixtures.api.clock.advance(minutes=15)
    assert _ask(fixtures).status == 200


def test_fs_19_a_source_over_its_limit_is_given_nothing_for_a_password(
    fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a hash is computed; the login and the token endpoint count together."""

    def by_password(username: str, source: str = HERE) -> Answer:
        form = {"grant_type": "password", "username": username, "password": "difference engine"}
        return _ask(fixtures, "", "cf", source, **form)

    wrong = by_password("nobody@example.com")
    for number in range(LIMIT - 1):
        body = {"email": f"nobody-{number}@example.com", "password": "x"}
        assert fixtures.api.post("/api/auth/login", body, source=HERE).status == 401
    monkeypatch.setattr(passwords, "matches", None)
    for username in (fixtures.ada.email, "nobody@example.com"):
        with fixtures.api.no_effect():
            refused = by_password(username)
        assert_error(refused, "invalid_grant")
        assert bare(refused) == bare(wrong)


def test_fs_19_a_source_over_its_limit_renews_what_it_has(fixtures: Fixtures) -> None:
    """A refresh token is 256 random bits: there is nothing to slow down."""
    tokens = fixtures.log_in()
    for number in range(LIMIT):
        _guess(fixtures, 1, f"client-{number}", "127.0.0.1")
    assert_error(fixtures.by_password(), "invalid_grant")
    assert fixtures.renew(tokens["refresh_token"]).status == 200


def test_fs_19_passwords_that_a_known_client_brings_count_by_address_alone(fixtures: Fixtures) -> None:
    """All its users come from its source: they must not stop each other, nor the client."""
    for number in range(LIMIT + 5):
        answer = fixtures.by_password("robot", SECRET, username=f"nobody-{number}@example.com")
        assert_error(answer, "invalid_grant")
    assert fixtures.by_password("robot", SECRET).status == 200
    for _ in range(5):
        assert_error(fixtures.by_password("robot", SECRET, password="x"), "invalid_grant")
    with fixtures.api.no_effect(apart=OF_A_SOURCE):
        assert_error(fixtures.by_password("robot", SECRET), "invalid_grant")


def test_fs_09_the_log_tells_of_a_client_by_its_id_if_it_is_one(
    fixtures: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    _guess(fixtures, 6)
    _guess(fixtures, 1, "nobody")
    told = [vars(record) for record in caplog.records if record.getMessage() == "client failed"]
    assert [(line["client"], line["waits"]) for line in told] == [
        *[("robot", False)] * 5,
        ("robot", True),
        (None, False),
    ]
    assert not any(line["source_over_limit"] for line in told)


def test_a_proof_that_nothing_failed_before_makes_no_call(fixtures: Fixtures, meter: Meter) -> None:
    now = fixtures.api.clock()
    found = fixtures.api.store.batch_get(
        [keys.client("robot"), *token_endpoint.counted_of("robot", HERE, now)]
    )
    with meter.measure() as reading:
        proved = token_endpoint.applicant(fixtures.api.store, "robot", [SECRET], HERE, found, now)
    assert isinstance(proved, Applicant)
    assert reading.calls == {}
