"""POST /api/auth/login/second, and what POST /api/auth/login asks of who has a second factor."""

import json
from contextlib import suppress
from functools import partial

import pytest

from roster import dependencies
from roster.auth import device_cookies, login, remembered
from roster.auth.credentials import digest
from roster.auth.login import Sender
from roster.auth.secrets import derived
from roster.db import keys
from roster.db.store import Update
from roster.directory import users
from roster.errors import Unauthenticated, Unavailable
from tests.factors.fixtures import ELSEWHERE, FACTORS, SECOND, Browser, Holder, challenge_in
from tests.support.api import OF_A_SOURCE, Answer, Api, bare, session_in
from tests.support.codes import wrong_code
from tests.support.directory import Directory
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.support.snapshots import everything
from tests.workspaces.fixtures import SENTINEL, USER, assert_granted, assert_invalid, assert_refused

COUNTED = (*OF_A_SOURCE, "ATTEMPTS")


@pytest.fixture
def ada(api: Api, directory: Directory) -> Holder:
    return Holder.make(api, directory)


@pytest.fixture
def browser(api: Api, ada: Holder) -> Browser:
    return Browser(api)


def _sessions(api: Api) -> int:
    return sum(str(item["SK"]).startswith(keys.SESSIONS) for item in everything(api.store))


def test_the_right_password_opens_no_session_and_asks_for_a_factor(api: Api, browser: Browser) -> None:
    answer = browser.log_in()
    assert list(answer.json) == ["code", "message", "data", "timestamp"]
    assert challenge_in(answer).startswith("challenge_")
    assert answer.data["methods"] == ["totp"]
    [cookie] = answer.cookies
    pair, *attributes = cookie.split("; ")
    assert sorted(attributes) == ["HttpOnly", "Max-Age=300", "Path=/", "SameSite=Strict", "Secure"]
    text = json.dumps(everything(api.store))
    for secret in (pair.partition("=")[2], answer.data["challenge"].rpartition(".")[2]):
        assert secret not in text
        assert digest(secret) in text
    assert _sessions(api) == 0


def test_a_code_opens_the_session(api: Api, ada: Holder, browser: Browser) -> None:
    answer = browser.prove(challenge_in(browser.log_in()), ada.code())
    assert_granted(answer, *USER)
    assert answer.data["id"] == ada.user.id
    assert api.get("/api/auth/me", as_=str(session_in(answer))).status == 200
    assert browser.has("device")
    assert not browser.has("challenge")
    assert not browser.has("remembered")


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_may_differ_by_a_step(ada: Holder, browser: Browser, steps: int) -> None:
    assert browser.prove(challenge_in(browser.log_in()), ada.code(steps)).status == 200


@pytest.mark.parametrize("steps", [-2, 2, 60])
@pytest.mark.row("SF-02")
def test_a_code_of_the_past_or_the_future_is_refused(
    api: Api, ada: Holder, browser: Browser, steps: int
) -> None:
    challenge = challenge_in(browser.log_in())
    with api.no_effect(apart=COUNTED):
        assert_refused(browser.prove(challenge, ada.code(steps)), 401)
    assert browser.prove(challenge, ada.code()).status == 200  # a wrong code does not spend it


@pytest.mark.parametrize("steps", [0, -1])
@pytest.mark.row("SF-01")
def test_no_code_is_taken_twice_nor_one_before_it(
    api: Api, ada: Holder, browser: Browser, steps: int
) -> None:
    assert browser.prove(challenge_in(browser.log_in()), ada.code()).status == 200
    again = Browser(api)
    challenge = challenge_in(again.log_in())
    with api.no_effect(apart=COUNTED):
        assert_refused(again.prove(challenge, ada.code(steps)), 401)
    api.clock.advance(seconds=30)
    assert again.prove(challenge, ada.code()).status == 200


@pytest.mark.row("SF-03", "SF-16")
def test_the_code_of_somebody_else_is_refused(
    api: Api, directory: Directory, ada: Holder, browser: Browser
) -> None:
    eve = Holder.make(api, directory, "eve")
    challenge = challenge_in(browser.log_in())
    with api.no_effect(apart=COUNTED):
        assert_refused(browser.prove(challenge, eve.code()), 401)


@pytest.mark.parametrize("other", ["none", "another login's", "two"])
@pytest.mark.row("SF-04")
def test_a_challenge_is_good_in_its_browser_alone(
    api: Api, ada: Holder, browser: Browser, other: str
) -> None:
    challenge = challenge_in(browser.log_in())
    thief = Browser(api, ELSEWHERE)
    if other != "none":
        thief.log_in()
    if other == "two":
        thief.jar["x"] = f"1; __Host-challenge={browser.jar['__Host-challenge']}"
    with api.no_effect(apart=COUNTED):
        assert_refused(thief.prove(challenge, ada.code()), 401)
    assert browser.prove(challenge, ada.code()).status == 200


@pytest.mark.parametrize("why", ["spent", "expired", "altered", "of nobody", "no challenge", "new password"])
@pytest.mark.row("SF-05")
def test_a_challenge_that_is_dead_is_refused(
    api: Api, directory: Directory, ada: Holder, browser: Browser, why: str
) -> None:
    challenge = challenge_in(browser.log_in())
    jar = dict(browser.jar)
    match why:
        case "spent":
            assert browser.prove(challenge, ada.code()).status == 200
            browser.jar = jar
            api.clock.advance(seconds=60)
        case "expired":
            api.clock.advance(seconds=300)
        case "altered":
            challenge = challenge[:-1] + ("A" if challenge[-1] != "A" else "B")
        case "of nobody":
            challenge = f"challenge_nobody.{challenge.rpartition('.')[2]}"
        case "no challenge":
            challenge = str(directory.session(ada.user))
        case _:
            users.change(
                api.store,
                users.alive(api.store, ada.user.id),
                lambda one: one,
                by=directory.by,
                password="another hash",
            )
    with api.no_effect(apart=COUNTED):
        assert_refused(browser.prove(challenge, ada.code()), 401)


@pytest.mark.row("SF-06")
def test_of_16_submissions_of_one_code_one_opens_a_session(
    api: Api, ada: Holder, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"challenge": challenge_in(browser.log_in()), "code": ada.code()}
    many = many_at_a_time(api, monkeypatch, public=True)
    headers = {"Cookie": f"__Host-challenge={browser.jar['__Host-challenge']}"}
    answers = at_once([lambda: many.post(SECOND, body, headers=headers) for _ in range(16)])
    assert sorted(answer.status for answer in answers) == [200] + [401] * 15
    assert _sessions(api) == 1


@pytest.mark.row("SF-06")
def test_a_code_that_another_login_took_meanwhile_is_refused(
    api: Api, ada: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsers = [Browser(api), Browser(api)]
    bodies = [{"challenge": challenge_in(each.log_in()), "code": ada.code()} for each in browsers]
    many = many_at_a_time(api, monkeypatch, public=True)

    def prove(place: int) -> Answer:
        headers = {"Cookie": f"__Host-challenge={browsers[place].jar['__Host-challenge']}"}
        return many.post(SECOND, bodies[place], headers=headers)

    quicker: list[Answer] = []
    before_the_commit(monkeypatch, lambda: quicker.append(prove(1)))
    assert [prove(0).status, *(each.status for each in quicker)] == [401, 200]
    assert _sessions(api) == 1


@pytest.mark.row("SF-08")
def test_wrong_codes_count_with_wrong_passwords_and_a_right_password_forgets_none(
    api: Api, ada: Holder, browser: Browser
) -> None:
    wrong = wrong_code(ada.secret, api.clock())
    assert_refused(browser.log_in(password="wrong horse battery"), 401)
    challenge = challenge_in(browser.log_in())  # counts as well, until the login is whole
    for _ in range(3):
        assert_refused(browser.prove(challenge, wrong), 401)
    waiting = browser.prove(challenge, ada.code())
    assert bare(waiting) == bare(browser.log_in()) == bare(browser.prove(challenge, wrong))
    api.clock.advance(minutes=1)
    assert browser.prove(challenge, ada.code()).status == 200
    assert [browser.log_in(password="wrong horse battery").status for _ in range(4)] == [401] * 4
    challenge_in(browser.log_in())  # in a known device, of which nothing had failed


@pytest.mark.row("SF-07")
def test_of_10000_guesses_from_100_sources_four_are_judged(api: Api, ada: Holder, browser: Browser) -> None:
    """Whoever knows the password guesses codes at the price of the address alone, from wherever."""
    challenge_in(browser.log_in())
    address, judged = ada.user.email, 0
    for place in range(10_000):
        sender = Sender(f"192.0.2.{place % 100}")
        seen = {keys.attempts(address): api.store.get(keys.attempts(address)) or {}} if place < 10 else {}
        with suppress(Unauthenticated):
            login.take_attempt(api.store, address, sender, seen, api.clock())
            judged += 1
    assert judged == 4  # the password itself was the first
    browser.source = ELSEWHERE
    assert_refused(browser.log_in(), 401)


@pytest.mark.row("SF-09")
def test_before_the_password_was_right_nothing_tells_who_has_a_factor(
    api: Api, directory: Directory, ada: Holder, browser: Browser
) -> None:
    directory.user("bob", password=SENTINEL)
    answers = [browser.log_in(f"{name}@example.com", "wrong horse battery") for name in ("ada", "bob", "eve")]
    assert bare(answers[0]) == bare(answers[1]) == bare(answers[2])
    assert browser.jar == {}
    assert_granted(browser.log_in("bob@example.com"), *USER)


@pytest.mark.row("SF-10", "SF-11")
def test_a_recovery_code_is_good_once_and_until_there_are_new_ones(
    api: Api, directory: Directory, ada: Holder, browser: Browser
) -> None:
    former = directory.recovery_codes(ada.user)
    codes = directory.recovery_codes(ada.user)
    answer = browser.log_in()
    assert answer.data["methods"] == ["totp", "recovery"]
    challenge = challenge_in(answer)
    with api.no_effect(apart=COUNTED):
        assert_refused(browser.prove(challenge, former[0]), 401)
    shouted = codes[0].upper().replace("-", " ")
    assert browser.prove(challenge, shouted, remember=True).status == 200
    assert not browser.has("remembered")  # the device is lost: nothing to remember it by
    again = Browser(api)
    challenge = challenge_in(again.log_in())
    with api.no_effect(apart=COUNTED):
        assert_refused(again.prove(challenge, codes[0]), 401)
    assert again.prove(challenge, codes[1]).status == 200


@pytest.mark.row("SF-15")
def test_an_authenticator_that_no_code_confirmed_proves_nothing(
    api: Api, directory: Directory, ada: Holder, browser: Browser
) -> None:
    _, secret = directory.enrolment(ada.user)
    other = Holder(ada.user, ada.phone, secret, api)
    challenge = challenge_in(browser.log_in())
    with api.no_effect(apart=COUNTED):
        assert_refused(browser.prove(challenge, other.code()), 401)


def test_a_factor_that_was_removed_meanwhile_proves_nothing(api: Api, ada: Holder, browser: Browser) -> None:
    challenge = challenge_in(browser.log_in())
    assert api.delete(f"{FACTORS}/{ada.phone.id}", as_=ada.user).status == 200
    assert_refused(browser.prove(challenge, ada.code()), 401)
    assert_granted(browser.log_in(), *USER)


@pytest.mark.parametrize(
    "body", [{"code": 1}, {"code": ""}, {"code": "x" * 65}, {"remember": "yes"}, {"x": 1}]
)
def test_a_body_of_another_shape_is_refused(api: Api, ada: Holder, body: dict[str, object]) -> None:
    whole = {"challenge": "challenge_x.y", "code": "000000", **body}
    with api.no_effect():
        assert_invalid(api.post(SECOND, whole), next(iter(body)))


# Remembered browsers.


@pytest.fixture
def remembering(ada: Holder, browser: Browser) -> Browser:
    """A browser in which ada proved her authenticator, and asked to be remembered."""
    assert browser.prove(challenge_in(browser.log_in()), ada.code(), remember=True).status == 200
    assert browser.has("remembered")
    return browser


def test_a_remembered_browser_is_asked_for_the_password_alone_for_30_days(
    api: Api, ada: Holder, remembering: Browser
) -> None:
    api.clock.advance(days=30, seconds=-1)
    assert_granted(remembering.log_in(), *USER)
    assert_refused(remembering.log_in(password="wrong horse battery"), 401)
    api.clock.advance(seconds=1)
    challenge_in(remembering.log_in())


@pytest.mark.parametrize("how", ["new password", "by the user", "by an administrator", "with its factor"])
@pytest.mark.row("SF-12")
def test_what_ends_a_remembered_browser(
    api: Api, directory: Directory, ada: Holder, remembering: Browser, how: str
) -> None:
    password = SENTINEL
    match how:
        case "new password":
            password = "quite another phrase"
            body = {"currentPassword": SENTINEL, "newPassword": password}
            done = api.put("/api/auth/me/password", body, as_=ada.user)
        case "by the user":
            done = api.delete("/api/auth/sessions", as_=ada.user)
        case "by an administrator":
            root = directory.admin()
            done = api.delete(f"/api/admin/users/{ada.user.id}/credentials", as_=root)
        case _:
            directory.authenticator(ada.user, "Tablet")
            done = api.delete(f"{FACTORS}/{ada.phone.id}", as_=ada.user)
    assert done.status == 200, done.text
    challenge_in(remembering.log_in(password=password))


@pytest.mark.parametrize("what", ["forged", "another user's", "a device's", "twice"])
@pytest.mark.row("SF-13")
def test_no_other_cookie_stands_for_a_factor(
    api: Api, directory: Directory, ada: Holder, remembering: Browser, what: str
) -> None:
    name = "__Host-remembered"
    value = remembering.jar[name]
    match what:
        case "forged":
            value = f"{value[:-1]}{'A' if value[-1] != 'A' else 'B'}"
        case "another user's":
            eve = Holder.make(api, directory, "eve")
            value = remembered.new(eve.user, ada.phone.id, api.clock()) or ""
        case "a device's":
            signing = derived("the key of this deployment", device_cookies.PURPOSE)
            value = remembered.cookie_of(ada.user, ada.phone.id, signing, api.clock())
        case _:
            value = f"{value}; {name}={value}"
    remembering.jar[name] = value
    challenge_in(remembering.log_in())


# The deployment's key.


@pytest.mark.parametrize("key", ["none", "out of reach", "another"])
@pytest.mark.row("SF-36")
def test_without_the_key_a_code_proves_nothing_and_costs_no_attempt(
    api: Api, directory: Directory, ada: Holder, browser: Browser, key: str
) -> None:
    codes = directory.recovery_codes(ada.user)
    challenge = challenge_in(browser.log_in())

    def keys_of(purpose: str) -> tuple[bytes, ...]:
        if key == "out of reach":
            raise Unavailable
        return derived("another key", purpose) if key == "another" else ()

    dependencies.use(dependencies.Dependencies(api.store, api.clock, deployment_keys=keys_of))
    with api.no_effect(apart=("ATTEMPTS",) if key == "another" else ()):
        answer = browser.prove(challenge, ada.code())
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert browser.prove(challenge, codes[0]).status == 200


@pytest.mark.row("SF-35")
def test_a_secret_that_was_moved_to_another_user_does_not_open(
    api: Api, directory: Directory, ada: Holder, browser: Browser
) -> None:
    eve = Holder.make(api, directory, "eve")
    stolen = {"secret": ada.phone.secret}
    api.store.write(Update(keys.factor(eve.user.id, eve.phone.id), set=stolen))
    theirs = Browser(api)
    challenge = challenge_in(theirs.log_in("eve@example.com"))
    assert theirs.prove(challenge, ada.code()).status == 503


def test_the_former_key_opens_what_it_sealed_until_it_is_sealed_anew(
    api: Api, ada: Holder, browser: Browser
) -> None:
    def rotate(*lines: str) -> None:
        keys_of = partial(derived, "\n".join(lines))
        dependencies.use(dependencies.Dependencies(api.store, api.clock, deployment_keys=keys_of))

    former = "former-key"
    rotate(former)
    eve = Holder.make(api, Directory(api.store, api.clock), "eve")
    rotate("present-key", former)
    assert browser.prove(challenge_in(browser.log_in(eve.user.email)), eve.code()).status == 200
    rotate("present-key")
    api.clock.advance(seconds=30)
    assert browser.prove(challenge_in(browser.log_in(eve.user.email)), eve.code()).status == 200
