"""Guesses of a gateway's secret: counted by source and told to the log; the right one always passes."""

from collections.abc import Callable

import pytest

from roster import dependencies
from roster.auth.source_failures import LIMIT, counter
from roster.db import keys
from tests.support.api import OF_A_SOURCE, Answer, Api, bare
from tests.support.meter import Meter
from tests.user_space.fixtures import ROOT, Fixtures, assert_refused, data_of

SECRET = "a secret of the gateway, which is long enough"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def behind_a_gateway(api: Api, deployed: Callable[..., None]) -> None:
    deployed(IDENTITY_HEADER_PROOF="gateway-secret")
    dependencies.use(
        dependencies.Dependencies(api.store, api.clock, gateway_secrets=lambda: (SECRET, "the one before it"))
    )


def _ask(api: Api, fixtures: Fixtures, secret: str, source: str = HERE) -> Answer:
    headers = fixtures.headers(fixtures.member) | {"x-gateway-secret": secret}
    return api.get(f"{ROOT}/org", headers=headers, source=source)


def _counted(api: Api, source: str = HERE) -> object:
    key = counter(source, api.clock(), keys.source_gateway)
    return (api.store.get(key) or {}).get("count", 0)


def test_fs_09_guesses_are_counted_up_to_the_limit(api: Api, fixtures: Fixtures, meter: Meter) -> None:
    first = bare(_ask(api, fixtures, "a guess"))
    for number in range(340):
        with meter.measure() as reading:
            answer = _ask(api, fixtures, f"guess {number}")
        assert bare(answer) == first
        assert reading.calls == {"UpdateItem": 1}
    assert _counted(api) == LIMIT


def test_fs_09_the_gateway_passes_whatever_failed_from_its_address(
    api: Api, fixtures: Fixtures, meter: Meter
) -> None:
    """One bad program behind it must not shut it out; and what passes costs no call."""
    with meter.measure() as before:
        assert data_of(_ask(api, fixtures, SECRET))["org_id"] == fixtures.acme.id
    for _ in range(LIMIT + 5):
        assert_refused(_ask(api, fixtures, "a guess"), 401)
    with api.no_effect(), meter.measure() as after:
        assert data_of(_ask(api, fixtures, SECRET))["org_id"] == fixtures.acme.id
    assert after.calls == before.calls == {"BatchGetItem": 1}


def test_fs_09_a_request_without_a_secret_is_no_guess(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        assert_refused(_ask(api, fixtures, ""), 401)


def test_fs_09_guesses_here_stop_no_login_from_there(api: Api, fixtures: Fixtures) -> None:
    for _ in range(LIMIT):
        _ask(api, fixtures, "a guess")
    with api.no_effect(apart=("ATTEMPTS", *OF_A_SOURCE)):
        api.post("/api/auth/login", {"email": "nobody@example.com", "password": "x"}, source=HERE)
    logins = api.store.get(counter(HERE, api.clock())) or {}
    assert logins["count"] == 1, "it was looked at"
    assert _counted(api, ELSEWHERE) == 0


def test_fs_09_each_guess_is_a_warning_in_the_log(
    api: Api, fixtures: Fixtures, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(LIMIT + 1):
        _ask(api, fixtures, "a guess")
    told = [record for record in caplog.records if record.getMessage() == "gateway secret failed"]
    assert {record.levelname for record in told} == {"WARNING"}
    assert [vars(record)["source_over_limit"] for record in told] == [False] * LIMIT + [True]
    assert all("a guess" not in repr(vars(record)) for record in caplog.records)
    assert {vars(record)["source_ip"] for record in told} == {HERE}
