"""Users whose ids another system made: every dialect knows them by these (FB-19)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from roster import dependencies
from roster.auth.credentials import Credential
from roster.auth.issuers import Issuers
from roster.dependencies import Dependencies
from roster.domain import User
from tests.attacks import jwt
from tests.support.api import Api, session_in
from tests.support.directory import PASSWORD, Directory

pytestmark = pytest.mark.any_engine

IDS = [
    pytest.param("auth0|5f7c8ec7c33c6c004bbafe82", id="FB-19-auth0"),
    pytest.param("f:1c2d:ann", id="FB-19-keycloak"),
    pytest.param("google-apps|ann@example.com", id="FB-19-address"),
    pytest.param("samlp|a+b=c.d_e-f", id="FB-19-signs"),
    pytest.param("x" * 128, id="FB-19-128"),
]
foreign = pytest.mark.parametrize("user_id", IDS)


def user_of(directory: Directory, user_id: str, **more: Any) -> User:
    return directory.user("ann", id=user_id, password=PASSWORD, **more)


def log_in(api: Api) -> str:
    """Ann's session, as her cookie has it."""
    answer = api.post("/api/auth/login", {"email": "ann@example.com", "password": PASSWORD})
    assert answer.status == 200, answer.text
    return str(session_in(answer))


@foreign
def test_they_log_in_and_out(api: Api, directory: Directory, user_id: str) -> None:
    user_of(directory, user_id)
    session = log_in(api)
    assert Credential.read(session) == session_in_text(session, user_id)
    assert api.get("/api/auth/me", as_=session).data["id"] == user_id
    assert api.post("/api/auth/logout", as_=session).status == 200
    assert api.get("/api/auth/me", as_=session).status == 401


def session_in_text(session: str, user_id: str) -> Credential:
    return Credential("session", user_id, session.rpartition(".")[2])


@foreign
def test_they_make_and_use_a_token(api: Api, directory: Directory, user_id: str) -> None:
    user_of(directory, user_id)
    made = api.post("/api/auth/tokens", {"name": "ci"}, as_=log_in(api))
    assert made.status == 200, made.text
    secret = made.data["token"]
    assert secret.startswith("token_~")  # which a header can hold, unlike some of the ids
    assert api.get("/api/v1/user", bearer=secret).status == 200
    assert api.get("/api/workspace/auth/me", bearer=secret).status == 403  # of no workspace


@foreign
def test_they_are_members_by_their_ids(api: Api, directory: Directory, user_id: str) -> None:
    ann, root, acme = user_of(directory, user_id), directory.admin(), directory.workspace("acme")
    joined = api.post(f"/api/workspaces/{acme.id}/members", {"userId": ann.id, "role": "MEMBER"}, as_=root)
    assert joined.status == 200, joined.text
    assert [each["userId"] for each in api.get(f"/api/workspaces/{acme.id}/members", as_=ann).data] == [
        user_id
    ]
    place = quote(user_id, safe="")
    assert api.delete(f"/api/workspaces/{acme.id}/members/{place}", as_=root).status in (200, 204)


@foreign
def test_they_are_administered_and_audited(api: Api, directory: Directory, user_id: str) -> None:
    user_of(directory, user_id)
    root, place = directory.admin(), quote(user_id, safe="")
    assert api.get(f"/api/admin/users/{place}", as_=root).data["id"] == user_id
    changed = api.put(f"/api/admin/users/{place}", {"fullName": "Ann B"}, as_=root)
    assert changed.status == 200, changed.text
    audited = api.get(f"/api/admin/audit?target={place}", as_=root)
    assert {entry["target"] for entry in audited.data} == {user_id}
    assert api.get(f"/api/admin/audit?actor={place}", as_=root).status == 200
    assert api.delete(f"/api/admin/users/{place}", as_=root).status in (200, 204)
    assert api.get(f"/api/admin/users/{place}", as_=root).status == 404


@foreign
def test_cloud_foundry_knows_them(api: Api, directory: Directory, user_id: str) -> None:
    ann, acme = user_of(directory, user_id), directory.workspace("acme")
    directory.member(acme, ann)
    alpha = directory.space(acme, "alpha")
    directory.grant(alpha, ann, "developer")
    place = quote(user_id, safe="")
    spaces = api.get(f"/v2/users/{place}/spaces", bearer=ann)
    assert [each["metadata"]["guid"] for each in spaces.json["resources"]] == [alpha.id]
    shown = api.get(f"/v2/users/{place}", bearer=ann)
    assert (shown.status, shown.json["metadata"]) == (200, shown.json["metadata"] | {"guid": user_id})
    assert api.get(shown.json["metadata"]["url"], bearer=ann).text == shown.text
    filtered = api.get(f"/v2/spaces?q=developer_guid:{place}", bearer=ann)
    assert [each["metadata"]["guid"] for each in filtered.json["resources"]] == [alpha.id]
    developers = api.get(f"/v2/spaces/{alpha.id}/developers", bearer=ann)
    assert [each["metadata"]["guid"] for each in developers.json["resources"]] == [user_id]


@foreign
def test_user_space_takes_their_ids_in_its_header(
    api: Api, directory: Directory, deployed: Callable[..., None], user_id: str
) -> None:
    ann, acme = user_of(directory, user_id), directory.workspace("acme")
    directory.member(acme, ann, "ADMIN")
    web = directory.project(acme)
    headers = {"X-Org-Id": acme.id, "X-Project-Id": web.id, "X-User-Id": user_id}
    assert api.get("/minimal/rest/user/v1/org", bearer=ann, headers=headers).status == 200
    deployed(IDENTITY_HEADER_PROOF="none")
    assert api.get("/minimal/rest/user/v1/org", headers=headers).status == 200


@foreign
def test_the_token_endpoint_and_a_trusted_issuer_name_them(
    api: Api, directory: Directory, user_id: str
) -> None:
    ann = user_of(directory, user_id)
    directory.client("cf", "")
    form = {"grant_type": "password", "username": ann.email, "password": PASSWORD, "client_id": "cf"}
    given = api.post("/oauth/token", form=form)
    assert given.status == 200, given.text
    assert api.get("/api/v1/user", bearer=given.json["access_token"]).status == 200
    renewed = api.post(
        "/oauth/token",
        form={"grant_type": "refresh_token", "refresh_token": given.json["refresh_token"], "client_id": "cf"},
    )
    assert renewed.status == 200, renewed.text


@foreign
def test_a_trusted_issuer_names_them(api: Api, directory: Directory, user_id: str) -> None:
    user_of(directory, user_id)
    text = f'[{{"issuer": null, "hmacSecrets": ["{jwt.SECRET}"]}}]'
    present: Dependencies = dependencies.current()
    dependencies.use(replace(present, issuers=lambda: Issuers.read(text)))
    now = int(api.clock().timestamp())
    token = jwt.secret_signed(jwt.claims(user_id=user_id, iat=now - 60, exp=now + 600), jwt.SECRET)
    assert api.get("/api/v1/user", bearer=token).status == 200
