"""Device cookies (OWASP): strangers who make an address wait stop its owner in no browser of hers."""

from collections.abc import Callable

import pytest

from roster import dependencies
from roster.auth import device_cookies, source_failures
from roster.auth.secrets import derived
from roster.db import keys
from roster.db.store import Put
from roster.db.transactions import item
from roster.domain import User
from roster.errors import Unavailable
from tests.support.api import OF_A_SOURCE, Answer, Api, bare, device_in, session_in
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.workspaces.fixtures import SENTINEL, USER, assert_granted, assert_refused

WRONG = "wrong horse battery"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=SENTINEL)


@pytest.fixture
def browser(api: Api, ada: User) -> str:
    """The device cookie of a browser in which ada has logged in."""
    return device_in(_log_in(api))


def _log_in(
    api: Api, password: str = SENTINEL, cookie: str = "", email: str = "ada@example.com", source: str = HERE
) -> Answer:
    body = {"email": email, "password": password}
    return api.post("/api/auth/login", body, headers={"Cookie": cookie}, source=source)


def _assert_in(answer: Answer) -> None:
    assert_granted(answer, *USER)


def _fail(api: Api, times: int, cookie: str = "", **more: str) -> None:
    for _ in range(times):
        assert _log_in(api, WRONG, cookie, **more).status == 401


def test_fs_19_a_login_gives_the_cookie_for_this_host_alone(api: Api, ada: User) -> None:
    answer = _log_in(api)
    [line] = [line for line in answer.cookies if line.startswith("__Host-device=")]
    _, *attributes = line.split("; ")
    assert sorted(attributes) == [
        "HttpOnly",
        f"Max-Age={device_cookies.MAX_AGE}",
        "Path=/",
        "SameSite=Strict",
        "Secure",
    ]
    assert ada.email not in line
    assert len(line) < 400


def test_on_plain_loopback_it_has_the_plain_name(api: Api, ada: User, deployed: Callable[..., None]) -> None:
    deployed(PLAIN_COOKIE="loopback")
    [_, line] = _log_in(api).cookies
    assert line.startswith("device=")
    assert "Secure" not in line
    _fail(api, 5, source=ELSEWHERE)
    _assert_in(_log_in(api, cookie=line.partition(";")[0]))


def test_fs_19_no_failure_gives_a_cookie(api: Api, ada: User, browser: str) -> None:
    assert _log_in(api, WRONG).cookies == _log_in(api, WRONG, browser).cookies == []


def test_fs_19_nobody_is_locked_out_of_their_own_browser(api: Api, ada: User, browser: str) -> None:
    """A stranger keeps the address waiting all day, from many sources."""
    for number in range(30):
        _fail(api, 5, source=f"203.0.113.{number}")
        assert_refused(_log_in(api), 401)
        _assert_in(_log_in(api, cookie=browser))
        api.clock.advance(minutes=15)


def test_fs_19_nor_by_who_fills_her_source(api: Api, ada: User, browser: str) -> None:
    for number in range(source_failures.LIMIT):
        _fail(api, 1, email=f"nobody-{number}@example.com")
    assert_refused(_log_in(api), 401)
    _assert_in(_log_in(api, cookie=browser))


def test_fs_19_her_own_success_does_not_end_the_strangers_wait(api: Api, ada: User, browser: str) -> None:
    _fail(api, 5, source=ELSEWHERE)
    _assert_in(_log_in(api, cookie=browser))
    assert_refused(_log_in(api, source=ELSEWHERE), 401)


def test_fs_19_failures_in_her_browser_make_no_other_wait(api: Api, ada: User, browser: str) -> None:
    _fail(api, 5, browser)
    _assert_in(_log_in(api, source=ELSEWHERE))


def test_fs_19_a_device_that_failed_five_times_is_as_any_other(api: Api, ada: User, browser: str) -> None:
    """Five of its own and the address's five, then neither; after a minute both may try again."""
    _fail(api, 10, browser)
    with api.no_effect(apart=OF_A_SOURCE):
        assert_refused(_log_in(api, cookie=browser), 401)
    api.clock.advance(minutes=1)
    _assert_in(_log_in(api, cookie=browser))


def test_fs_19_a_success_forgets_the_devices_failures(api: Api, ada: User, browser: str) -> None:
    for _ in range(3):
        _fail(api, 4, browser)
        _assert_in(_log_in(api, cookie=browser))


def test_fs_19_the_refusals_are_the_same_bytes(api: Api, ada: User, browser: str) -> None:
    first = bare(_log_in(api, WRONG))
    assert bare(_log_in(api, WRONG, browser)) == first
    assert bare(_log_in(api, WRONG, browser, "nobody@example.com")) == first
    _fail(api, 10, browser)
    assert bare(_log_in(api, SENTINEL, browser)) == first


def test_fs_19_it_proves_nobody(api: Api, ada: User, browser: str) -> None:
    value = browser.partition("=")[2]
    for cookie in (browser, f"__Host-session={value}"):
        assert_refused(api.get("/api/auth/me", headers={"Cookie": cookie}), 401)
    assert api.get("/api/v1/user", bearer=value).status == 401
    assert_refused(_log_in(api, WRONG, browser), 401)


@pytest.mark.parametrize("change", ["another user's", "forged", "another key's", "twice", "of another name"])
def test_fs_19_what_is_no_cookie_of_hers_counts_as_none(
    api: Api, directory: Directory, ada: User, browser: str, change: str
) -> None:
    bob = directory.user("bob", password=SENTINEL)
    value = browser.partition("=")[2]
    cookies = {
        "another user's": device_in(_log_in(api, email=bob.email)),
        "forged": browser[:-3] + ("AAA" if browser[-3:] != "AAA" else "BBB"),
        "another key's": "__Host-device="
        + device_cookies.cookie_of(ada, derived("x", device_cookies.PURPOSE)),
        "twice": f"{browser}; {browser}",
        "of another name": f"device={value}",
    }
    _fail(api, 5, source=ELSEWHERE)
    assert_refused(_log_in(api, cookie=cookies[change]), 401)
    _assert_in(_log_in(api, cookie=browser))


def test_fs_19_a_new_password_ends_the_cookies_but_the_one_it_gives(
    api: Api, ada: User, browser: str
) -> None:
    """Who knew the old password may have gathered many."""
    session = str(session_in(_log_in(api)))
    body = {"currentPassword": SENTINEL, "newPassword": f"{SENTINEL} new"}
    changed = api.put("/api/auth/me/password", body, as_=session)
    assert_granted(changed)
    _fail(api, 5, source=ELSEWHERE)
    assert_refused(_log_in(api, body["newPassword"], browser), 401)
    _assert_in(_log_in(api, body["newPassword"], device_in(changed)))


def test_fs_19_strangers_do_not_stop_a_change_of_password(api: Api, ada: User, browser: str) -> None:
    session = session_in(_log_in(api, cookie=browser))
    _fail(api, 5, source=ELSEWHERE)
    body = {"currentPassword": SENTINEL, "newPassword": f"{SENTINEL} new"}
    alone, both = f"__Host-session={session}", f"__Host-session={session}; {browser}"
    assert_refused(api.put("/api/auth/me/password", body, headers={"Cookie": alone}), 401)
    assert_granted(api.put("/api/auth/me/password", body, headers={"Cookie": both}))


def test_it_outlives_logout(api: Api, ada: User) -> None:
    answer = _log_in(api)
    left = api.post("/api/auth/logout", as_=str(session_in(answer)))
    assert [line for line in left.cookies if "device" in line] == []
    _fail(api, 5, source=ELSEWHERE)
    _assert_in(_log_in(api, cookie=device_in(answer)))


def test_a_device_costs_no_call_more(api: Api, ada: User, browser: str, meter: Meter) -> None:
    readings = []
    for password in (SENTINEL, WRONG):
        for cookie in ("", browser):
            with meter.measure() as reading:
                _log_in(api, password, cookie)
            readings.append(dict(reading.calls))
    assert readings[0] == readings[1] == {"BatchGetItem": 2, "UpdateItem": 1, "TransactWriteItems": 1}
    assert readings[2] == readings[3] == {"BatchGetItem": 2, "UpdateItem": 2}


def test_fs_19_without_the_key_login_goes_on_and_nobody_has_a_device(
    api: Api, ada: User, browser: str, caplog: pytest.LogCaptureFixture
) -> None:
    def away(purpose: str) -> tuple[bytes, ...]:
        raise Unavailable

    dependencies.use(dependencies.Dependencies(api.store, api.clock, deployment_keys=away))
    answer = _log_in(api, cookie=browser)
    _assert_in(answer)
    assert len(answer.cookies) == 1
    assert "key out of reach" in [record.getMessage() for record in caplog.records]
    _fail(api, 5, source=ELSEWHERE)
    assert_refused(_log_in(api, cookie=browser), 401)


def test_a_deployment_without_a_key_gives_no_cookie(api: Api, ada: User) -> None:
    dependencies.use(dependencies.Dependencies(api.store, api.clock))
    assert len(_log_in(api).cookies) == 1


def test_a_cookie_of_a_user_who_is_gone_is_none(
    api: Api, directory: Directory, ada: User, browser: str
) -> None:
    tombstone = item(keys.user(ada.id), {"id": ada.id, "deleted_at": "2026-04-13T01:00:00.000Z"})
    api.store.write(Put(tombstone))
    assert_refused(_log_in(api, cookie=browser), 401)
