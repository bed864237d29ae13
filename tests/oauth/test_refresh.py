"""Refresh tokens: each is used once, a retry is forgiven, a reuse ends all that came of the login."""

from collections import Counter
from collections.abc import Callable

import pytest

from roster.auth import refresh_tokens
from roster.auth.credentials import Credential, fresh
from roster.db import keys
from roster.directory import cleanup
from roster.errors import Unauthenticated
from tests.oauth.fixtures import READ, SECRET, WRITE, Scene, assert_error
from tests.support.api import Api
from tests.support.directory import PASSWORD
from tests.support.meter import Meter
from tests.support.race import at_once

DAYS = 30


def _audited(scene: Scene) -> Counter[str]:
    """How often what was done to Ada's families."""
    page = scene.api.store.query(scene.ada.id, index=keys.BY_TARGET, consistent=False)
    actions = [str(item["action"]) for item in page.items]
    return Counter(action for action in actions if action.startswith("family."))


def test_a_refresh_token_is_changed_for_new_tokens(scene: Scene) -> None:
    first = scene.log_in()
    answer = scene.renew(first["refresh_token"])
    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type", "expires_in", "refresh_token", "scope"]
    assert answer.json["refresh_token"] != first["refresh_token"]
    assert scene.lives(answer.json["access_token"])
    assert scene.lives(first["access_token"])  # it has its ten minutes
    assert scene.renew(answer.json["refresh_token"]).status == 200
    assert _audited(scene) == {"family.started": 1, "family.renewed": 2}


def test_an_access_token_lives_ten_minutes(scene: Scene, api: Api) -> None:
    issued = scene.log_in()
    api.clock.advance(minutes=10, seconds=-1)
    assert scene.lives(issued["access_token"])
    api.clock.advance(seconds=1)
    assert not scene.lives(issued["access_token"])


def test_so_does_that_of_a_client_which_acts_for_its_user(scene: Scene, api: Api) -> None:
    token = scene.ask("robot", SECRET, grant_type="client_credentials").json["access_token"]
    api.clock.advance(minutes=10, seconds=-1)
    assert scene.lives(token)
    api.clock.advance(seconds=1)
    assert not scene.lives(token)


def test_a_refresh_token_lives_thirty_days_from_its_own_making(scene: Scene, api: Api) -> None:
    issued = scene.log_in()
    for _ in range(2):
        api.clock.advance(days=DAYS, seconds=-1)
        issued = scene.renew(issued["refresh_token"]).json
        assert scene.lives(issued["access_token"])
    api.clock.advance(days=DAYS)
    with api.no_effect():
        assert_error(scene.renew(issued["refresh_token"]), "invalid_grant")


def test_what_comes_again_later_ends_the_family(scene: Scene, api: Api) -> None:
    """RFC 9700, 4.14.2: the thief's tokens end with the owner's, whichever of them is late."""
    first = scene.log_in()
    elsewhere = scene.log_in()
    second = scene.renew(first["refresh_token"]).json
    api.clock.advance(seconds=31)
    assert_error(scene.renew(first["refresh_token"]), "invalid_grant")
    assert not scene.lives(first["access_token"])
    assert not scene.lives(second["access_token"])
    with api.no_effect():
        assert_error(scene.renew(second["refresh_token"]), "invalid_grant")
    assert scene.lives(elsewhere["access_token"])
    assert scene.renew(elsewhere["refresh_token"]).status == 200
    assert _audited(scene) == {"family.started": 2, "family.renewed": 2, "family.ended": 1}


def test_a_token_from_long_ago_ends_the_family_at_once(scene: Scene, api: Api) -> None:
    first = scene.log_in()
    second = scene.renew(first["refresh_token"]).json
    third = scene.renew(second["refresh_token"]).json
    assert_error(scene.renew(first["refresh_token"]), "invalid_grant")
    assert not scene.lives(third["access_token"])


def test_a_lost_answer_may_be_asked_for_again(scene: Scene, api: Api) -> None:
    first = scene.log_in()
    scene.renew(first["refresh_token"])  # whose answer is lost
    api.clock.advance(seconds=30)
    again = scene.renew(first["refresh_token"])
    assert again.status == 200
    api.clock.advance(minutes=9)
    assert scene.lives(again.json["access_token"])
    assert scene.renew(again.json["refresh_token"]).status == 200


def test_who_got_the_answer_that_was_asked_for_again_ends_the_family(scene: Scene, api: Api) -> None:
    """So a thief who is quick enough to pass for a retry is found out by the owner's next request."""
    first = scene.log_in()
    owners = scene.renew(first["refresh_token"]).json
    thiefs = scene.renew(first["refresh_token"]).json
    api.clock.advance(minutes=5)
    assert_error(scene.renew(owners["refresh_token"]), "invalid_grant")
    assert not scene.lives(thiefs["access_token"])


def test_retries_do_not_lengthen_the_time_for_them(scene: Scene, api: Api) -> None:
    first = scene.log_in()
    scene.renew(first["refresh_token"])
    for _ in range(3):
        api.clock.advance(seconds=10)
        assert scene.renew(first["refresh_token"]).status == 200
    api.clock.advance(seconds=10)
    assert_error(scene.renew(first["refresh_token"]), "invalid_grant")


def test_two_at_once_with_one_refresh_token_are_both_answered(scene: Scene) -> None:
    refresh = _read(scene.log_in()["refresh_token"])
    store, key = scene.api.store, keys.family(scene.ada.id, refresh.family_id)
    found = store.get(key)
    assert found is not None

    def renew() -> Credential:
        issued = refresh_tokens.renew(store, found, refresh, (), by=scene.directory.by)
        assert issued.refresh is not None
        return issued.refresh

    given = at_once([renew] * 4)
    assert len({each.digest for each in given}) == 4
    left = store.get(key)
    assert left is not None
    assert (left["spent"], left["turn"] in {each.digest for each in given}) == (refresh.digest, True)


def test_two_at_once_with_a_spent_refresh_token_end_the_family_once(scene: Scene, api: Api) -> None:
    refresh = _read(scene.log_in()["refresh_token"])
    scene.renew(str(refresh))
    api.clock.advance(minutes=1)
    found = api.store.get(keys.family(scene.ada.id, refresh.family_id))
    assert found is not None

    def renew() -> None:
        with pytest.raises(Unauthenticated):
            refresh_tokens.renew(api.store, found, refresh, (), by=scene.directory.by)

    at_once([renew] * 4)
    assert _audited(scene) == {"family.started": 1, "family.renewed": 1, "family.ended": 1}


def test_a_refresh_token_is_its_clients(scene: Scene, api: Api) -> None:
    issued = scene.log_in()
    with api.no_effect():
        answer = scene.renew(issued["refresh_token"], "robot", SECRET)
    assert_error(answer, "invalid_grant")
    assert scene.renew(issued["refresh_token"]).status == 200


def test_scopes_may_be_fewer_for_a_while_and_never_more(scene: Scene) -> None:
    issued = scene.log_in()
    narrow = scene.renew(issued["refresh_token"], scope=READ).json
    assert narrow["scope"] == READ
    whole = scene.renew(narrow["refresh_token"]).json
    assert whole["scope"] == f"{READ} {WRITE}"
    once = scene.log_in(scope=READ)
    with scene.api.no_effect():
        assert_error(scene.renew(once["refresh_token"], scope=f"{READ} {WRITE}"), "invalid_scope")
    assert scene.renew(once["refresh_token"]).json["scope"] == READ


def _forged(text: str) -> list[str]:
    """What somebody who knows an access token, or a part of a refresh token, could make of it."""
    real = _read(text)
    user_id, family = real.user_id, real.family
    return [
        "",
        "x",
        text[:-1],
        text + " ",
        str(Credential("refresh", user_id, fresh(), fresh())),
        str(Credential("refresh", user_id, real.secret, fresh())),
        str(Credential("refresh", "nobody", real.secret, family)),
        f"refresh_{user_id}.{real.family_id}.{real.secret}",
        f"refresh_{user_id}.{(real.family_id * 2)[:43]}.{real.secret}",
        str(Credential("token", user_id, real.secret)),
    ]


def test_what_is_no_refresh_token_of_a_family_ends_none(scene: Scene, api: Api) -> None:
    issued = scene.log_in()
    for text in [*_forged(issued["refresh_token"])[1:], issued["access_token"], api.token(scene.ada)]:
        with api.no_effect():
            assert_error(scene.renew(text), "invalid_grant")
    assert scene.renew(issued["refresh_token"]).status == 200


def test_a_refresh_token_proves_nobody_elsewhere(scene: Scene, api: Api) -> None:
    issued = scene.log_in()
    refresh = _read(issued["refresh_token"])
    access = _read(issued["access_token"])
    for text in (
        str(refresh),
        str(Credential("access", scene.ada.id, refresh.secret, access.family)),
        str(Credential("access", scene.ada.id, fresh(), access.family)),
        str(Credential("access", scene.ada.id, access.secret, "0" * 32)),
        str(Credential("access", "nobody", access.secret, access.family)),
        str(Credential("token", scene.ada.id, access.secret)),
    ):
        assert not scene.lives(text)
    assert api.get("/api/auth/me", as_=str(access)).status == 401


def test_an_access_token_of_one_family_lives_by_no_other(scene: Scene) -> None:
    one, other = _read(scene.log_in()["access_token"]), _read(scene.log_in()["access_token"])
    assert not scene.lives(str(Credential("access", scene.ada.id, one.secret, other.family)))


def _suspended(scene: Scene) -> None:
    scene.directory.suspend(scene.ada)


def _suspended_for_a_while(scene: Scene) -> None:
    scene.directory.change(scene.directory.suspend(scene.ada), active=True)


def _deleted(scene: Scene) -> None:
    root = scene.directory.admin()
    assert scene.api.delete(f"/api/admin/users/{scene.ada.id}", as_=root).status == 200


def _given_another_password(scene: Scene) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": "quite another phrase"}
    assert scene.api.put("/api/auth/me/password", body, as_=scene.ada).status == 200


@pytest.mark.parametrize(
    "end",
    [_suspended, _suspended_for_a_while, _deleted, _given_another_password],
    ids=lambda end: end.__name__,
)
def test_nothing_is_renewed_for_a_user_who_was(scene: Scene, end: Callable[[Scene], None]) -> None:
    issued = scene.log_in()
    end(scene)
    assert not scene.lives(issued["access_token"])
    with scene.api.no_effect():
        assert_error(scene.renew(issued["refresh_token"]), "invalid_grant")


def test_the_sweep_of_a_deleted_user_leaves_no_token(scene: Scene, api: Api) -> None:
    scene.renew(scene.log_in()["refresh_token"])
    _deleted(scene)
    cleanup.run(api.store, keys.cleanup_of_user(scene.ada.id), api.clock())
    left = api.store.query(keys.user(scene.ada.id).pk).items
    assert [item["SK"] for item in left] == [keys.user(scene.ada.id).sk]


def test_an_access_token_is_read_in_one_trip(scene: Scene, api: Api, meter: Meter) -> None:
    token = scene.log_in()["access_token"]
    with meter.measure() as reading:
        assert api.get("/api/v1/user", bearer=token).status == 200
    assert reading.calls == {"BatchGetItem": 1}


def _read(text: str) -> Credential:
    credential = Credential.read(text)
    assert credential is not None
    return credential
