"""Written through one dialect, read through the others; withdrawn, and refused by all on the next request."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest

from roster import dependencies
from roster.auth import api_tokens
from roster.auth.credentials import Credential
from roster.auth.issuers import Issuers
from roster.db import keys
from roster.db.store import Key
from roster.db.transactions import Transaction
from roster.directory import cleanup, search, users
from roster.domain import ApiToken, Project, Space, User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import PASSWORD, Directory

ISSUER = "https://uaa.example/oauth/token"
HMAC_SECRET = "a secret of the issuer, for the tests of withdrawal"
IMPORTED = "an-imported-secret-of-more-than-thirty-two-characters"
NEW_PASSWORD = "quite another phrase"

COOKIES = ("workspaces", "user_space")  # the dialects that take a session cookie
BEARERS = ("user_space", "testmo", "profile", "cloud_foundry")  # and those that take a bearer credential
KINDS = ("token", "imported", "jwt", "access")
GRANTED = {
    **{f"{dialect} by session": 200 for dialect in COOKIES},
    **{f"{dialect} by {kind}": 200 for dialect in BEARERS for kind in KINDS},
}


def answers(**other: int) -> dict[str, int]:
    """What all dialects answer to all credentials: 200 but for the kinds and the dialects named here.

    Where a pair is named by both, what is named first counts.
    """
    return {
        pair: next((status for name, status in other.items() if name in pair.split(" by ")), granted)
        for pair, granted in GRANTED.items()
    }


@dataclass
class App:
    """Ada, MEMBER of acme, at work in its project and its space, with a credential of every kind."""

    api: Api
    directory: Directory
    root: User
    ada: User
    acme: Workspace
    web: Project
    alpha: Space
    session: str
    bearers: dict[str, str]
    refresh: str
    provider: str = ""

    def user_space(self, path: str = "space", *, user: User | None = None, **proof: str) -> Answer:
        headers = {
            "X-User-Id": (user or self.ada).id,
            "X-Org-Id": self.acme.id,
            "X-Project-Id": self.web.id,
        }
        return self.api.get(f"/minimal/rest/user/v1/{path}", headers=headers, **proof)

    def testmo(self, bearer: str) -> Answer:
        return self.api.get(f"/api/v1/projects/{self.web.number}/users", bearer=bearer)

    def cloud_foundry(self, bearer: str, path: str = "spaces") -> Answer:
        return self.api.get(f"/v2/users/{self.ada.id}/{path}", bearer=bearer)

    def profile(self, bearer: str) -> Answer:
        return self.api.get("/api/workspace/auth/me", bearer=bearer)

    def answers(self) -> dict[str, int]:
        """The status of each dialect for each kind of credential."""
        workspace = self.api.get(f"/api/workspaces/{self.acme.id}", as_=self.session)
        found = {
            "workspaces by session": workspace.status,
            "user_space by session": self.user_space(as_=self.session).status,
        }
        for kind, bearer in self.bearers.items():
            found[f"user_space by {kind}"] = self.user_space(bearer=bearer).status
            found[f"testmo by {kind}"] = self.testmo(bearer).status
            found[f"profile by {kind}"] = self.profile(bearer).status
            found[f"cloud_foundry by {kind}"] = self.cloud_foundry(bearer).status
        return found

    def demand(self, expected: dict[str, int]) -> None:
        """What is answered at once, before any cleanup, and still after it."""
        assert self.answers() == expected
        self.clean_up()
        assert self.answers() == expected

    def clean_up(self) -> None:
        for job in list(cleanup.jobs(self.api.store)):
            cleanup.run(self.api.store, Key.of(job), self.api.clock())

    def change_user(self, **fields: object) -> None:
        path = f"/api/admin/users/{self.ada.id}"
        assert self.api.put(path, fields, as_=self.root).status == 200

    def delete_user(self) -> None:
        assert self.api.delete(f"/api/admin/users/{self.ada.id}", as_=self.root).status == 200

    def join(self, role: str = "MEMBER") -> None:
        body = {"userId": self.ada.id, "role": role}
        assert self.api.post(f"/api/workspaces/{self.acme.id}/members", body, as_=self.root).status == 200

    def leave(self) -> None:
        path = f"/api/workspaces/{self.acme.id}/members/{self.ada.id}"
        assert self.api.delete(path, as_=self.root).status == 200

    def provision(self, method: str, body: object = None) -> Answer:
        """What acme's identity provider says of her."""
        if not self.provider:
            self.provider = str(self.directory.scim_token(self.acme))
        path = f"/scim/v2/{self.acme.id}/Users/{self.ada.id}"
        return self.api.send(method, path, body, bearer=self.provider)

    def set_active(self, value: object) -> None:
        body = {"Operations": [{"op": "replace", "path": "active", "value": value}]}
        answer = self.provision("PATCH", body)
        assert (answer.status, answer.json["active"]) == (200, str(value) in ("True", "true")), answer.text

    def names_in_project(self) -> list[str]:
        return [row["name"] for row in self.testmo(self.api.token(self.root)).json["result"]]

    def spaces(self) -> list[str]:
        return [row["name"] for row in self.user_space(bearer=self.bearers["token"]).data]

    def developed(self) -> list[str]:
        resources = self.cloud_foundry(self.bearers["token"]).json["resources"]
        return [row["entity"]["name"] for row in resources]


def issued(user: User, api: Api) -> str:
    """A token that the issuer made for the user at this moment."""
    now = int(api.clock().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": ["cloud_controller"],
        "user_id": user.id,
        "scope": ["cloud_controller.read"],
        "iat": now,
        "exp": now + 86_400,
    }
    return jwt.encode(claims, HMAC_SECRET, "HS256")


def imported(directory: Directory, user: User) -> str:
    """A secret of the user's that was made elsewhere."""
    work = Transaction(directory.by)
    token = ApiToken(api_tokens.id_of(IMPORTED), user.id, "ci", "2026-04-13T01:00:00Z")
    api_tokens.plan(work, token, IMPORTED, imported=True)
    work.commit(directory.store)
    return IMPORTED


@pytest.fixture
def app(api: Api, directory: Directory) -> App:
    """All but project and space is made through Workspaces."""
    configured = json.dumps([{"issuer": ISSUER, "hmacSecrets": [HMAC_SECRET]}])
    issuers = Issuers.read(configured)
    dependencies.use(dependencies.Dependencies(api.store, api.clock, issuers=lambda: issuers))
    root, acme = directory.admin(), directory.workspace("acme")
    body = {"email": "ada@example.com", "fullName": "Ada", "password": PASSWORD, "roles": ["USER"]}
    made = api.post("/api/admin/users", body, as_=root)
    ada = users.alive(api.store, made.data["id"])
    web = directory.project(acme, "web")
    alpha = directory.space(acme, "alpha", web)
    token = api.post("/api/auth/tokens", {"name": "ci"}, as_=ada).data["token"]
    directory.client("cf")
    form = {"grant_type": "password", "client_id": "cf", "username": ada.email, "password": PASSWORD}
    granted = api.post("/oauth/token", form=form).json
    bearers = {
        "token": token,
        "imported": imported(directory, ada),
        "jwt": issued(ada, api),
        "access": granted["access_token"],
    }
    session, refresh = api.cookie(ada), granted["refresh_token"]
    app = App(api, directory, root, ada, acme, web, alpha, session, bearers, refresh)
    app.join()
    directory.grant(web, ada)
    directory.grant(alpha, ada)
    api.clock.advance(minutes=1)
    return app


def test_every_dialect_takes_every_credential_that_it_knows(app: App) -> None:
    app.demand(GRANTED)


def test_what_workspaces_writes_the_others_read(app: App, api: Api) -> None:
    token = app.bearers["token"]
    listed = api.get("/api/v1/users", bearer=app.root).json["result"]
    assert [row["email"] for row in listed] == ["root@example.com", "ada@example.com"]
    assert api.get("/api/v1/user", bearer=token).json["name"] == "Ada"
    profile = app.profile(token).json["Data"]
    assert (profile["UserId"], profile["UserName"]) == (app.ada.id, "ada@example.com")
    assert (profile["WorkspaceName"], profile["Roles"]) == ("acme", ["MEMBER", "USER"])
    assert app.user_space("org", bearer=token).data["org_id"] == app.acme.id
    (organization,) = app.cloud_foundry(token, "organizations").json["resources"]
    assert organization["metadata"]["guid"] == app.acme.id
    assert app.developed() == app.spaces() == ["alpha"]

    app.change_user(fullName="Ada Lovelace", email="countess@example.com")
    assert api.get("/api/v1/user", bearer=token).json["name"] == "Ada Lovelace"
    assert api.get(f"/api/v1/users/{app.ada.number}", bearer=app.root).json["result"]["email"] == (
        "countess@example.com"
    )
    assert app.profile(token).json["Data"]["Email"] == "countess@example.com"
    assert app.names_in_project() == ["Ada Lovelace"]


@pytest.mark.row("item-08")
def test_a_deactivated_user_is_refused_at_once(app: App) -> None:
    app.change_user(active=False)
    app.demand(answers(session=401, user_space=404, testmo=401, profile=403, cloud_foundry=401))


def test_reactivation_revives_the_api_tokens_and_no_session(app: App, api: Api) -> None:
    app.change_user(active=False)
    api.clock.advance(minutes=1)
    app.change_user(active=True)
    app.demand(answers(session=401, jwt=401, access=401))
    app.bearers["jwt"] = issued(app.ada, api)
    app.demand(answers(session=401, access=401))


@pytest.mark.row("item-08")
def test_a_deleted_user_is_refused_at_once(app: App, api: Api) -> None:
    app.delete_user()
    assert app.names_in_project() == []
    app.demand(dict.fromkeys(GRANTED, 401))
    assert app.names_in_project() == []
    app.bearers["jwt"] = issued(app.ada, api)
    app.demand(dict.fromkeys(GRANTED, 401))


@pytest.mark.row("E-09")
def test_an_address_made_anew_inherits_nothing(app: App, api: Api) -> None:
    app.delete_user()
    body = {"email": "ada@example.com", "fullName": "Ada", "password": PASSWORD, "roles": ["USER"]}
    assert api.post("/api/admin/users", body, as_=app.root).data["id"] != app.ada.id
    app.demand(dict.fromkeys(GRANTED, 401))


@pytest.mark.row("Z-18", "item-08")
def test_a_removed_member_loses_the_workspace_and_all_that_was_granted_in_it(app: App, api: Api) -> None:
    app.leave()
    assert app.names_in_project() == []
    app.demand(answers(workspaces=403, user_space=404, testmo=404, profile=403))
    assert app.names_in_project() == []
    for bearer in app.bearers.values():  # who they are is not withdrawn
        assert api.get("/api/v1/user", bearer=bearer).status == 200
        for relation in ("spaces", "organizations"):
            assert app.cloud_foundry(bearer, relation).json["resources"] == []
    assert api.get("/api/auth/me", as_=app.session).status == 200


OUTSIDE = answers(workspaces=403, user_space=404, testmo=404, profile=403)


def _as_member(app: App) -> dict[str, int]:
    return OUTSIDE


def _as_admin(app: App) -> dict[str, int]:
    path = f"/api/workspaces/{app.acme.id}/members/{app.ada.id}"
    app.directory.member(app.acme, app.directory.user("another"), "ADMIN")
    assert app.api.put(path, {"role": "ADMIN"}, as_=app.root).status == 200
    return OUTSIDE


def _as_admin_by_a_group(app: App) -> dict[str, int]:
    group = app.directory.workspace_group(app.acme, "Crew", app.ada)
    path = f"/api/workspaces/{app.acme.id}/groups/{group.id}"
    assert app.api.put(path, {"workspaceRole": "ADMIN"}, as_=app.root).status == 200
    return OUTSIDE


def _as_platform_admin(app: App) -> dict[str, int]:
    app.change_user(roles=["ADMIN", "USER"])
    return answers(profile=403)  # which shows a workspace of the user's, and this was the only one


@pytest.mark.parametrize(
    "be", [_as_member, _as_admin, _as_admin_by_a_group, _as_platform_admin], ids=lambda be: be.__name__[4:]
)
def test_a_suspended_member_is_none_on_the_next_request_and_comes_back_with_all_that_was_granted(
    app: App, api: Api, be: Callable[[App], dict[str, int]]
) -> None:
    """In every dialect, with every credential; before a cleanup and after it."""
    outside, inside = be(app), f"/api/workspaces/{app.acme.id}"
    group = api.post("/api/admin/groups", {"name": "QA"}, as_=app.root).data["number"]
    app.change_user(groups=[group])
    limited = app.directory.token(app.ada, app.acme)
    is_platform_admin = be is _as_platform_admin

    def seen() -> list[Any]:
        token, members = app.bearers["token"], api.get(f"{inside}/members?page=1", as_=app.root)
        listed = api.get("/api/v1/users", bearer=app.root).json["result"]
        own = api.get("/api/workspaces", as_=app.session)
        managed = app.cloud_foundry(token, "managed_organizations").json["resources"]
        return [
            sorted((row["email"], row["role"]) for row in members.data),
            members.json["meta"]["total"],
            api.get(f"{inside}/usage", as_=app.root).data["members"],
            [row["email"] for row in api.get(f"{inside}/members?q=ada", as_=app.root).data],
            api.get(f"{inside}/members/{app.ada.id}", as_=app.root).status,
            app.names_in_project(),
            app.developed(),
            app.profile(limited).status,
            app.profile(token).json.get("Data", {}).get("Roles"),
            [row["id"] for row in own.data],
            [row["metadata"]["guid"] for row in managed],
            [(row["email"], row["groups"]) for row in listed],  # of the site: as it was
        ]

    place = keys.member(app.acme.id, app.ada.id)
    search.refresh(api.store, [place], api.clock())  # as the table's stream does, some time later
    first = seen()
    assert all(first[:8]), "she is found by all of it"
    app.set_active("False")
    app.demand(outside)
    others = [row for row in first[0] if row[0] != app.ada.email]
    workspaces = [app.acme.id] if is_platform_admin else []
    hidden = [others, first[1] - 1, first[2] - 1, [], 404, [], [], 403, None]
    assert seen() == [*hidden, workspaces, [], first[11]]
    for bearer in app.bearers.values():  # who they are is not withdrawn
        assert api.get("/api/v1/user", bearer=bearer).status == 200
    assert app.provision("GET").json["active"] is False
    app.set_active(True)
    app.demand(GRANTED)
    assert seen() == first


def test_the_provider_lifts_no_suspension_of_the_site_and_ends_what_it_suspended(app: App) -> None:
    app.change_user(active=False)
    expected = answers(session=401, user_space=404, testmo=401, profile=403, cloud_foundry=401)
    app.set_active(True)
    app.demand(expected)
    app.api.clock.advance(minutes=1)
    app.change_user(active=True)
    app.api.clock.advance(minutes=1)
    app.bearers["jwt"] = issued(app.ada, app.api)
    app.set_active(False)
    app.demand(answers(session=401, access=401, workspaces=403, user_space=404, testmo=404, profile=403))
    assert app.provision("DELETE").status == 204
    app.join()
    assert app.names_in_project() == [], "what was granted before has ended"


@pytest.mark.parametrize("cleaned_up", [False, True], ids=["before the cleanup", "after the cleanup"])
def test_who_is_added_again_has_none_of_the_former_grants(app: App, cleaned_up: bool) -> None:
    app.leave()
    if cleaned_up:
        app.clean_up()
    app.join()
    app.demand(answers(user_space=404, testmo=404))
    assert app.names_in_project() == []

    app.directory.grant(app.web, app.ada)
    app.demand(GRANTED)
    assert app.developed() == app.spaces() == []  # the role in the space was not given again
    app.directory.grant(app.alpha, app.ada)
    assert app.developed() == app.spaces() == ["alpha"]


def test_a_token_of_one_workspace_never_shows_another(app: App, api: Api, directory: Directory) -> None:
    directory.member(directory.workspace("globex"), app.ada)
    own = directory.token(app.ada, app.acme)
    assert app.profile(own).json["Data"]["WorkspaceName"] == "acme"
    app.leave()
    for _ in range(2):
        assert app.profile(own).status == 403
        elsewhere = app.profile(app.bearers["token"]).json["Data"]
        assert (elsewhere["WorkspaceName"], elsewhere["Roles"]) == ("globex", ["MEMBER", "USER"])
        app.clean_up()


def test_a_workspace_admin_who_becomes_a_member_is_one_on_the_next_request(app: App, api: Api) -> None:
    app.leave()
    app.clean_up()
    app.join("ADMIN")
    app.demand(GRANTED)
    assert app.spaces() == ["alpha"]
    assert app.profile(app.bearers["token"]).json["Data"]["Roles"] == ["ADMIN", "USER"]

    app.leave()
    app.join("MEMBER")
    app.demand(answers(user_space=404, testmo=404))
    assert app.profile(app.bearers["token"]).json["Data"]["Roles"] == ["MEMBER", "USER"]
    body = {"userId": app.root.id, "role": "MEMBER"}
    with api.no_effect():
        assert api.post(f"/api/workspaces/{app.acme.id}/members", body, as_=app.session).status == 403


def test_a_platform_admin_who_is_none_any_more_is_none_on_the_next_request(app: App, api: Api) -> None:
    app.leave()
    app.clean_up()
    app.change_user(roles=["ADMIN", "USER"])
    app.demand(answers(profile=403))  # member of no workspace
    for bearer in app.bearers.values():
        assert api.get("/api/v1/users", bearer=bearer).status == 200

    app.change_user(roles=["USER"])
    app.demand(answers(workspaces=403, user_space=404, testmo=404, profile=403))
    for bearer in app.bearers.values():
        assert api.get("/api/v1/users", bearer=bearer).status == 403
    assert api.get("/api/admin/users", as_=app.session).status == 403


@pytest.mark.parametrize("kind", ["token", "imported"])
def test_a_revoked_token_is_refused_at_once_and_no_other(app: App, api: Api, kind: str) -> None:
    secret = app.bearers[kind].rpartition(".")[2]
    path = f"/api/auth/tokens/{api_tokens.id_of(secret)}"
    assert api.delete(path, as_=app.session).status == 200
    app.demand(answers(**{kind: 401}))


def _by_an_administrator(app: App) -> None:
    app.change_user(password=NEW_PASSWORD)


def _by_herself(app: App) -> None:
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    elsewhere = str(app.directory.session(app.ada))
    assert app.api.put("/api/auth/me/password", body, as_=elsewhere).status == 200
    assert app.api.get("/api/auth/me", as_=elsewhere).status == 200


@pytest.mark.parametrize("change", [_by_an_administrator, _by_herself])
def test_a_new_password_ends_what_the_old_one_opened(app: App, change: Callable[[App], None]) -> None:
    change(app)
    app.demand(answers(session=401, jwt=401, access=401))  # API tokens are revoked one by one
    app.api.clock.advance(seconds=1)
    app.bearers["jwt"] = issued(app.ada, app.api)
    app.demand(answers(session=401, access=401))


def _id(credential: str) -> str:
    """The id under which a credential is ended; an access token ends with its grant."""
    read = Credential.read(credential)
    if read is None:
        return api_tokens.id_of(credential)
    return read.family_id if read.kind in ("access", "refresh") else read.id


def _elsewhere(method: str, path: str, body: dict[str, Any] | None = None) -> Callable[[App], Answer]:
    """A request in another session of hers."""

    def ask(app: App) -> Answer:
        session = str(app.directory.session(app.ada))
        filled = path.format(session=_id(app.session), grant=_id(app.refresh))
        return app.api.send(method, filled, body, as_=session)

    return ask


def _by_root(method: str, path: str, body: dict[str, Any] | None = None) -> Callable[[App], Answer]:
    """A request of an administrator on her account."""

    def ask(app: App) -> Answer:
        ids = {kind: _id(each) for kind, each in app.bearers.items()}
        filled = path.format(**ids, session=_id(app.session))
        return app.api.send(method, f"/api/admin/users/{app.ada.id}{filled}", body, as_=app.root)

    return ask


def _gives_back(kind: str) -> Callable[[App], Answer]:
    """Her program gives a token back."""

    def ask(app: App) -> Answer:
        token = app.refresh if kind == "refresh" else app.bearers[kind]
        return app.api.post("/oauth/revoke", form={"client_id": "cf", "token": token})

    return ask


_PASSWORDS = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
_EVERYTHING = dict.fromkeys(GRANTED, 401)
_LOGINS = answers(session=401, jwt=401, access=401)
_MUST_CHANGE = answers(workspaces=403, user_space=404, testmo=401, profile=403, cloud_foundry=401)
ENDINGS = {
    "her session": (_elsewhere("DELETE", "/api/auth/sessions/{session}"), answers(session=401)),
    "her grant": (_elsewhere("DELETE", "/api/auth/sessions/{grant}"), answers(access=401)),
    "her other sessions": (_elsewhere("DELETE", "/api/auth/sessions"), _LOGINS),
    "a new password with the tokens": (
        _elsewhere("PUT", "/api/auth/me/password", {**_PASSWORDS, "endTokens": True}),
        _EVERYTHING,
    ),
    "a session by root": (_by_root("DELETE", "/credentials/{session}"), answers(session=401)),
    "a token by root": (_by_root("DELETE", "/credentials/{token}"), answers(token=401)),
    "an imported token by root": (_by_root("DELETE", "/credentials/{imported}"), answers(imported=401)),
    "a grant by root": (_by_root("DELETE", "/credentials/{access}"), answers(access=401)),
    "all by root": (_by_root("DELETE", "/credentials"), _EVERYTHING),
    "her factors by root": (_by_root("DELETE", "/factors"), _LOGINS),
    "a password to be changed": (_by_root("PUT", "", {"mustChangePassword": True}), _MUST_CHANGE),
    "an access token given back": (_gives_back("access"), answers(access=401)),
    "a refresh token given back": (_gives_back("refresh"), answers(access=401)),
}


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.row("AC-11")
def test_what_is_ended_is_refused_by_every_dialect_at_once(app: App, name: str) -> None:
    end, expected = ENDINGS[name]
    answer = end(app)
    assert answer.status == 200, answer.text
    app.demand(expected)


def test_logging_out_ends_the_session_and_nothing_else(app: App, api: Api) -> None:
    assert api.post("/api/auth/logout", as_=app.session).status == 200
    app.demand(answers(session=401))
