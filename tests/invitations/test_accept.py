"""Accepting: an account and a membership at once, or a membership in the account's own session; once."""

from collections.abc import Callable
from typing import Any

import pytest

from roster.db import counted_lists, keys
from roster.db.store import Update
from tests.invitations.fixtures import ACCEPT, LOOK, PHRASE, accept, assert_dead, link_to, of
from tests.support.api import Api, session_in
from tests.support.directory import Directory
from tests.support.race import at_once, before_the_commit, many_at_a_time
from tests.workspaces.fixtures import USER, Fixtures, assert_granted, assert_invalid, assert_refused

ADA = "ada@example.com"


def roles_in_acme(api: Api, fixtures: Fixtures) -> dict[str, str]:
    found = api.get(f"/api/workspaces/{fixtures.acme.id}/members", as_=fixtures.root).data
    return {member["email"]: member["role"] for member in found}


def test_a_link_says_what_it_offers(api: Api, fixtures: Fixtures) -> None:
    token = link_to(api, fixtures.acme, ADA, fixtures.boss, "ADMIN")
    answer = api.post(LOOK, {"token": token})
    assert_granted(answer, "workspace", "email", "role", "expiresAt", "hasAccount")
    assert answer.data["workspace"] == {"key": "acme", "name": "Acme"}
    assert (answer.data["email"], answer.data["role"], answer.data["hasAccount"]) == (ADA, "ADMIN", False)
    known = link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss)
    assert api.post(LOOK, {"token": known}).data["hasAccount"] is True


@pytest.mark.row("L-02")
def test_somebody_without_an_account_gets_one_and_is_a_member(api: Api, fixtures: Fixtures) -> None:
    token = link_to(api, fixtures.acme, ADA, fixtures.boss, "ADMIN")
    answer = accept(api, token)
    assert_granted(answer, *USER)
    assert (answer.data["fullName"], answer.data["roles"]) == ("Ada Lovelace", ["USER"])
    assert answer.data["emailVerified"] is False, "who shows the link may have used it"
    mine = str(session_in(answer))
    assert [each["key"] for each in api.get("/api/workspaces", as_=mine).data] == ["acme"]
    assert roles_in_acme(api, fixtures)[ADA] == "ADMIN"
    assert api.post("/api/auth/login", {"email": ADA, "password": PHRASE}).status == 200
    assert any(cookie.startswith("__Host-device=") for cookie in answer.cookies)
    assert_dead(api, token)


def test_somebody_with_an_account_joins_in_its_session(api: Api, fixtures: Fixtures) -> None:
    token = link_to(api, fixtures.acme, fixtures.stranger.email.upper(), fixtures.boss)
    answer = accept(api, token, as_=fixtures.stranger)
    assert_granted(answer, *USER)
    assert (answer.data["id"], answer.cookies) == (fixtures.stranger.id, [])
    assert roles_in_acme(api, fixtures)[fixtures.stranger.email] == "MEMBER"
    assert_dead(api, token)


@pytest.mark.row("L-05")
@pytest.mark.parametrize(
    ("as_", "more"),
    [
        ("none", {}),
        ("none", {"fullName": "Mallory", "password": PHRASE}),
        ("rival", {}),
        ("rival", {"fullName": "Mallory", "password": PHRASE}),
        ("dead", {}),
    ],
    ids=["nobody", "as-new", "another", "another-as-new", "dead-session"],
)
def test_an_address_with_an_account_wants_that_accounts_session(
    api: Api, fixtures: Fixtures, as_: str, more: dict[str, str]
) -> None:
    token = link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss)
    cookie = {"none": None, "rival": fixtures.rival, "dead": f"session_x.{'0' * 43}"}[as_]
    with api.no_effect(numbers=True):
        answer = api.post(ACCEPT, {"token": token, **more}, as_=cookie)
    assert (answer.status, answer.code, answer.cookies) == (409, "LOGIN_FIRST", [])
    assert accept(api, token, as_=fixtures.stranger).status == 200


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"fullName": None}, "fullName"),
        ({"password": None}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "ada@example.com"}, "password"),
        ({"role": "ADMIN"}, "role"),
        ({"email": "mallory@example.com"}, "email"),
    ],
    ids=["no-name", "no-password", "common", "own-address", "role", "address"],
)
def test_what_is_not_valid_does_not_spend_the_link(
    api: Api, fixtures: Fixtures, more: dict[str, Any], field: str
) -> None:
    token = link_to(api, fixtures.acme, ADA, fixtures.boss)
    with api.no_effect():
        assert_invalid(accept(api, token, **more), field)
        assert_invalid(api.post(ACCEPT, {"token": token, "fullName": "Ada"}), "password")
    assert accept(api, token).status == 200


def test_a_member_meanwhile_keeps_the_role(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    token = link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss, "ADMIN")
    directory.member(fixtures.acme, fixtures.stranger)
    with api.no_effect():
        assert_refused(accept(api, token, as_=fixtures.stranger), 409)
    assert roles_in_acme(api, fixtures)[fixtures.stranger.email] == "MEMBER"


@pytest.mark.row("L-01")
@pytest.mark.parametrize("altered", ["secret", "workspace", "kind", "shape", "long"])
def test_an_altered_link_opens_nothing(api: Api, fixtures: Fixtures, altered: str) -> None:
    token = link_to(api, fixtures.acme, ADA, fixtures.boss)
    foreign = token.replace(fixtures.acme.id, fixtures.globex.id)
    forged = {
        "secret": token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        "workspace": foreign,
        "kind": f"account_{fixtures.member.id}.{token[-43:]}",
        "shape": "invitation_x",
        "long": f"{token}x",
    }[altered]
    assert_dead(api, forged)
    assert accept(api, token).status == 200


def test_of_a_suspended_workspace_nothing_is_accepted_until_it_is_resumed(
    api: Api, fixtures: Fixtures
) -> None:
    token = link_to(api, fixtures.acme, ADA, fixtures.boss)
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"active": False}))
    assert_dead(api, token)
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"active": True}))
    assert accept(api, token).status == 200


def test_what_is_taken_back_meanwhile_is_not_accepted(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = link_to(api, fixtures.acme, ADA, fixtures.boss)
    [own] = [each["id"] for each in api.get(of(fixtures.acme), as_=fixtures.boss).data]
    before_the_commit(monkeypatch, lambda: api.delete(of(fixtures.acme, own), as_=fixtures.boss))
    assert_refused(accept(api, token), 404)
    assert ADA not in roles_in_acme(api, fixtures)


@pytest.mark.row("L-04")
@pytest.mark.parametrize("account", [False, True], ids=["new", "known"])
def test_sixteen_accept_one_invitation_and_one_does(
    api: Api, fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch, account: bool
) -> None:
    email = fixtures.stranger.email if account else ADA
    token = link_to(api, fixtures.acme, email, fixtures.boss)
    cookie = api.cookie(fixtures.stranger) if account else None
    many = many_at_a_time(api, monkeypatch, public=True)
    answers = at_once([lambda: accept(many, token, as_=cookie)] * 16)
    statuses = sorted(answer.status for answer in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {404, 409}
    assert roles_in_acme(api, fixtures)[email] == "MEMBER"
    state = [each["state"] for each in api.get(of(fixtures.acme), as_=fixtures.boss).data]
    assert state == ["accepted"]


def test_a_mailed_link_proves_the_address(
    api: Api, directory: Directory, fixtures: Fixtures, deployed: Callable[..., None]
) -> None:
    deployed(MAIL_FROM="roster@example.com")
    _, new = directory.invitation(fixtures.acme, ADA, mailed=True)
    _, known = directory.invitation(fixtures.acme, fixtures.stranger.email, mailed=True)
    assert accept(api, new).data["emailVerified"] is True
    assert accept(api, known, as_=fixtures.stranger).status == 200
    found = api.get("/api/admin/users", as_=fixtures.root).data
    proved = {each["email"] for each in found if each["emailVerified"]}
    assert proved == {ADA, fixtures.stranger.email}
    changed = {"email": "new@example.com"}
    path = f"/api/admin/users/{fixtures.stranger.id}"
    assert api.put(path, changed, as_=fixtures.root).data["emailVerified"] is False
    assert api.put(path, {"emailVerified": True}, as_=fixtures.root).data["emailVerified"] is True


def test_the_audit_says_who_became_a_member_by_which_invitation(api: Api, fixtures: Fixtures) -> None:
    token = link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss)
    accept(api, token, as_=fixtures.stranger)
    [own] = [each["id"] for each in api.get(of(fixtures.acme), as_=fixtures.boss).data]
    accepted, _ = api.get(f"/api/admin/audit?target={own}", as_=fixtures.root).data
    assert accepted["action"] == "invitation.accepted"
    assert accepted["actor"] == fixtures.stranger.id
    assert accepted["workspaceId"] == fixtures.acme.id
    assert accepted["details"] == {
        "workspace": fixtures.acme.id,
        "user": fixtures.stranger.id,
        "before": {"state": "open"},
        "after": {"state": "accepted"},
    }


@pytest.mark.row("L-09")
@pytest.mark.parametrize("path", [LOOK, ACCEPT])
def test_a_page_of_others_and_a_token_accept_nothing(api: Api, fixtures: Fixtures, path: str) -> None:
    body = {"token": link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss)}
    foreign = {"Origin": "https://evil.example"}
    api.token(fixtures.stranger)
    with api.no_effect():
        assert_refused(api.post(path, body, as_=fixtures.stranger, headers=foreign), 403)
        assert api.post(path, body, bearer=fixtures.stranger).code == "SESSION_REQUIRED"


def test_a_workspace_that_is_full_takes_nobody_in(api: Api, fixtures: Fixtures) -> None:
    new = link_to(api, fixtures.acme, ADA, fixtures.boss)
    known = link_to(api, fixtures.acme, fixtures.stranger.email, fixtures.boss)
    there = counted_lists.total(api.store, keys.members(fixtures.acme.id))
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"limits": {"members": there}}))
    with api.no_effect():
        answers = [accept(api, new), accept(api, known, as_=fixtures.stranger)]
    assert [(answer.status, answer.code) for answer in answers] == [(409, "LIMIT_REACHED")] * 2
