"""Refresh tokens: each is used once, a retry is forgiven, a reuse ends all that came of the login."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from roster.auth import refresh_tokens
from roster.auth.credentials import Credential, fresh
from roster.auth.refresh_tokens import Issued
from roster.db import keys
from roster.db.store import Item, Update
from roster.directory import cleanup
from roster.errors import Unauthenticated
from tests.oauth.fixtures import READ, SECRET, WRITE, Fixtures, assert_error
from tests.support.api import Api
from tests.support.directory import PASSWORD
from tests.support.meter import Meter
from tests.support.race import at_once
from tests.support.snapshots import everything

DAYS = 30


def _audited(fixtures: Fixtures) -> Counter[str]:
    """How often what was done to Ada's families."""
    page = fixtures.api.store.query(fixtures.ada.id, index=keys.BY_TARGET, consistent=False)
    actions = [str(item["action"]) for item in page.items]
    return Counter(action for action in actions if action.startswith("family."))


def test_a_refresh_token_is_changed_for_new_tokens(fixtures: Fixtures) -> None:
    first = fixtures.log_in()
    answer = fixtures.renew(first["refresh_token"])
    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type", "expires_in", "refresh_token", "scope"]
    assert answer.json["refresh_token"] != first["refresh_token"]
    assert fixtures.lives(answer.json["access_token"])
    assert fixtures.lives(first["access_token"])  # it has its ten minutes
    assert fixtures.renew(answer.json["refresh_token"]).status == 200
    assert _audited(fixtures) == {"family.started": 1, "family.renewed": 2}


def test_an_access_token_lives_ten_minutes(fixtures: Fixtures, api: Api) -> None:
    issued = fixtures.log_in()
    api.clock.advance(minutes=10, seconds=-1)
    assert fixtures.lives(issued["access_token"])
    api.clock.advance(seconds=1)
    assert not fixtures.lives(issued["access_token"])


def test_so_does_that_of_a_client_which_acts_for_its_user(fixtures: Fixtures, api: Api) -> None:
    token = fixtures.ask("robot", SECRET, grant_type="client_credentials").json["access_token"]
    api.clock.advance(minutes=10, seconds=-1)
    assert fixtures.lives(token)
    api.clock.advance(seconds=1)
    assert not fixtures.lives(token)


def test_a_refresh_token_lives_thirty_days_from_its_own_making(fixtures: Fixtures, api: Api) -> None:
    issued = fixtures.log_in()
    for _ in range(2):
        api.clock.advance(days=DAYS, seconds=-1)
        issued = fixtures.renew(issued["refresh_token"]).json
        assert fixtures.lives(issued["access_token"])
    api.clock.advance(days=DAYS)
    with api.no_effect():
        assert_error(fixtures.renew(issued["refresh_token"]), "invalid_grant")


def test_what_comes_again_later_ends_the_family(fixtures: Fixtures, api: Api) -> None:
    """RFC 9700, 4.14.2: the thief's tokens end with the owner's, whichever of them is late."""
    first = fixtures.log_in()
    elsewhere = fixtures.log_in()
    second = fixtures.renew(first["refresh_token"]).json
    api.clock.advance(seconds=31)
    assert_error(fixtures.renew(first["refresh_token"]), "invalid_grant")
    assert not fixtures.lives(first["access_token"])
    assert not fixtures.lives(second["access_token"])
    with api.no_effect():
        assert_error(fixtures.renew(second["refresh_token"]), "invalid_grant")
    assert fixtures.lives(elsewhere["access_token"])
    assert fixtures.renew(elsewhere["refresh_token"]).status == 200
    assert _audited(fixtures) == {"family.started": 2, "family.renewed": 2, "family.ended": 1}


def test_a_token_from_long_ago_ends_the_family_at_once(fixtures: Fixtures, api: Api) -> None:
    first = fixtures.log_in()
    second = fixtures.renew(first["refresh_token"]).json
    third = fixtures.renew(second["refresh_token"]).json
    assert_error(fixtures.renew(first["refresh_token"]), "invalid_grant")
    assert not fixtures.lives(third["access_token"])


def test_a_lost_answer_may_be_asked_for_again(fixtures: Fixtures, api: Api) -> None:
    first = fixtures.log_in()
    fixtures.renew(first["refresh_token"])  # whose answer is lost
    api.clock.advance(seconds=30)
    again = fixtures.renew(first["refresh_token"])
    assert again.status == 200
    api.clock.advance(minutes=9)
    assert fixtures.lives(again.json["access_token"])
    assert fixtures.renew(again.json["refresh_token"]).status == 200


def test_who_passed_for_a_retry_ends_the_family_later(fixtures: Fixtures, api: Api) -> None:
    """So a thief who is quick enough to pass for a retry is found out when the second of the two goes on."""
    first = fixtures.log_in()
    owners = fixtures.renew(first["refresh_token"]).json
    thiefs = fixtures.renew(first["refresh_token"]).json
    api.clock.advance(minutes=5)
    latest = fixtures.renew(thiefs["refresh_token"]).json
    api.clock.advance(minutes=5)
    assert_error(fixtures.renew(owners["refresh_token"]), "invalid_grant")
    assert not fixtures.lives(latest["access_token"])


def test_retries_do_not_lengthen_the_time_for_them(fixtures: Fixtures, api: Api) -> None:
    first = fixtures.log_in()
    fixtures.renew(first["refresh_token"])
    for _ in range(3):
        api.clock.advance(seconds=10)
        assert fixtures.renew(first["refresh_token"]).status == 200
    api.clock.advance(seconds=10)
    assert_error(fixtures.renew(first["refresh_token"]), "invalid_grant")


def test_fb_02_all_at_once_with_one_refresh_token_are_given_the_same_next_one(fixtures: Fixtures) -> None:
    refresh = _read(fixtures.log_in()["refresh_token"])
    store, key = fixtures.api.store, keys.family(fixtures.ada.id, refresh.family_id)
    for _ in range(10):
        found = store.get(key)
        assert found is not None
        given = at_once([partial(_renewed, fixtures, found, refresh)] * 8)
        assert len({str(issued.refresh) for issued in given}) == 1
        assert len({str(issued.access) for issued in given}) == 8
        assert all(fixtures.lives(str(issued.access)) for issued in given)
        assert given[0].refresh is not None
        refresh = given[0].refresh
    assert fixtures.renew(str(refresh)).status == 200


def _renewed(fixtures: Fixtures, found: Item, refresh: Credential) -> Issued:
    return refresh_tokens.renew(fixtures.api.store, found, refresh, (), by=fixtures.directory.by)


def test_fb_02_a_retry_is_given_what_the_first_answer_had(fixtures: Fixtures, api: Api) -> None:
    first = fixtures.log_in()
    lost = fixtures.renew(first["refresh_token"]).json
    api.clock.advance(seconds=30)
    again = fixtures.renew(first["refresh_token"]).json
    assert again["refresh_token"] == lost["refresh_token"]
    assert again["access_token"] != lost["access_token"]
    api.clock.advance(minutes=9)
    assert fixtures.lives(again["access_token"])
    api.clock.advance(minutes=2)
    assert fixtures.renew(lost["refresh_token"]).status == 200


def test_fb_02_neither_the_table_nor_an_old_token_tells_the_next_one(fixtures: Fixtures, api: Api) -> None:
    first = fixtures.log_in()
    second = _read(fixtures.renew(first["refresh_token"]).json["refresh_token"])
    table = repr(everything(api.store))
    assert second.digest in table
    for secret in (second.secret, second.family, _read(first["refresh_token"]).secret):
        assert secret not in table
    same_start = fixtures.log_in()
    assert fixtures.renew(same_start["refresh_token"]).json["refresh_token"] != str(second)
    stored = api.store.get(keys.family(fixtures.ada.id, second.family_id)) or {}
    third = _read(fixtures.renew(str(second)).json["refresh_token"])
    later = api.store.get(keys.family(fixtures.ada.id, second.family_id)) or {}
    assert later["successor_key"] != stored["successor_key"]  # what a thief read once tells no later token
    assert third.secret not in repr(everything(api.store))


@pytest.mark.parametrize("key", [None, "x" * 43], ids=["none", "of another turn"])
def test_fb_02_a_retry_of_an_earlier_versions_answer_is_given_a_new_one(
    fixtures: Fixtures, api: Api, key: str | None
) -> None:
    """That version kept no key, and left the one of a turn before where it found one."""
    first = fixtures.log_in()
    answered = fixtures.renew(first["refresh_token"]).json["refresh_token"]
    place = keys.family(fixtures.ada.id, _read(answered).family_id)
    update = (
        Update(place, remove=("successor_key",)) if key is None else Update(place, {"successor_key": key})
    )
    api.store.write(update)
    retried = [fixtures.renew(first["refresh_token"]).json["refresh_token"] for _ in range(2)]
    assert retried[0] == retried[1] != answered
    assert fixtures.renew(retried[0]).status == 200


def test_two_at_once_with_a_spent_refresh_token_end_the_family_once(fixtures: Fixtures, api: Api) -> None:
    refresh = _read(fixtures.log_in()["refresh_token"])
    fixtures.renew(str(refresh))
    api.clock.advance(minutes=1)
    found = api.store.get(keys.family(fixtures.ada.id, refresh.family_id))
    assert found is not None

    def renew() -> None:
        with pytest.raises(Unauthenticated):
            refresh_tokens.renew(api.store, found, refresh, (), by=fixtures.directory.by)

    at_once([renew] * 4)
    assert _audited(fixtures) == {"family.started": 1, "family.renewed": 1, "family.ended": 1}


def test_a_refresh_token_is_its_clients(fixtures: Fixtures, api: Api) -> None:
    issued = fixtures.log_in()
    with api.no_effect():
        answer = fixtures.renew(issued["refresh_token"], "robot", SECRET)
    assert_error(answer, "invalid_grant")
    assert fixtures.renew(issued["refresh_token"]).status == 200


def test_scopes_may_be_fewer_for_a_while_and_never_more(fixtures: Fixtures) -> None:
    issued = fixtures.log_in()
    narrow = fixtures.renew(issued["refresh_token"], scope=READ).json
    assert narrow["scope"] == READ
    whole = fixtures.renew(narrow["refresh_token"]).json
    assert whole["scope"] == f"{READ} {WRITE}"
    once = fixtures.log_in(scope=READ)
    with fixtures.api.no_effect():
        assert_error(fixtures.renew(once["refresh_token"], scope=f"{READ} {WRITE}"), "invalid_scope")
    assert fixtures.renew(once["refresh_token"]).json["scope"] == READ


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


def test_what_is_no_refresh_token_of_a_family_ends_none(fixtures: Fixtures, api: Api) -> None:
    issued = fixtures.log_in()
    for text in [*_forged(issued["refresh_token"])[1:], issued["access_token"], api.token(fixtures.ada)]:
        with api.no_effect():
            assert_error(fixtures.renew(text), "invalid_grant")
    assert fixtures.renew(issued["refresh_token"]).status == 200


def test_a_refresh_token_proves_nobody_elsewhere(fixtures: Fixtures, api: Api) -> None:
    issued = fixtures.log_in()
    refresh = _read(issued["refresh_token"])
    access = _read(issued["access_token"])
    for text in (
        str(refresh),
        str(Credential("access", fixtures.ada.id, refresh.secret, access.family)),
        str(Credential("access", fixtures.ada.id, fresh(), access.family)),
        str(Credential("access", fixtures.ada.id, access.secret, "0" * 32)),
        str(Credential("access", "nobody", access.secret, access.family)),
        str(Credential("token", fixtures.ada.id, access.secret)),
    ):
        assert not fixtures.lives(text)
    assert api.get("/api/auth/me", as_=str(access)).status == 401


def test_an_access_token_of_one_family_lives_by_no_other(fixtures: Fixtures) -> None:
    one, other = _read(fixtures.log_in()["access_token"]), _read(fixtures.log_in()["access_token"])
    assert not fixtures.lives(str(Credential("access", fixtures.ada.id, one.secret, other.family)))


def _suspended(fixtures: Fixtures) -> None:
    fixtures.directory.suspend(fixtures.ada)


def _suspended_for_a_while(fixtures: Fixtures) -> None:
    fixtures.directory.change(fixtures.directory.suspend(fixtures.ada), active=True)


def _deleted(fixtures: Fixtures) -> None:
    root = fixtures.directory.admin()
    assert fixtures.api.delete(f"/api/admin/users/{fixtures.ada.id}", as_=root).status == 200


def _given_another_password(fixtures: Fixtures) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": "quite another phrase"}
    assert fixtures.api.put("/api/auth/me/password", body, as_=fixtures.ada).status == 200


@pytest.mark.parametrize(
    "end",
    [_suspended, _suspended_for_a_while, _deleted, _given_another_password],
    ids=lambda end: end.__name__,
)
def test_nothing_is_renewed_for_a_user_who_was(fixtures: Fixtures, end: Callable[[Fixtures], None]) -> None:
    issued = fixtures.log_in()
    end(fixtures)
    assert not fixtures.lives(issued["access_token"])
    with fixtures.api.no_effect():
        assert_error(fixtures.renew(issued["refresh_token"]), "invalid_grant")


def test_the_cleanup_of_a_deleted_user_leaves_no_token(fixtures: Fixtures, api: Api) -> None:
    fixtures.renew(fixtures.log_in()["refresh_token"])
    _deleted(fixtures)
    cleanup.run(api.store, keys.cleanup_of_user(fixtures.ada.id), api.clock())
    left = api.store.query(keys.user(fixtures.ada.id).pk).items
    assert [item["SK"] for item in left] == [keys.user(fixtures.ada.id).sk]


def test_an_access_token_is_read_in_one_trip(fixtures: Fixtures, api: Api, meter: Meter) -> None:
    token = fixtures.log_in()["access_token"]
    with meter.measure() as reading:
        assert api.get("/api/v1/user", bearer=token).status == 200
    assert reading.calls == {"BatchGetItem": 1}


def _read(text: str) -> Credential:
    credential = Credential.read(text)
    assert credential is not None
    return credential
