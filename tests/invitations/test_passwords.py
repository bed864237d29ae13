"""Choosing a password by a link: forgotten, handed over by an administrator, or a new user's first."""

from collections.abc import Callable
from typing import Any

import pytest

from roster.auth import password_links
from roster.db import keys
from roster.domain import User, UserKind
from tests.invitations.fixtures import ACCEPT, FORGOTTEN, LOOK, PHRASE, RESET, assert_dead, at, token_in
from tests.support.api import Answer, Api, bare, session_in
from tests.support.directory import PASSWORD, Directory
from tests.support.meter import Meter
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.support.snapshots import everything
from tests.workspaces.fixtures import Fixtures, assert_granted, assert_invalid, assert_refused

FROM = "roster@example.com"
OF_A_SOURCE = ("FORGOTTEN",)


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=PASSWORD)


@pytest.fixture
def mailing(deployed: Callable[..., None]) -> None:
    """A deployment that sends mail."""
    deployed(MAIL_FROM=FROM)


def log_in(api: Api, email: str, password: str) -> Answer:
    return api.post("/api/auth/login", {"email": email, "password": password})


def reset(api: Api, token: str, password: str = PHRASE, **more: Any) -> Answer:
    return api.post(RESET, {"token": token, "password": password, **more})


def orders(api: Api) -> list[str]:
    return [str(item["SK"]) for item in everything(api.store) if item["PK"] == keys.MAIL]


def asked(api: Api, directory: Directory) -> list[dict[str, Any]]:
    """What the audit tells of forgotten passwords."""
    found = api.get("/api/admin/audit", as_=directory.admin("auditor")).data
    return [each for each in found if each["action"] == "password.forgotten"]


# Forgotten.


@pytest.mark.row("L-06")
def test_whoever_asks_is_answered_alike_at_the_same_calls(
    api: Api, directory: Directory, ada: User, mailing: None, meter: Meter
) -> None:
    directory.suspend(directory.user("bob"))
    directory.user("robot", kind=UserKind.SERVICE)
    answers, calls = set(), []
    for email in (ada.email, "ADA@example.com", "nobody@example.com", "bob@example.com", "no address"):
        with meter.measure() as reading:
            answers.add(str(bare(api.post(FORGOTTEN, {"email": email}))))
        calls.append(dict(reading.calls))
    with meter.measure() as reading:
        answers.add(str(bare(api.post(FORGOTTEN, {"email": "robot@example.com"}))))
    assert len(answers) == 1
    assert [*calls, dict(reading.calls)] == [{"BatchGetItem": 1, "GetItem": 1, "TransactWriteItems": 1}] * 6
    assert orders(api) == [f"USER#{ada.id}"]


def test_without_mail_it_makes_an_event_and_no_link(api: Api, directory: Directory, ada: User) -> None:
    assert api.post(FORGOTTEN, {"email": ada.email}).status == 200
    assert api.post(FORGOTTEN, {"email": "nobody@example.com"}).status == 200
    [event] = asked(api, directory)
    assert (event["target"], event["actor"], event["details"]) == (ada.id, "system", {"mailed": False})
    assert api.store.get(keys.password_link(ada.id)) is None
    assert orders(api) == []


@pytest.mark.row("L-07")
def test_three_an_hour_of_an_address_are_sent(
    api: Api, directory: Directory, ada: User, mailing: None
) -> None:
    for _ in range(5):
        assert api.post(FORGOTTEN, {"email": ada.email}).status == 200
    assert len(asked(api, directory)) == password_links.MOST
    with api.no_effect():
        assert api.post(FORGOTTEN, {"email": ada.email}).status == 200
    api.clock.advance(hours=1)
    api.post(FORGOTTEN, {"email": ada.email})
    api.cookies.clear()
    assert len([each for each in everything(api.store) if each.get("action") == "password.forgotten"]) == 4


def test_a_source_over_its_limit_is_heard_no_more(
    api: Api, ada: User, mailing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roster.auth.source_failures.LIMIT", 2)
    for name in ("x", "y"):
        api.post(FORGOTTEN, {"email": f"{name}@example.com"}, source="192.0.2.7")
    with api.no_effect():
        assert api.post(FORGOTTEN, {"email": ada.email}, source="192.0.2.7").status == 200
    api.post(FORGOTTEN, {"email": ada.email}, source="192.0.2.8")
    assert orders(api) == [f"USER#{ada.id}"]
    assert log_in(api, ada.email, PASSWORD).status == 200, "logins are counted by themselves"


# Reset.


def test_a_link_chooses_a_password_once_and_ends_every_session(
    api: Api, directory: Directory, ada: User
) -> None:
    directory.change(ada, email_verified=True)
    session, api_token = api.cookie(ada), api.token(ada)
    token = directory.password_link(ada)
    answer = reset(api, token)
    assert_granted(answer)
    assert answer.cookies == []
    assert log_in(api, ada.email, PASSWORD).status == 401
    assert log_in(api, ada.email, PHRASE).status == 200
    assert api.get("/api/auth/me", as_=session).status == 401
    assert api.get("/api/auth/me", bearer=api_token).status == 200
    with api.no_effect():
        assert_invalid(reset(api, token, f"{PHRASE} twice"), "token")


@pytest.mark.parametrize(
    ("verified", "more", "status"),
    [(True, {"endTokens": True}, 401), (True, {"endTokens": False}, 200), (False, {}, 401)],
    ids=["asked", "kept", "unverified"],
)
def test_tokens_end_where_that_is_asked_or_the_address_was_never_proved(
    api: Api, directory: Directory, ada: User, verified: bool, more: dict[str, Any], status: int
) -> None:
    ada = directory.change(ada, email_verified=verified)
    api_token = api.token(ada)
    assert reset(api, directory.password_link(ada), **more).status == 200
    assert api.get("/api/auth/me", bearer=api_token).status == status
    assert api.get("/api/v1/user", bearer=api_token).status == status
    fresh = directory.change(ada, full_name="Ada")
    assert api.get("/api/auth/me", bearer=directory.token(fresh)).status == 200


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.row("SF-33")
def test_factors_end_where_the_address_was_never_proved(
    api: Api, directory: Directory, ada: User, verified: bool
) -> None:
    ada = directory.change(ada, email_verified=verified)
    directory.authenticator(ada)
    directory.recovery_codes(ada)
    assert reset(api, directory.password_link(ada)).status == 200
    answer = log_in(api, ada.email, PHRASE)
    assert (answer.status, answer.code) == ((401, "SECOND_FACTOR_REQUIRED") if verified else (200, "SUCCESS"))
    left = [str(item["SK"]) for item in everything(api.store) if item["PK"] == keys.user(ada.id).pk]
    assert any(sk.startswith(keys.FACTORS_AND_CODES) for sk in left) == verified


def _password_changed(api: Api, directory: Directory, user: User) -> None:
    path = f"/api/admin/users/{user.id}"
    assert api.put(path, {"password": "yet another phrase"}, as_=directory.admin()).status == 200


def _address_changed(api: Api, directory: Directory, user: User) -> None:
    directory.change(user, email="lovelace@example.com")


def _suspended_for_a_while(api: Api, directory: Directory, user: User) -> None:
    directory.suspend(user)
    directory.change(user, active=True)


def _suspended(api: Api, directory: Directory, user: User) -> None:
    directory.suspend(user)


def _deleted(api: Api, directory: Directory, user: User) -> None:
    assert api.delete(f"/api/admin/users/{user.id}", as_=directory.admin()).status == 200


def _asked_again(api: Api, directory: Directory, user: User) -> None:
    directory.password_link(user)


def _an_hour_gone(api: Api, directory: Directory, user: User) -> None:
    api.clock.advance(hours=1)


KILLS = (
    _password_changed,
    _address_changed,
    _suspended_for_a_while,
    _suspended,
    _deleted,
    _asked_again,
    _an_hour_gone,
)


@pytest.mark.row("L-08")
@pytest.mark.parametrize("kill", KILLS)
def test_what_kills_a_link(
    api: Api, directory: Directory, ada: User, kill: Callable[[Api, Directory, User], None]
) -> None:
    token = directory.password_link(ada)
    kill(api, directory, ada)
    with api.no_effect():
        dead, garbage = reset(api, token), reset(api, "reset_x")
    assert_invalid(dead, "token")
    assert dead.text == garbage.text


@pytest.mark.parametrize("forged", ["secret", "user", "kind"])
def test_an_altered_link_resets_nothing(
    api: Api, directory: Directory, ada: User, fixtures: Fixtures, forged: str
) -> None:
    token = directory.password_link(ada)
    altered = {
        "secret": token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        "user": token.replace(ada.id, fixtures.root.id),
        "kind": token.replace("reset_", "account_"),
    }[forged]
    with api.no_effect():
        assert_invalid(reset(api, altered), "token")
        assert_refused(api.post(ACCEPT, {"token": token, "password": PHRASE, "fullName": "M"}), 404)


@pytest.mark.parametrize("password", ["short", "password", "ada@example.com"])
def test_a_refused_password_does_not_spend_the_link(
    api: Api, directory: Directory, ada: User, password: str
) -> None:
    token = directory.password_link(ada)
    with api.no_effect():
        assert_invalid(reset(api, token, password), "password")
    assert reset(api, token).status == 200


def test_a_link_ends_the_waiting_of_who_mistyped(api: Api, directory: Directory, ada: User) -> None:
    for _ in range(6):
        log_in(api, ada.email, "wrong phrase")
    assert log_in(api, ada.email, PASSWORD).status == 401
    assert reset(api, directory.password_link(ada)).status == 200
    assert log_in(api, ada.email, PHRASE).status == 200


def test_sixteen_use_one_link_and_one_password_counts(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, many = directory.password_link(ada), many_at_a_time(api, monkeypatch, public=True)
    answers = at_once(
        [lambda place=place: reset(many, token, f"{PHRASE} {place}") for place in range(16)]  # type: ignore[misc]
    )
    assert sorted(answer.status for answer in answers) == [200] + [400] * 15
    won = next(place for place, answer in enumerate(answers) if answer.status == 200)
    assert log_in(api, ada.email, f"{PHRASE} {won}").status == 200


def test_what_is_changed_meanwhile_is_looked_at_again(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = directory.password_link(ada)
    before_the_commit(monkeypatch, lambda: directory.change(ada, full_name="Ada King"))
    assert reset(api, token).status == 200
    assert log_in(api, ada.email, PHRASE).data["fullName"] == "Ada King"


# Handed over by an administrator.


def test_an_administrator_hands_over_a_link(api: Api, fixtures: Fixtures) -> None:
    path = f"/api/admin/users/{fixtures.member.id}/password-link"
    first = api.post(path, as_=fixtures.root)
    assert_granted(first, "link", "expiresAt")
    assert first.data["expiresAt"] == "2026-04-13T02:00:00Z"
    assert first.data["link"].startswith("https://roster.example/console#/reset/reset_")
    second = api.post(path, as_=fixtures.root)
    assert_invalid(reset(api, token_in(first.data["link"])), "token")
    assert reset(api, token_in(second.data["link"])).status == 200
    assert log_in(api, fixtures.member.email, PHRASE).status == 200
    api.cookies.clear()
    actions = [
        each["action"]
        for each in api.get(f"/api/admin/audit?target={fixtures.member.id}", as_=fixtures.root).data
    ]
    assert actions.count("password_link.created") == 2


def test_nobody_makes_a_link_for_themselves(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        answer = api.post(f"/api/admin/users/{fixtures.root.id}/password-link", as_=fixtures.root)
    assert_invalid(answer, "userId")


def test_by_mail_a_link_is_shown_to_nobody(api: Api, fixtures: Fixtures, mailing: None) -> None:
    answer = api.post(f"/api/admin/users/{fixtures.member.id}/password-link", as_=fixtures.root)
    assert answer.data["link"] is None
    assert orders(api) == [f"USER#{fixtures.member.id}"]


# A new user's first.

NEW: dict[str, Any] = {"email": "new@example.com", "fullName": "New Comer", "roles": ["USER"]}


def test_a_user_without_a_password_chooses_one_by_the_link(api: Api, fixtures: Fixtures) -> None:
    made = api.post("/api/admin/users", NEW, as_=fixtures.root, headers={"Idempotency-Key": "k"})
    assert made.status == 200, made.text
    page, _, token = made.data["link"].rpartition("/")
    assert page == "https://roster.example/console#/invitations"
    again = api.post("/api/admin/users", NEW, as_=fixtures.root, headers={"Idempotency-Key": "k"})
    assert again.data == {**made.data, "link": None}
    assert log_in(api, NEW["email"], PHRASE).status == 401
    assert api.post(LOOK, {"token": token}).data == {
        "workspace": None,
        "email": NEW["email"],
        "role": None,
        "expiresAt": at(api.clock().replace(day=20)),
        "hasAccount": False,
    }
    with api.no_effect():
        assert_invalid(api.post(ACCEPT, {"token": token}), "password")
        assert_invalid(api.post(ACCEPT, {"token": token, "password": NEW["email"]}), "password")
    answer = api.post(ACCEPT, {"token": token, "fullName": "Ada", "password": PHRASE})
    assert (answer.status, answer.data["id"], answer.data["fullName"]) == (200, made.data["id"], "Ada")
    assert api.get("/api/auth/me", as_=str(session_in(answer))).status == 200
    assert log_in(api, NEW["email"], PHRASE).status == 200
    assert_dead(api, token)


@pytest.mark.parametrize("kill", [_password_changed, _suspended, _address_changed, _deleted])
def test_what_kills_the_link_of_a_new_user(
    api: Api, directory: Directory, kill: Callable[[Api, Directory, User], None]
) -> None:
    bob = directory.user("bob")
    token = directory.password_link(bob, first=True)
    kill(api, directory, bob)
    assert_dead(api, token)


def test_a_password_given_makes_no_link(api: Api, fixtures: Fixtures) -> None:
    sent: dict[str, Any] = {"as_": fixtures.root, "headers": {"Idempotency-Key": "k"}}
    made = api.post("/api/admin/users", {**NEW, "password": PHRASE}, **sent)
    assert "link" not in made.data
    assert api.post("/api/admin/users", NEW, **sent).data == made.data  # a retry may forget the password
    assert api.store.get(keys.password_link(made.data["id"])) is None


@pytest.mark.row("L-09")
@pytest.mark.parametrize("path", [FORGOTTEN, RESET])
def test_a_page_of_others_resets_nothing(api: Api, directory: Directory, ada: User, path: str) -> None:
    body = {"email": ada.email} if path == FORGOTTEN else {"token": directory.password_link(ada)}
    with api.no_effect():
        answer = api.post(path, {**body, "password": PHRASE}, headers={"Origin": "https://evil.example"})
    assert_refused(answer, 403)
