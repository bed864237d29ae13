"""GET /api/auth/me, and how long a session lives."""

import pytest

from roster.auth import api_tokens, sessions
from roster.db import keys
from roster.db.store import Update
from roster.errors import Unavailable
from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.workspaces.fixtures import USER, assert_granted, assert_refused

PATH = "/api/auth/me"


def test_the_caller_is_shown_as_administrators_see_a_user(api: Api, directory: Directory) -> None:
    ada, root = directory.user("ada"), directory.admin()
    answer = api.get(PATH, as_=ada)
    assert_granted(answer, *USER)
    assert answer.data == api.get(f"/api/admin/users/{ada.id}", as_=root).data


@pytest.mark.row("S-07")
def test_a_session_idle_for_twelve_hours_is_dead(api: Api, directory: Directory) -> None:
    ada, other = directory.user("ada"), directory.user("other")
    api.cookie(ada), api.cookie(other)
    api.clock.advance(hours=11, minutes=59, seconds=59)
    assert api.get(PATH, as_=ada).status == 200
    api.clock.advance(seconds=1)
    assert_refused(api.get(PATH, as_=other), 401)
    assert api.get(PATH, as_=ada).status == 200


@pytest.mark.row("S-07")
def test_a_session_in_use_is_dead_after_fourteen_days_all_the_same(api: Api, directory: Directory) -> None:
    ada = directory.user("ada")
    api.cookie(ada)
    for _ in range(14 * 24 - 1):
        api.clock.advance(hours=1)
        assert api.get(PATH, as_=ada).status == 200
    api.clock.advance(minutes=59, seconds=59)
    assert api.get(PATH, as_=ada).status == 200
    api.clock.advance(seconds=1)
    assert_refused(api.get(PATH, as_=ada), 401)


def test_the_last_use_moves_at_most_once_an_hour(api: Api, directory: Directory, meter: Meter) -> None:
    ada = directory.user("ada")
    api.cookie(ada)
    api.clock.advance(minutes=59, seconds=59)
    with api.no_effect():
        assert api.get(PATH, as_=ada).status == 200
    api.clock.advance(seconds=1)
    with meter.measure() as moved:
        api.get(PATH, as_=ada)
    with meter.measure() as again:
        api.get(PATH, as_=ada)
    assert moved.calls == {"BatchGetItem": 1, "UpdateItem": 1}
    assert again.calls == {"BatchGetItem": 1}


def test_a_last_use_that_cannot_be_moved_fails_nothing(
    api: Api, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = directory.user("ada")
    api.cookie(ada)
    api.clock.advance(hours=2)

    def away(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(type(api.store), "write", away)
    assert api.get(PATH, as_=ada).status == 200


@pytest.mark.row("F-16")
def test_a_session_of_a_clock_ahead_of_ours_is_alive(api: Api, directory: Directory) -> None:
    ada = directory.user("ada")
    api.cookie(ada)
    api.clock.advance(minutes=-5)
    assert api.get(PATH, as_=ada).status == 200


def test_limits_are_the_documented_ones() -> None:
    assert (sessions.IDLE.total_seconds(), sessions.LIFETIME.days) == (12 * 3600, 14)


def test_a_credential_of_another_secret_proves_nobody(api: Api, directory: Directory) -> None:
    """Its id is made of the secret too, so only a changed item tells that the whole secret is compared."""
    ada = directory.user("ada")
    session = directory.session(ada)
    _, token = api_tokens.create(api.store, ada, "ci", None, None, by=directory.by)
    assert api.get("/api/auth/me", as_=str(session)).status == 200
    assert api.get("/api/workspaces", bearer=str(token)).status == 200
    for key in (keys.session(ada.id, session.id), keys.token(ada.id, token.id)):
        api.store.write(Update(key, set={"digest": "0" * 64}))
    assert api.get("/api/auth/me", as_=str(session)).status == 401
    assert api.get("/api/workspaces", bearer=str(token)).status == 401
