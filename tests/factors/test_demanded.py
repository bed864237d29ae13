"""SECOND_FACTOR: who must have a second factor, and has none, may enrol and log out, nothing else."""

from base64 import b32decode
from collections.abc import Callable

import pytest

from roster.domain import User
from tests.factors.fixtures import FACTORS, Browser, Holder, challenge_in
from tests.support.api import Api, session_in
from tests.support.codes import code_of
from tests.support.directory import Directory
from tests.workspaces.fixtures import ENDPOINTS, SENTINEL, Fixtures, assert_granted, assert_refused

Deployed = Callable[..., None]


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)


def _is_asked(api: Api, user: User) -> bool:
    answer = api.get("/api/auth/me", as_=user)
    assert answer.status == 200 or answer.code == "ENROLMENT_REQUIRED", answer.text
    return answer.status == 403


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        ("optional", ""),
        ("admins", "root boss rival"),
        ("all", "root boss rival member stranger"),
        ("admin", "root boss rival member stranger"),
    ],
)
def test_who_must_have_one(api: Api, fixtures: Fixtures, deployed: Deployed, policy: str, asked: str) -> None:
    deployed(SECOND_FACTOR=policy)
    people = ("root", "boss", "rival", "member", "stranger")
    assert {name for name in people if _is_asked(api, getattr(fixtures, name))} == set(asked.split())


@pytest.mark.row("SF-18")
def test_nothing_else_is_theirs_to_do(
    api: Api, directory: Directory, fixtures: Fixtures, deployed: Deployed
) -> None:
    deployed(SECOND_FACTOR="all")
    project = directory.project(fixtures.acme)
    directory.grant(project, fixtures.member)
    _, link = directory.invitation(fixtures.globex, fixtures.root.email)
    with api.no_effect():
        for endpoint in ENDPOINTS:
            if endpoint.name != "logout":
                answer = endpoint.send(api, fixtures, as_=fixtures.root)
                assert (answer.status, answer.code) == (403, "ENROLMENT_REQUIRED"), endpoint.name
        password = {"currentPassword": SENTINEL, "newPassword": "quite another phrase"}
        for answer in (
            api.put("/api/auth/me/password", password, as_=fixtures.root),
            api.post("/api/auth/tokens", {"name": "ci"}, as_=fixtures.root),
            api.get("/api/auth/sessions", as_=fixtures.root),
            api.delete(f"{FACTORS}/x", as_=fixtures.root),
            api.post("/api/auth/invitations/accept", {"token": link}, as_=fixtures.root),
        ):
            assert (answer.status, answer.code) == (403, "ENROLMENT_REQUIRED"), answer.text
        headers = {
            "X-User-Id": fixtures.member.id,
            "X-Org-Id": fixtures.acme.id,
            "X-Project-Id": project.id,
        }
        theirs = api.get("/minimal/rest/user/v1/space", headers=headers, as_=fixtures.member)
        assert theirs.status == 404
    assert_granted(api.post("/api/auth/logout", as_=fixtures.root))


def test_a_token_is_not_asked(api: Api, fixtures: Fixtures, deployed: Deployed) -> None:
    token = api.token(fixtures.boss)
    deployed(SECOND_FACTOR="all")
    assert api.get("/api/auth/me", bearer=token).status == 200


def test_the_first_admin_of_a_fresh_stack_enrols_and_goes_on(
    api: Api, directory: Directory, deployed: Deployed
) -> None:
    deployed(SECOND_FACTOR="admins")
    directory.user("root", admin=True, password=SENTINEL)
    browser = Browser(api)
    session = str(session_in(browser.log_in("root@example.com")))
    assert api.get("/api/admin/users", as_=session).code == "ENROLMENT_REQUIRED"
    assert api.get(FACTORS, as_=session).data == []
    begun = api.post(f"{FACTORS}/totp", {"name": "Phone"}, as_=session).data
    secret = b32decode(begun["secret"])
    path = f"{FACTORS}/totp/{begun['factorId']}/confirm"
    assert api.post(path, {"code": code_of(secret, api.clock())}, as_=session).status == 200
    assert api.post(f"{FACTORS}/recovery-codes", as_=session).status == 200
    assert api.get("/api/admin/users", as_=session).status == 200
    api.clock.advance(seconds=30)
    challenge = challenge_in(browser.log_in("root@example.com"))
    assert browser.prove(challenge, code_of(secret, api.clock())).status == 200


def test_the_password_is_changed_first(api: Api, directory: Directory, deployed: Deployed) -> None:
    """Else neither could be: each waits for the other."""
    ada = directory.user("ada", password=SENTINEL, must_change_password=True)
    deployed(SECOND_FACTOR="all")
    assert api.get(FACTORS, as_=ada).code == "PASSWORD_CHANGE_REQUIRED"
    body = {"currentPassword": SENTINEL, "newPassword": "quite another phrase"}
    assert_granted(api.put("/api/auth/me/password", body, as_=ada))
    assert api.get("/api/auth/me", as_=ada).code == "ENROLMENT_REQUIRED"
    assert api.get(FACTORS, as_=ada).status == 200


@pytest.mark.row("SF-17")
def test_the_last_factor_stays_where_one_is_demanded(
    api: Api, directory: Directory, deployed: Deployed
) -> None:
    ada = Holder.make(api, directory, admin=True)
    tablet, _ = directory.authenticator(ada.user, "Tablet")
    api.cookie(ada.user)
    deployed(SECOND_FACTOR="admins")
    assert_granted(api.delete(f"{FACTORS}/{tablet.id}", as_=ada.user))
    with api.no_effect():
        assert_refused(api.delete(f"{FACTORS}/{ada.phone.id}", as_=ada.user), 409)
    deployed(SECOND_FACTOR="optional")
    assert_granted(api.delete(f"{FACTORS}/{ada.phone.id}", as_=ada.user))


def test_the_count_of_workspaces_follows_every_change(
    api: Api, directory: Directory, fixtures: Fixtures, deployed: Deployed
) -> None:
    deployed(SECOND_FACTOR="admins")
    root = Holder.make(api, directory, "eve", admin=True).user
    assert not _is_asked(api, fixtures.member)
    place = f"/api/workspaces/{fixtures.acme.id}/members/{fixtures.member.id}"
    assert api.put(place, {"role": "ADMIN"}, as_=root).status == 200
    assert _is_asked(api, fixtures.member)
    directory.member(fixtures.globex, fixtures.member, "ADMIN")
    assert api.put(place, {"role": "MEMBER"}, as_=root).status == 200
    assert _is_asked(api, fixtures.member)
    directory.leave(fixtures.globex, fixtures.member)
    assert not _is_asked(api, fixtures.member)
