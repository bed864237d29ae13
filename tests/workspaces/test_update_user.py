"""PUT /api/admin/users/{userId}."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from roster.db import keys
from roster.directory import users
from roster.directory.emails import canonical
from roster.domain import User
from roster.errors import DirectoryError
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory
from tests.support.race import before_the_commit
from tests.workspaces.fixtures import (
    NO_PROFILE,
    NOWHERE,
    SENTINEL,
    USER,
    assert_granted,
    assert_invalid,
    assert_refused,
)
from tests.workspaces.rows import (
    BAD_EMAILS,
    BAD_LINES,
    BAD_PASSWORDS,
    BAD_ROLES,
    GOOD_LINES,
    NOT_FOR_USERS,
    ROLES,
)

pytestmark = pytest.mark.any_engine


@pytest.fixture
def root(api: Api, directory: Directory) -> User:
    admin = directory.admin()
    api.cookie(admin)
    return admin


@pytest.fixture
def ada(directory: Directory) -> User:
    return directory.user("ada", password=PASSWORD)


def _at(user: User) -> str:
    return f"/api/admin/users/{user.id}"


def _log_in(api: Api, email: str, password: str) -> int:
    return api.post("/api/auth/login", {"email": email, "password": password}).status


def test_what_the_body_names_is_changed(api: Api, root: User, ada: User) -> None:
    body = {"email": "Ada@Example.org", "fullName": "Ada King", "roles": ["ADMIN"], "active": False}
    api.clock.advance(days=1)
    answer = api.put(_at(ada), body, as_=api.cookie(root))
    assert answer.status == 401  # a day later the session has gone
    cookie = str(Directory(api.store, api.clock).session(root))
    answer = api.put(_at(ada), body, as_=cookie)
    assert_granted(answer, *USER)
    assert answer.data == {"id": ada.id, **body, "createdAt": "2026-04-13T01:00:00Z", **NO_PROFILE}
    assert api.get(_at(ada), as_=cookie).data == answer.data
    assert answer.data in api.get("/api/admin/users", as_=cookie).data


def test_an_empty_body_changes_nothing_that_is_shown(api: Api, root: User, ada: User) -> None:
    before = api.get(_at(ada), as_=root).data
    answer = api.put(_at(ada), {}, as_=root)
    assert_granted(answer, *USER)
    assert answer.data == before
    assert _log_in(api, "ada@example.com", PASSWORD) == 200


@pytest.mark.parametrize(
    ("field", "value"), [("fullName", "New"), ("roles", ["ADMIN"]), ("active", False), ("email", "b@c.org")]
)
def test_what_is_absent_stays(api: Api, root: User, ada: User, field: str, value: Any) -> None:
    before = api.get(_at(ada), as_=root).data
    assert api.put(_at(ada), {field: value}, as_=root).data == {**before, field: value}


@pytest.mark.parametrize("name", GOOD_LINES)
def test_a_full_name_is_kept_as_given(api: Api, root: User, ada: User, name: str) -> None:
    assert api.put(_at(ada), {"fullName": name}, as_=root).data["fullName"] == name


@pytest.mark.parametrize(("sent", "kept"), ROLES)
def test_roles_are_a_set_in_the_order_sent(
    api: Api, root: User, ada: User, sent: list[str], kept: list[str]
) -> None:
    assert api.put(_at(ada), {"roles": sent}, as_=root).data["roles"] == kept


@pytest.mark.row("Z-17")
def test_a_new_role_is_in_force_on_the_next_request(api: Api, root: User, ada: User) -> None:
    """Both ways, in a session that was there before."""
    assert api.get("/api/admin/users", as_=ada).status == 403
    api.put(_at(ada), {"roles": ["ADMIN"]}, as_=root)
    assert api.get("/api/admin/users", as_=ada).status == 200
    api.put(_at(ada), {"roles": ["USER"]}, as_=root)
    assert_refused(api.get("/api/admin/users", as_=ada), 403)


@pytest.mark.row("S-08")
def test_a_new_password_ends_every_session_and_the_old_password(api: Api, root: User, ada: User) -> None:
    cookies = [api.cookie(ada), str(Directory(api.store, api.clock).session(ada))]
    assert_granted(api.put(_at(ada), {"password": SENTINEL}, as_=root), *USER)
    for cookie in cookies:
        assert_refused(api.get("/api/auth/me", as_=cookie), 401)
    assert _log_in(api, "ada@example.com", PASSWORD) == 401
    assert _log_in(api, "ada@example.com", SENTINEL) == 200
    assert api.get("/api/auth/me", as_=root).status == 200


@pytest.mark.parametrize(
    "more",
    [{}, {"fullName": "Root the Second"}, {"email": "r2@example.com", "roles": ["ADMIN"], "active": True}],
    ids=["alone", "with-a-name", "with-all-else"],
)
def test_fs_20_ones_own_password_is_changed_only_by_who_knows_it(
    api: Api, directory: Directory, more: dict[str, Any]
) -> None:
    """A session that was left open must not be enough to keep its owner out."""
    root = directory.user("root", admin=True, password=PASSWORD)
    cookie = str(directory.session(root))
    with api.no_effect():
        answer = api.put(_at(root), {"password": SENTINEL, **more}, as_=cookie)
    assert_invalid(answer, "password")
    reason = "is your own; change it with PUT /api/auth/me/password"
    assert answer.data == [{"field": "password", "message": reason}]
    assert (_log_in(api, root.email, SENTINEL), _log_in(api, root.email, PASSWORD)) == (401, 200)
    asked = {"currentPassword": PASSWORD, "newPassword": SENTINEL}
    assert api.put("/api/auth/me/password", asked, as_=cookie).status == 200
    assert _log_in(api, root.email, SENTINEL) == 200


def test_fs_20_all_else_of_oneself_may_be_changed(api: Api, root: User) -> None:
    assert api.put(_at(root), {"fullName": "Root II"}, as_=root).data["fullName"] == "Root II"


def test_fs_20_the_password_of_another_administrator_may_be_set(
    api: Api, root: User, directory: Directory
) -> None:
    other = directory.user("other", admin=True, password=PASSWORD)
    assert_granted(api.put(_at(other), {"password": SENTINEL}, as_=root), *USER)
    assert _log_in(api, other.email, SENTINEL) == 200


@pytest.mark.parametrize(
    ("password", "body"),
    [
        ("Wolfeschlegel", {}),
        ("wolfeschlegel1", {"fullName": "Somebody Else"}),
        ("zubrowka", {"fullName": "Ada Zubrowka"}),
        ("new.address@example.org", {"email": "New.Address@example.org"}),
    ],
    ids=["the-name", "the-name-until-now", "the-name-from-now-on", "the-address-from-now-on"],
)
def test_fs_18_a_users_own_address_or_name_is_no_password(
    api: Api, root: User, directory: Directory, password: str, body: dict[str, Any]
) -> None:
    ada = directory.user("ada", full_name="Ada Wolfeschlegel")
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {**body, "password": password}, as_=root), "password")


def test_a_suspended_user_is_out_at_once_and_the_sessions_never_come_back(
    api: Api, root: User, ada: User
) -> None:
    cookie = api.cookie(ada)
    api.put(_at(ada), {"active": False}, as_=root)
    assert_refused(api.get("/api/auth/me", as_=cookie), 401)
    assert _log_in(api, "ada@example.com", PASSWORD) == 401
    assert api.put(_at(ada), {"active": True}, as_=root).data["active"] is True
    assert_refused(api.get("/api/auth/me", as_=cookie), 401)
    assert _log_in(api, "ada@example.com", PASSWORD) == 200


@pytest.mark.parametrize("email", ["Ada@Example.COM", "ADA@example.com"])
def test_the_address_may_change_its_case(api: Api, root: User, ada: User, email: str) -> None:
    assert api.put(_at(ada), {"email": email}, as_=root).data["email"] == email
    assert _log_in(api, "ada@example.com", PASSWORD) == 200


def test_an_address_given_up_is_free_and_leads_nowhere(api: Api, root: User, ada: User) -> None:
    api.put(_at(ada), {"email": "king@example.com"}, as_=root)
    assert _log_in(api, "ada@example.com", PASSWORD) == 401
    assert _log_in(api, "king@example.com", PASSWORD) == 200
    made = api.post(
        "/api/admin/users",
        {"email": "ada@example.com", "fullName": "x", "password": SENTINEL, "roles": ["USER"]},
        as_=root,
    )
    assert made.status == 200


@pytest.mark.parametrize("email", ["root@example.com", "ROOT@Example.com"])
@pytest.mark.row("E-08")
def test_an_address_in_use_is_refused(api: Api, root: User, ada: User, email: str) -> None:
    with api.no_effect():
        assert_refused(api.put(_at(ada), {"email": email, "fullName": "New"}, as_=root), 409)


@pytest.mark.row("E-08")
def test_two_users_cannot_swap_addresses_at_once(directory: Directory) -> None:
    """Neither is let go before the other is taken, so both are refused."""
    one, two = directory.user("one"), directory.user("two")

    def attempt(pair: tuple[User, User]) -> bool:
        user, other = pair
        try:
            users.change(
                directory.store, user, lambda present: replace(present, email=other.email), by=directory.by
            )
        except DirectoryError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(attempt, [(one, two), (two, one)])) == [False, False]
    for user in (one, two):
        lock = directory.store.get(keys.email(canonical(user.email)))
        assert users.with_password(directory.store, lock)[0] == user


@pytest.mark.row("F-12")
def test_a_change_is_planned_on_what_another_wrote_meanwhile(
    directory: Directory, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_commit(monkeypatch, lambda: directory.change(ada, full_name="New"))
    users.change(directory.store, ada, lambda one: replace(one, onboarding=5), by=directory.by)
    now = users.alive(directory.store, ada.id)
    assert (now.full_name, now.onboarding, now.revision) == ("New", 5, 3)


@pytest.mark.row("Z-12")
def test_the_last_platform_admin_stays_one(api: Api, root: User) -> None:
    for body in ({"roles": ["USER"]}, {"active": False}, {"roles": ["USER"], "active": False}):
        with api.no_effect():
            assert_refused(api.put(_at(root), body, as_=root), 409)


def test_a_suspended_admin_is_nobody_who_stays(api: Api, directory: Directory, root: User) -> None:
    directory.suspend(directory.admin("second"))
    with api.no_effect():
        assert_refused(api.put(_at(root), {"roles": ["USER"]}, as_=root), 409)


@pytest.mark.parametrize(
    ("body", "then"),
    [({"roles": ["USER"]}, 403), ({"active": False}, 401)],
    ids=["Z-11-demoted", "Z-11-suspended"],
)
def test_one_of_two_admins_may_step_down(
    api: Api, directory: Directory, root: User, body: dict[str, Any], then: int
) -> None:
    second = directory.admin("second")
    assert_granted(api.put(_at(root), body, as_=root), *USER)
    assert_refused(api.get("/api/admin/users", as_=root), then)
    assert_refused(api.put(_at(second), body, as_=second), 409)


def test_a_service_that_may_come_back_counts_again(api: Api, directory: Directory, root: User) -> None:
    second = directory.suspend(directory.admin("second"))
    api.put(_at(second), {"active": True}, as_=root)
    assert_granted(api.put(_at(root), {"roles": ["USER"]}, as_=root), *USER)


@pytest.mark.parametrize("email", BAD_EMAILS)
def test_what_is_no_address_is_refused(api: Api, root: User, ada: User, email: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {"email": email}, as_=root), "email")


@pytest.mark.parametrize("name", BAD_LINES)
def test_what_is_no_name_is_refused(api: Api, root: User, ada: User, name: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {"fullName": name}, as_=root), "fullName")


@pytest.mark.parametrize("password", BAD_PASSWORDS)
def test_what_is_no_password_is_refused(api: Api, root: User, ada: User, password: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {"password": password}, as_=root), "password")


@pytest.mark.parametrize("roles", BAD_ROLES)
def test_what_is_no_set_of_roles_is_refused(api: Api, root: User, ada: User, roles: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {"roles": roles}, as_=root), "roles")


@pytest.mark.parametrize("active", [None, 0, 1, "true", [], {}], ids=repr)
def test_what_is_neither_true_nor_false_is_refused(api: Api, root: User, ada: User, active: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {"active": active}, as_=root), "active")


@pytest.mark.parametrize(("field", "value"), NOT_FOR_USERS)
@pytest.mark.row("P-21", "item-14")
def test_an_unknown_field_is_named(api: Api, root: User, ada: User, field: str, value: Any) -> None:
    with api.no_effect():
        assert_invalid(api.put(_at(ada), {"password": SENTINEL, field: value}, as_=root), field)


def test_who_is_not_there_cannot_be_changed(api: Api, directory: Directory, root: User, ada: User) -> None:
    users.delete(directory.store, ada, by=directory.by)
    for user_id in (NOWHERE, ada.id):
        with api.no_effect():
            assert_refused(api.put(f"/api/admin/users/{user_id}", {"fullName": "x"}, as_=root), 404)


@pytest.mark.row("Z-09")
def test_a_user_may_not_change_even_oneself(api: Api, ada: User) -> None:
    api.cookie(ada)
    with api.no_effect():
        assert_refused(api.put(_at(ada), {"roles": ["ADMIN"]}, as_=ada), 403)


def test_fb_17_spaces_around_an_address_are_dropped(api: Api, root: User, ada: User) -> None:
    assert api.put(_at(ada), {"email": " King@example.com "}, as_=root).data["email"] == "King@example.com"
    assert _log_in(api, "king@example.com", PASSWORD) == 200
