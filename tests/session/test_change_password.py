"""PUT /api/auth/me/password."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from roster.directory import users
from roster.domain import User
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.support.snapshots import everything
from tests.workspaces.fixtures import NOWHERE, SENTINEL, assert_granted, assert_invalid, assert_refused, bare
from tests.workspaces.rows import BAD_PASSWORDS

PATH = "/api/auth/me/password"
OLD, NEW = SENTINEL + " old", SENTINEL + " new"


@pytest.fixture
def ada(api: Api, directory: Directory) -> User:
    user = directory.user("ada", password=OLD)
    api.cookie(user)
    return user


def _change(api: Api, who: User | str | None, old: str = OLD, new: str = NEW, **more: Any) -> Answer:
    return api.put(PATH, {"currentPassword": old, "newPassword": new}, as_=who, **more)


def _log_in(api: Api, password: str) -> int:
    return api.post("/api/auth/login", {"email": "ada@example.com", "password": password}).status


def test_the_new_password_takes_the_place_of_the_old(api: Api, ada: User) -> None:
    assert_granted(_change(api, ada))
    assert (_log_in(api, OLD), _log_in(api, NEW)) == (401, 200)


@pytest.mark.row("S-08")
def test_all_other_sessions_end_and_this_one_lives_on(api: Api, directory: Directory, ada: User) -> None:
    bob = directory.user("bob")
    others = [str(directory.session(ada)) for _ in range(3)]
    assert_granted(_change(api, ada))
    for session in others:
        assert_refused(api.get("/api/auth/me", as_=session), 401)
    assert api.get("/api/auth/me", as_=ada).status == 200
    assert api.get("/api/auth/me", as_=bob).status == 200


def test_this_session_outlives_any_number_of_changes(api: Api, ada: User) -> None:
    for old, new in ((OLD, NEW), (NEW, OLD), (OLD, OLD)):
        assert_granted(_change(api, ada, old, new))
    assert _log_in(api, OLD) == 200


def test_nothing_that_is_shown_of_the_user_changes(api: Api, ada: User) -> None:
    before = api.get("/api/auth/me", as_=ada).data
    _change(api, ada)
    assert api.get("/api/auth/me", as_=ada).data == before


@pytest.mark.parametrize(
    "old",
    [NEW, OLD.upper(), OLD[:-1], OLD + " ", " " + OLD, "", "x" * 60_000, "\0"],
    ids=["new", "case", "cut", "space-after", "space-before", "empty", "60-kB", "nul"],
)
def test_a_wrong_current_password_is_named_and_not_repeated(api: Api, ada: User, old: str) -> None:
    answer = _change(api, ada, old)
    assert_invalid(answer, "currentPassword" if old != "\0" else "")
    assert _log_in(api, OLD) == 200


def test_without_a_password_there_is_none_to_change(api: Api, directory: Directory) -> None:
    without = directory.user("without")
    assert_invalid(_change(api, without), "currentPassword")


@pytest.mark.row("S-02")
def test_wrong_current_passwords_are_failed_logins(api: Api, ada: User) -> None:
    """Whoever has found an open session cannot guess on; who knows the password waits too."""
    for _ in range(5):
        assert_invalid(_change(api, ada, "wrong horse battery"), "currentPassword")
    for old in (OLD, "wrong horse battery"):
        with api.no_effect():
            assert_refused(_change(api, ada, old), 401)
    assert _log_in(api, OLD) == 401
    assert api.get("/api/auth/me", as_=ada).status == 200
    api.clock.advance(minutes=1)
    assert_granted(_change(api, ada))


def test_a_change_forgets_the_failures_before_it(api: Api, ada: User) -> None:
    for _ in range(4):
        _log_in(api, "wrong horse battery")
    assert_granted(_change(api, ada))
    assert [_log_in(api, "wrong horse battery") for _ in range(4)] == [401] * 4
    assert _log_in(api, NEW) == 200


@pytest.mark.parametrize("new", BAD_PASSWORDS)
def test_what_is_no_password_is_refused(api: Api, ada: User, new: Any) -> None:
    with api.no_effect():
        answer = api.put(PATH, {"currentPassword": OLD, "newPassword": new}, as_=ada)
    assert_invalid(answer, "newPassword")


@pytest.mark.parametrize("name", ["full_name", "first_name", "last_name", "user_name"])
def test_fs_18_a_name_of_ones_own_is_no_password(api: Api, directory: Directory, name: str) -> None:
    """The session knows the person: the body names nobody."""
    told = "Wolfeschlegel Zubrowka"
    bob = directory.change(directory.user("bob", password=OLD), **{name: told})
    cookie = str(directory.session(bob))
    for new in (told.upper(), "zubrowka", "Zubrowka1", "akworbuz"):
        with api.no_effect():
            assert_invalid(_change(api, cookie, new=new), "newPassword")
    assert_granted(_change(api, cookie, new="akworbuz and a red kite"))


@pytest.mark.parametrize(
    "new",
    [
        "zq7x-abc",
        ("zq7x wf9p tmjr bk2c vhgd nysu " * 9)[:256],
        "\U0001f600\U0001f4a9\U0001f680\U0001f433\U0001f335\U0001f369\U0001f525\U0001f511",
        " \t pass \u202e ",
    ],
    ids=["8", "256", "emoji", "spaces"],
)
def test_a_new_password_is_taken_as_given(api: Api, ada: User, new: str) -> None:
    assert_granted(_change(api, ada, new=new))
    assert (_log_in(api, new.strip() + "."), _log_in(api, new)) == (401, 200)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("currentPassword", {"newPassword": NEW}),
        ("newPassword", {"currentPassword": OLD}),
        ("currentPassword", {"currentPassword": None, "newPassword": NEW}),
        ("currentPassword", {"currentPassword": [OLD], "newPassword": NEW}),
        ("currentPassword", {"currentPassword": 12345678, "newPassword": NEW}),
        ("password", {"currentPassword": OLD, "newPassword": NEW, "password": NEW}),
        ("userId", {"currentPassword": OLD, "newPassword": NEW, "userId": NOWHERE}),
        ("email", {"currentPassword": OLD, "newPassword": NEW, "email": "bob@example.com"}),
    ],
    ids=str,
)
def test_a_crooked_field_is_named(api: Api, ada: User, field: str, body: dict[str, Any]) -> None:
    with api.no_effect():
        assert_invalid(api.put(PATH, body, as_=ada), field)


@pytest.mark.row("S-17")
def test_neither_password_is_anywhere_in_the_table(api: Api, ada: User) -> None:
    _change(api, ada, SENTINEL + " wrong")
    _change(api, ada)
    assert SENTINEL not in json.dumps(everything(api.store))


def test_without_a_live_session_it_is_refused(api: Api, directory: Directory, ada: User) -> None:
    ended = str(directory.session(ada))
    api.post("/api/auth/logout", as_=ended)
    for cookie in (None, "garbage", f"session_{ada.id}.{'A' * 43}", f"session_{NOWHERE}.{'A' * 43}", ended):
        with api.no_effect():
            assert_refused(_change(api, cookie), 401)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 415),
    ],
    ids=str,
)
@pytest.mark.row("S-09")
def test_a_foreign_page_cannot_ask_for_it(api: Api, ada: User, headers: dict[str, str], status: int) -> None:
    with api.no_effect():
        assert_refused(_change(api, ada, headers=headers), status)


def test_a_password_has_no_tag_to_match(api: Api, ada: User) -> None:
    tag = api.get("/api/auth/me", as_=ada).headers["etag"]
    with api.no_effect():
        assert _change(api, ada, headers={"If-Match": tag}).code == "PRECONDITION_FAILED"
    assert_granted(_change(api, ada, headers={"If-Match": "*"}))


def test_a_wrong_current_password_costs_four_round_trips_and_no_transaction(
    api: Api, ada: User, meter: Meter
) -> None:
    for _ in range(2):  # the second time, the window of attempts is open
        with meter.measure() as reading:
            _change(api, ada, "wrong horse battery")
        assert reading.trips <= 4, dict(reading.calls)
        assert reading.calls["TransactWriteItems"] == 0


def test_of_two_sessions_that_change_it_at_once_one_does(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower one's `currentPassword` is no longer the password, and its session has ended."""
    sessions = [str(directory.session(ada)) for _ in range(2)]
    threads = many_at_a_time(api, monkeypatch)

    def attempt(number: int) -> Callable[[], int]:
        return lambda: _change(threads, sessions[number], new=NEW + str(number)).status

    statuses = at_once([attempt(number) for number in range(2)])
    assert statuses.count(200) == 1
    assert {*statuses} <= {200, 400, 401}
    winner = statuses.index(200)
    assert [_log_in(api, NEW + str(number)) for number in (1 - winner, winner)] == [401, 200]
    assert [api.get("/api/auth/me", as_=sessions[n]).status for n in (1 - winner, winner)] == [401, 200]


def test_a_session_that_was_ended_meanwhile_changes_nothing(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator's suspension is not undone by a request that was under way."""
    before_the_commit(monkeypatch, lambda: directory.suspend(ada))
    refused = _change(api, ada)
    assert_refused(refused, 401)
    assert bare(refused) == bare(_change(api, "garbage"))
    users.change(api.store, users.alive(api.store, ada.id), _activated, by=directory.by)
    assert (_log_in(api, NEW), _log_in(api, OLD)) == (401, 200)


def test_another_change_meanwhile_costs_nothing(
    api: Api, directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename() -> None:
        users.change(api.store, ada, lambda one: replace(one, full_name="Ada King"), by=directory.by)

    before_the_commit(monkeypatch, rename)
    assert_granted(_change(api, ada))
    assert api.get("/api/auth/me", as_=ada).data["fullName"] == "Ada King"
    assert _log_in(api, NEW) == 200


def _activated(user: User) -> User:
    return replace(user, active=True)
