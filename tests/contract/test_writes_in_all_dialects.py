"""Each write, what every dialect says on the next request, and that it says the former once it is withdrawn.

A play is a row of writes by their routes. After each the five dialects are read, and must say what they said
before but for what the write names. What is left at the end of a play must be said too: most leave nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.gateway import Routes
from roster.domain import Project, Space, User, Workspace
from tests.support.api import Answer, Api, session_in
from tests.support.directory import PASSWORD, Directory

Seen = dict[str, Any]

NEW_PASSWORD = "quite another phrase"


def _names(rows: list[dict[str, Any]], name: str = "name") -> list[Any]:
    return [row[name] for row in rows]


@dataclass
class App:
    """root is platform ADMIN, boss ADMIN of acme. ada, of acme, is in its project and a developer in its
    space: all dialects are asked for her. bob, of acme too, has the credentials that come and go.
    """

    api: Api
    directory: Directory
    root: User
    boss: User
    ada: User
    bob: User
    acme: Workspace
    web: Project
    alpha: Space
    credentials: dict[str, str] = field(default_factory=dict)
    """By names of their own: secrets of bob's, of which each dialect is asked whether it admits him."""
    before: Seen = field(default_factory=dict)
    played: set[str] = field(default_factory=set)

    def write(
        self,
        route: str,
        body: Any = None,
        *,
        by: User | str | None = None,
        bearer: str | None = None,
        sees: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        keeps: Callable[[Answer], Mapping[str, str]] = lambda _: {},
        **ids: str,
    ) -> Any:
        """Write, and demand on the next requests that `sees` and nothing else is said otherwise.

        `ids` fill the path, where acme and ada are not meant. `keeps` takes credentials out of the answer.
        """
        method, _, path = route.partition(" ")
        named = {"workspaceId": self.acme.id, "userId": self.ada.id, **ids}
        answer = self.api.send(method, path.format(**named), body, as_=by, bearer=bearer, form=form)
        assert answer.status in (200, 201, 204), answer.text
        self.credentials |= keeps(answer)
        self.played.add(route)
        after = self.seen()
        assert after == {**self.before, **(sees or {})}
        self.before = after
        return answer.json.get("data", answer.json) if answer.text else None

    def seen(self) -> Seen:
        """What each dialect says to ada, to whoever administers, and to bob's credentials."""
        return {
            **self._workspaces(),
            **self._user_space(),
            **self._cloud_foundry(),
            **self._testmo(),
            **self._profile(),
            **{f"bob by {name}": self._admits(secret) for name, secret in self.credentials.items()},
        }

    def _get(self, path: str, who: User | None = None, **more: Any) -> Any:
        """The body of a 200; otherwise the status."""
        answer = self.api.get(path, bearer=self.ada if who is None else who, **more)
        return answer.json if answer.status == 200 else answer.status

    def _workspaces(self) -> Seen:
        inside, mine = f"/api/workspaces/{self.acme.id}", self._get("/api/workspaces")["data"]
        members = self._get(f"{inside}/members")
        ruled = [self._get(f"{inside}/{kind}", self.root) for kind in ("projects", "spaces")]
        return {
            "workspaces": _names(mine, "key"),
            "members": members if isinstance(members, int) else _names(members["data"], "email"),
            "all projects and spaces": [
                found if isinstance(found, int) else _names(found["data"]) for found in ruled
            ],
        }

    def _user_space(self) -> Seen:
        headers = {"X-User-Id": self.ada.id, "X-Org-Id": self.acme.id, "X-Project-Id": self.web.id}
        said: Seen = {}
        for name in ("org", "project", "space", "feature"):
            path = "project/detail" if name == "project" else name
            found = self._get(f"/minimal/rest/user/v1/{path}", headers=headers)
            if isinstance(found, int):
                said[f"user space: {name}"] = found
            elif isinstance(found["data"], list):
                said[f"user space: {name}"] = _names(found["data"])
            else:
                databases = _names(found["data"].get("database", []), "host")
                said[f"user space: {name}"] = [found["data"]["name"], *databases]
        return said

    def _cloud_foundry(self) -> Seen:
        def shown(path: str, who: User | None = None) -> Any:
            found = self._get(path, who)
            return (
                found if isinstance(found, int) else [each["entity"]["name"] for each in found["resources"]]
            )

        mine = f"/v2/users/{self.ada.id}"
        return {
            "organizations": shown(f"{mine}/organizations"),
            "managed organizations": shown(f"{mine}/managed_organizations"),
            "spaces": shown(f"{mine}/spaces"),
            "apps": shown(f"/v2/spaces/{self.alpha.id}/apps", self.root),
            "all organizations": [
                (each["entity"]["name"], each["entity"]["status"])
                for each in self._get("/v2/organizations", self.root)["resources"]
            ],
        }

    def _testmo(self) -> Seen:
        people = self._get(f"/api/v1/projects/{self.web.number}/users")
        return {
            "projects": _names(self._get("/api/v1/projects")["result"]),
            "people": people if isinstance(people, int) else _names(people["result"]),
            "users": [
                (row["name"], row["role_id"], row["groups"])
                for row in self._get("/api/v1/users", self.root)["result"]
            ],
            "groups": _names(self._get("/api/v1/groups", self.root)["result"]),
            "roles": _names(self._get("/api/v1/roles", self.root)["result"]),
        }

    def _profile(self) -> Seen:
        found = self._get("/api/workspace/auth/me")
        if isinstance(found, int):
            return {"profile": found, "modules": found}
        told = found["Data"]
        modules = sorted(name for name, module in told["Modules"].items() if module["Enabled"])
        return {"profile": (told["WorkspaceName"], told["Roles"], told["Email"]), "modules": modules}

    def _admits(self, secret: str) -> str:
        """The dialects that let bob in by this credential."""
        headers = {"X-User-Id": self.bob.id, "X-Org-Id": self.acme.id, "X-Project-Id": self.web.id}
        how = {"as_" if secret.startswith("session_") else "bearer": secret}
        asked = {
            "Workspaces": ("/api/auth/me", {}),
            "User Space": ("/minimal/rest/user/v1/org", headers),
            "Cloud Foundry": (f"/v2/users/{self.bob.id}/spaces", {}),
            "Testmo": ("/api/v1/user", {}),
            "profile": ("/api/workspace/auth/me", {}),
        }
        return ", ".join(
            dialect
            for dialect, (path, more) in asked.items()
            if self.api.get(path, headers=more, **how).status == 200
        )


EVERY = "Workspaces, User Space, Cloud Foundry, Testmo, profile"
BY_SESSION = "Workspaces, User Space"
BY_ACCESS = "User Space, Cloud Foundry, Testmo, profile"

Play = Callable[[App], Mapping[str, Any] | None]
PLAYS: dict[str, tuple[Play, tuple[str, ...]]] = {}
"""What is played, and the routes that it writes by."""


def plays(*routes: str) -> Callable[[Play], Play]:
    """A play of all these routes; it returns what is said otherwise when it is over."""

    def register(play: Play) -> Play:
        PLAYS[play.__name__.strip("_")] = play, routes
        return play

    return register


IN = "/api/workspaces/{workspaceId}"


@plays(
    f"POST {IN}/projects",
    f"PUT {IN}/projects/{{projectId}}",
    f"DELETE {IN}/projects/{{projectId}}",
    f"PUT {IN}/projects/{{projectId}}/members/{{userId}}",
    f"DELETE {IN}/projects/{{projectId}}/members/{{userId}}",
)
def _projects(app: App) -> None:
    one, member = f"{IN}/projects/{{projectId}}", f"{IN}/projects/{{projectId}}/members/{{userId}}"
    boss, web = app.boss, app.web.id
    made = app.write(
        f"POST {IN}/projects",
        {"name": "shop"},
        by=boss,
        sees={"all projects and spaces": [["web", "shop"], ["alpha"]]},
    )
    shop = made["id"]
    app.write(f"PUT {member}", by=boss, projectId=shop, sees={"projects": ["web", "shop"]})
    app.write(f"DELETE {member}", by=boss, projectId=shop, sees={"projects": ["web"]})
    app.write(
        f"DELETE {one}", by=boss, projectId=shop, sees={"all projects and spaces": [["web"], ["alpha"]]}
    )
    for name, hosts in (("portal", ["db.example.org"]), ("web", [])):
        said: Seen = {
            "user space: project": [name, *hosts],
            "projects": [name],
            "all projects and spaces": [[name], ["alpha"]],
        }
        body = {"name": name, "database": [{"host": host} for host in hosts]}
        app.write(f"PUT {one}", body, by=boss, projectId=web, sees=said)
    kinds = ("org", "project", "space", "feature")
    before = {name: app.before[name] for name in ("projects", "people")}
    inside = {f"user space: {kind}": app.before[f"user space: {kind}"] for kind in kinds}
    gone = {"projects": [], "people": 404, **dict.fromkeys(inside, 404)}
    app.write(f"DELETE {member}", by=boss, projectId=web, sees=gone)
    app.write(f"PUT {member}", by=boss, projectId=web, sees={**before, **inside})


@plays(
    f"POST {IN}/spaces",
    f"PUT {IN}/spaces/{{spaceId}}",
    f"DELETE {IN}/spaces/{{spaceId}}",
    f"PUT {IN}/spaces/{{spaceId}}/roles/{{role}}/{{userId}}",
    f"DELETE {IN}/spaces/{{spaceId}}/roles/{{role}}/{{userId}}",
    f"POST {IN}/spaces/{{spaceId}}/apps",
    f"DELETE {IN}/spaces/{{spaceId}}/apps/{{appId}}",
)
def _spaces(app: App) -> None:
    one, role = f"{IN}/spaces/{{spaceId}}", f"{IN}/spaces/{{spaceId}}/roles/{{role}}/{{userId}}"
    boss = app.boss
    beta = app.write(
        f"POST {IN}/spaces",
        {"name": "beta", "projectId": app.web.id},
        by=boss,
        sees={"all projects and spaces": [["web"], ["alpha", "beta"]]},
    )["id"]
    for method, names in (("PUT", ["alpha", "beta"]), ("DELETE", ["alpha"]), ("PUT", ["alpha", "beta"])):
        said: Seen = {"spaces": names, "user space: space": names}
        app.write(f"{method} {role}", by=boss, spaceId=beta, role="developer", sees=said)
    names = ["alpha", "gamma"]
    said = {"spaces": names, "user space: space": names, "all projects and spaces": [["web"], names]}
    app.write(f"PUT {one}", {"name": "gamma"}, by=boss, spaceId=beta, sees=said)
    said = {
        "spaces": ["alpha"],
        "user space: space": ["alpha"],
        "all projects and spaces": [["web"], ["alpha"]],
    }
    app.write(f"DELETE {one}", by=boss, spaceId=beta, sees=said)
    job = app.write(
        f"POST {one}/apps", {"name": "job"}, by=app.ada, spaceId=app.alpha.id, sees={"apps": ["job"]}
    )["id"]
    app.write(f"DELETE {one}/apps/{{appId}}", by=app.ada, spaceId=app.alpha.id, appId=job, sees={"apps": []})


@plays(f"POST {IN}/features", f"PUT {IN}/features/{{featureId}}", f"DELETE {IN}/features/{{featureId}}")
def _features(app: App) -> None:
    one = f"{IN}/features/{{featureId}}"
    nothing: Seen = {"user space: feature": [], "modules": []}
    body = {"name": "Boards", "projectId": app.web.id, "module": "Boards"}
    said: Seen = {"user space: feature": ["Boards"], "modules": ["Boards"]}
    made = app.write(f"POST {IN}/features", body, by=app.boss, sees=said)["id"]
    off, named = {"enabled": False}, {"name": "Cards", "enabled": True}
    app.write(f"PUT {one}", off, by=app.boss, featureId=made, sees=nothing)
    said = {"user space: feature": ["Cards"], "modules": ["Boards"]}
    app.write(f"PUT {one}", named, by=app.boss, featureId=made, sees=said)
    elsewhere = {"projectId": None}
    app.write(f"PUT {one}", elsewhere, by=app.boss, featureId=made, sees={"user space: feature": []})
    app.write(f"DELETE {one}", by=app.boss, featureId=made, sees=nothing)


@plays(f"POST {IN}/members", f"PUT {IN}/members/{{userId}}", f"DELETE {IN}/members/{{userId}}")
def _memberships(app: App) -> Mapping[str, Any]:
    """Whoever is added again has none of what was granted before."""
    one = f"{IN}/members/{{userId}}"
    cal, everybody = app.directory.user("cal"), app.before["members"]
    app.before = app.seen()
    body = {"userId": cal.id, "role": "MEMBER"}
    app.write(f"POST {IN}/members", body, by=app.boss, sees={"members": [*everybody, cal.email]})
    app.write(f"DELETE {one}", by=app.boss, userId=cal.id, sees={"members": everybody})
    for role, managed in (("ADMIN", ["Acme"]), ("MEMBER", [])):
        said: Seen = {"profile": ("acme", [role, "USER"], app.ada.email), "managed organizations": managed}
        app.write(f"PUT {one}", {"role": role}, by=app.boss, sees=said)
    lost = {"projects": [], "people": 404, "spaces": []}
    lost |= {f"user space: {kind}": 404 for kind in ("org", "project", "space", "feature")}
    outside = {"workspaces": [], "members": 403, "organizations": []}
    back = {name: app.before[name] for name in (*outside, "profile", "modules")}
    app.write(f"DELETE {one}", by=app.boss, sees={**lost, **outside, "profile": 403, "modules": 403})
    everybody = [*(each for each in everybody if each != app.ada.email), app.ada.email]
    body = {"userId": app.ada.id, "role": "MEMBER"}
    app.write(f"POST {IN}/members", body, by=app.boss, sees={**back, "members": everybody})
    return {**lost, "members": everybody, "users": app.before["users"]}


SCIM = "/scim/v2/{workspaceId}"


@plays(
    *(f"POST {IN}/scim-tokens", f"DELETE {IN}/scim-tokens/{{tokenId}}", f"POST {SCIM}/Users"),
    *(f"{method} {SCIM}/Users/{{userId}}" for method in ("PUT", "PATCH", "DELETE")),
)
def _provisioned_users(app: App) -> Mapping[str, Any]:
    """A suspended member is none in any dialect; who is resumed joins again, with all that was granted."""
    one, members, users = f"{SCIM}/Users/{{userId}}", app.before["members"], app.before["users"]
    token = app.write(f"POST {IN}/scim-tokens", {"name": "Entra"}, by=app.boss)
    secret = token["secret"]
    cal = {"userName": "cal@example.com", "displayName": "Cal"}
    said: Seen = {"members": [*members, "cal@example.com"], "users": [*users, ("Cal", None, [])]}
    made = app.write(f"POST {SCIM}/Users", cal, bearer=secret, sees=said)["id"]
    for name, address in (("Callie", "callie@example.com"), ("Cal", "cal@example.com")):
        body = {"userName": address, "displayName": name}
        said = {"members": [*members, address], "users": [*users, (name, None, [])]}
        app.write(f"PUT {one}", body, bearer=secret, userId=made, sees=said)
    app.write(f"DELETE {one}", bearer=secret, userId=made, sees={"members": members, "users": users})
    none: Seen = {"projects": [], "people": 404, "spaces": [], "workspaces": [], "members": 403}
    none |= {"organizations": [], "profile": 403, "modules": 403}
    none |= {f"user space: {kind}": 404 for kind in ("org", "project", "space", "feature")}
    back = {name: app.before[name] for name in none}
    members = [*(each for each in members if each != app.ada.email), app.ada.email]
    for value, said in ((False, none), (True, {**back, "members": members})):
        patch = {"Operations": [{"op": "replace", "path": "active", "value": value}]}
        app.write(f"PATCH {one}", patch, bearer=secret, sees=said)
    app.write(f"DELETE {IN}/scim-tokens/{{tokenId}}", by=app.boss, tokenId=token["id"])
    return {"members": members}


@plays(
    *(f"POST {SCIM}/Groups", f"PUT {IN}/groups/{{groupId}}"),
    *(f"{method} {SCIM}/Groups/{{groupId}}" for method in ("PUT", "PATCH", "DELETE")),
)
def _provisioned_groups(app: App) -> None:
    """Who is in a group that has the role ADMIN is an ADMIN in every dialect."""
    secret, one = str(app.directory.scim_token(app.acme)), f"{SCIM}/Groups/{{groupId}}"
    ada = [{"value": app.ada.id}]
    body: dict[str, Any] = {"displayName": "Crew", "members": ada}
    crew = app.write(f"POST {SCIM}/Groups", body, bearer=secret)["id"]
    profile = app.before["profile"]
    member = {"profile": profile, "managed organizations": []}
    admin = {"profile": (profile[0], ["ADMIN", "USER"], profile[2]), "managed organizations": ["Acme"]}
    for role, said in (("ADMIN", admin), (None, member), ("ADMIN", admin)):
        app.write(
            f"PUT {IN}/groups/{{groupId}}", {"workspaceRole": role}, by=app.boss, groupId=crew, sees=said
        )
    for op, said in (("remove", member), ("add", admin)):
        body = {"Operations": [{"op": op, "path": "members", "value": ada}]}
        app.write(f"PATCH {one}", body, bearer=secret, groupId=crew, sees=said)
    for people, said in (([], member), (ada, admin)):
        body = {"displayName": "Staff", "members": people}
        app.write(f"PUT {one}", body, bearer=secret, groupId=crew, sees=said)
    app.write(f"DELETE {one}", bearer=secret, groupId=crew, sees=member)


@plays("POST /api/workspaces", f"PUT {IN}", f"DELETE {IN}", f"POST {IN}/members")
def _workspaces(app: App) -> None:
    root, acme = app.root, ("Acme", "active")
    names = {"key": "globex", "name": "Globex"}
    globex = app.write(
        "POST /api/workspaces", names, by=root, sees={"all organizations": [acme, ("Globex", "active")]}
    )["id"]
    body = {"userId": app.ada.id, "role": "MEMBER"}
    said: Seen = {"workspaces": ["acme", "globex"], "organizations": ["Acme", "Globex"]}
    app.write(f"POST {IN}/members", body, by=root, workspaceId=globex, sees=said)
    said = {
        **{"workspaces": ["acme", "initech"], "organizations": ["Acme", "Initech"]},
        "all organizations": [acme, ("Initech", "active")],
    }
    body = {"key": "initech", "name": "Initech"}
    app.write(f"PUT {IN}", body, by=root, workspaceId=globex, sees=said)
    said = {
        **{"workspaces": ["acme"], "organizations": ["Acme"]},
        "all organizations": [acme, ("Initech", "suspended")],
    }
    app.write(f"PUT {IN}", {"active": False}, by=root, workspaceId=globex, sees=said)
    app.write(f"DELETE {IN}", by=root, workspaceId=globex, sees={"all organizations": [acme]})
    inside = {f"user space: {kind}": 404 for kind in ("org", "project", "space", "feature")}
    gone = {
        **{**inside, "workspaces": [], "members": 403, "organizations": [], "spaces": []},
        **{"projects": [], "people": 404, "profile": 403, "modules": 403},
        "all organizations": [("Acme", "suspended")],
    }
    back = {name: app.before[name] for name in gone}
    app.write(f"PUT {IN}", {"active": False}, by=root, sees=gone)
    app.write(f"PUT {IN}", {"active": True}, by=root, sees=back)


@plays("POST /api/admin/users", "PUT /api/admin/users/{userId}", "DELETE /api/admin/users/{userId}")
def _users(app: App) -> None:
    one, root, everybody = "/api/admin/users/{userId}", app.root, app.before["users"]
    body = {"email": "cal@example.com", "fullName": "Cal", "roles": ["USER"]}
    said: Seen = {"users": [*everybody, ("Cal", None, [])]}
    cal = app.write("POST /api/admin/users", body, by=root, sees=said)["id"]
    app.write(f"DELETE {one}", by=root, userId=cal, sees={"users": everybody})
    for name, email in (("Countess", "countess@example.com"), ("Ada", app.ada.email)):
        said = {
            "users": [(name if row[0] in ("Ada", "Countess") else row[0], *row[1:]) for row in everybody],
            "members": [app.boss.email, email, app.bob.email],
            **{"people": [name, "Bob"], "profile": ("acme", ["MEMBER", "USER"], email)},
        }
        app.write(f"PUT {one}", {"fullName": name, "email": email}, by=root, sees=said)


@plays("PUT /api/auth/me")
def _ones_own_profile(app: App) -> None:
    everybody = app.before["users"]
    for name in ("Countess", "Ada"):
        rows = [(name if row[0] in ("Ada", "Countess") else row[0], *row[1:]) for row in everybody]
        said: Seen = {"users": rows, "people": [name, "Bob"]}
        app.write("PUT /api/auth/me", {"fullName": name}, by=app.ada, sees=said)


@plays(
    *(f"{method} /api/admin/{kind}" for method in ("POST",) for kind in ("groups", "roles")),
    *(
        f"{method} /api/admin/{kind}/{{number}}"
        for method in ("PUT", "DELETE")
        for kind in ("groups", "roles")
    ),
    "PUT /api/admin/users/{userId}",
)
def _groups_and_roles(app: App) -> None:
    root, everybody = app.root, app.before["users"]
    for kind, given in (("groups", "groups"), ("roles", "roleNumber")):
        body = {"name": "QA"}
        number = app.write(f"POST /api/admin/{kind}", body, by=root, sees={kind: ["QA"]})["number"]
        one = f"/api/admin/{kind}/{{number}}"
        app.write(f"PUT {one}", {"name": "Quality"}, by=root, number=str(number), sees={kind: ["Quality"]})
        hers = ("Ada", None, [number]) if kind == "groups" else ("Ada", number, [])
        said: Seen = {"users": [hers if row[0] == "Ada" else row for row in everybody]}
        body_of_user = {given: [number] if kind == "groups" else number}
        app.write("PUT /api/admin/users/{userId}", body_of_user, by=root, sees=said)
        said = {kind: [], "users": everybody}
        app.write(f"DELETE {one}", by=root, number=str(number), sees=said)


def _login(app: App, name: str, password: str = PASSWORD) -> None:
    body = {"email": app.bob.email, "password": password}
    app.write(
        "POST /api/auth/login",
        body,
        by=None,
        sees={f"bob by {name}": BY_SESSION},
        keeps=lambda answer: {name: str(session_in(answer))},
    )


def _grant(app: App, name: str, password: str = PASSWORD) -> None:
    """What the token endpoint gives a program for bob's password."""
    app.write(
        "POST /oauth/token",
        by=None,
        form={"grant_type": "password", "client_id": "cf", "username": app.bob.email, "password": password},
        sees={f"bob by {name}": BY_ACCESS},
        keeps=lambda answer: {name: answer.json["access_token"]},
    )


@plays(
    *("POST /api/auth/login", "POST /api/auth/logout", "POST /api/auth/tokens", "POST /oauth/token"),
    *("POST /oauth/revoke", "DELETE /api/auth/tokens/{tokenId}", "DELETE /api/auth/sessions/{sessionId}"),
    *("DELETE /api/auth/sessions", "PUT /api/auth/me/password"),
)
def _ones_own_credentials(app: App) -> Mapping[str, Any]:
    _login(app, "session")
    session = app.credentials["session"]
    token = app.write(
        "POST /api/auth/tokens",
        {"name": "ci"},
        by=session,
        sees={"bob by token": EVERY},
        keeps=lambda answer: {"token": answer.data["token"]},
    )["id"]
    app.write("DELETE /api/auth/tokens/{tokenId}", by=session, tokenId=token, sees={"bob by token": ""})
    _login(app, "other")
    app.write("POST /api/auth/logout", by=app.credentials["other"], sees={"bob by other": ""})
    _login(app, "third")
    listed = app.api.get("/api/auth/sessions", as_=session).data
    (third,) = [row["id"] for row in listed if not row["current"]]
    app.write("DELETE /api/auth/sessions/{sessionId}", by=session, sessionId=third, sees={"bob by third": ""})
    _grant(app, "access")
    form = {"client_id": "cf", "token": app.credentials["access"]}
    app.write("POST /oauth/revoke", by=None, form=form, sees={"bob by access": ""})
    _grant(app, "again")
    _login(app, "fourth")
    said: Seen = {"bob by again": "", "bob by fourth": ""}
    app.write("DELETE /api/auth/sessions", by=session, sees=said)
    _login(app, "fifth")
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    app.write("PUT /api/auth/me/password", body, by=session, sees={"bob by fifth": ""})
    app.write("POST /api/auth/logout", by=session, sees={"bob by session": ""})
    return dict.fromkeys((f"bob by {name}" for name in app.credentials), "")


@plays(
    *("POST /api/auth/login", "POST /oauth/token", "POST /api/auth/tokens"),
    "DELETE /api/admin/users/{userId}/credentials/{credentialId}",
    "DELETE /api/admin/users/{userId}/credentials",
    "POST /api/admin/users/{userId}/password-link",
    "POST /api/auth/password/reset",
)
def _credentials_of_others(app: App) -> Mapping[str, Any]:
    their: dict[str, Any] = {"by": app.root, "userId": app.bob.id}
    one = "/api/admin/users/{userId}/credentials"
    _login(app, "session")
    _grant(app, "access")
    shown = app.api.get(f"/api/admin/users/{app.bob.id}/credentials", as_=app.root).data
    (session,), (grant,) = shown["sessions"], shown["grants"]
    for name, found in (("session", session), ("access", grant)):
        said: Seen = {f"bob by {name}": ""}
        app.write(f"DELETE {one}/{{credentialId}}", credentialId=found["id"], sees=said, **their)
    _login(app, "other")
    app.write(
        "POST /api/auth/tokens",
        {"name": "ci"},
        by=app.credentials["other"],
        sees={"bob by token": EVERY},
        keeps=lambda answer: {"token": answer.data["token"]},
    )
    app.write(f"DELETE {one}", sees={"bob by other": "", "bob by token": ""}, **their)
    _login(app, "third")
    link = app.write("POST /api/admin/users/{userId}/password-link", **their)["link"]
    body = {"token": link.rpartition("/")[2], "password": NEW_PASSWORD}
    app.write("POST /api/auth/password/reset", body, by=None, sees={"bob by third": ""})
    return dict.fromkeys((f"bob by {name}" for name in app.credentials), "")


@plays(
    *("POST /api/admin/clients", "PUT /api/admin/clients/{clientId}", "DELETE /api/admin/clients/{clientId}"),
    *("POST /api/admin/clients/{clientId}/secret", "POST /oauth/token"),
)
def _clients(app: App) -> Mapping[str, Any]:
    body = {"id": "robot", "name": "Robot", "grants": ["client_credentials"], "userId": app.ada.id}
    body["scopes"] = ["cloud_controller.read"]
    secret = app.write("POST /api/admin/clients", body, by=app.root)["secret"]
    app.write("PUT /api/admin/clients/{clientId}", {"userId": app.bob.id}, by=app.root, clientId="robot")
    for name in ("access", "access by the next secret"):
        form = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": secret}
        app.write(
            "POST /oauth/token",
            by=None,
            form=form,
            sees={f"bob by {name}": BY_ACCESS},
            keeps=lambda answer, name=name: {name: answer.json["access_token"]},  # type: ignore[misc]
        )
        secret = app.write("POST /api/admin/clients/{clientId}/secret", by=app.root, clientId="robot")[
            "secret"
        ]
    said = dict.fromkeys((f"bob by {name}" for name in app.credentials), "")
    app.write("DELETE /api/admin/clients/{clientId}", by=app.root, clientId="robot", sees=said)
    return said


@plays(
    f"POST {IN}/invitations",
    f"POST {IN}/invitations/{{invitationId}}/resend",
    f"DELETE {IN}/invitations/{{invitationId}}",
    *("POST /api/auth/invitations/look", "POST /api/auth/invitations/accept"),
    f"DELETE {IN}/members/{{userId}}",
    "DELETE /api/admin/users/{userId}",
)
def _invitations(app: App) -> None:
    boss, members, users = app.boss, app.before["members"], app.before["users"]
    body = {"email": "cal@example.com", "role": "MEMBER"}
    one = f"{IN}/invitations/{{invitationId}}"
    for _ in range(2):  # one that is taken back leaves room for another
        made = app.write(f"POST {IN}/invitations", body, by=boss)["id"]
        app.write(f"DELETE {one}", by=boss, invitationId=made)
    made = app.write(f"POST {IN}/invitations", body, by=boss)["id"]
    link = app.write(f"POST {one}/resend", by=boss, invitationId=made)["link"]
    token = link.rpartition("/")[2]
    app.write("POST /api/auth/invitations/look", {"token": token}, by=None)
    said: Seen = {"members": [*members, "cal@example.com"], "users": [*users, ("Cal", None, [])]}
    body = {"token": token, "fullName": "Cal", "password": NEW_PASSWORD}
    cal = app.write("POST /api/auth/invitations/accept", body, by=None, sees=said)["id"]
    app.write(f"DELETE {IN}/members/{{userId}}", by=boss, userId=cal, sees={"members": members})
    app.write("DELETE /api/admin/users/{userId}", by=app.root, userId=cal, sees={"users": users})


UNSEEN = {
    "POST /api/admin/users/{userId}/unlock": "counts of failed logins, which no dialect shows "
    "(tests/people/test_unlock_user.py)",
    "POST /api/auth/password/forgotten": "makes a link at most, and must be seen by nobody "
    "(tests/invitations/test_passwords.py)",
    **dict.fromkeys(
        (
            "POST /api/auth/factors/totp",
            "POST /api/auth/factors/totp/{factorId}/confirm",
            "POST /api/auth/factors/passkeys/options",
            "POST /api/auth/factors/passkeys",
            "POST /api/auth/factors/recovery-codes",
            "DELETE /api/auth/factors/{factorId}",
            "DELETE /api/admin/users/{userId}/factors",
        ),
        "second factors, which Testmo alone shows beside Workspaces (tests/people/test_reset_factors.py)",
    ),
    **dict.fromkeys(
        (
            "POST /api/auth/login/second",
            "POST /api/auth/login/passkey/options",
            "POST /api/auth/login/passkey",
            "POST /api/auth/reauthenticate",
        ),
        "open or renew a session, which GET /api/auth/sessions alone shows (tests/factors, tests/passkeys)",
    ),
    **dict.fromkeys(
        (
            f"{method} {root}/webhooks{rest}"
            for root in (IN, "/api/admin")
            for method, rest in (
                *(("POST", ""), ("PUT", "/{webhookId}"), ("DELETE", "/{webhookId}")),
                *(("POST", f"/{{webhookId}}/{verb}") for verb in ("secret", "test", "replay")),
                ("POST", "/{webhookId}/deliveries/{deliveryId}/retry"),
            )
        ),
        "webhooks, which Workspaces alone shows (tests/webhooks)",
    ),
}
"""Writes that no play has, and why."""


@pytest.fixture
def app(api: Api, directory: Directory) -> App:
    root, boss, ada = directory.admin(), directory.user("boss"), directory.user("ada")
    bob = directory.user("bob", password=PASSWORD)
    acme = directory.workspace()
    for user, role in ((boss, "ADMIN"), (ada, "MEMBER"), (bob, "MEMBER")):
        directory.member(acme, user, role)
    web = directory.project(acme, "web")
    alpha = directory.space(acme, "alpha", web)
    for user in (ada, bob):
        directory.grant(web, user)
    directory.grant(alpha, ada)
    directory.client("cf")
    app = App(api, directory, root, boss, ada, bob, acme, web, alpha)
    app.before = app.seen()
    return app


@pytest.mark.parametrize("name", PLAYS)
@pytest.mark.row("item-08")
def test_what_is_written_all_dialects_say_on_the_next_request(app: App, name: str) -> None:
    play, routes = PLAYS[name]
    first = app.before
    left = play(app) or {}
    assert app.seen() == {**first, **left}
    assert app.played == set(routes)


def test_every_write_of_the_template_is_played_or_has_a_reason(routes: Routes) -> None:
    writes = {key for key in routes.keys if key.partition(" ")[0] in ("POST", "PUT", "PATCH", "DELETE")}
    played = {route for _, routes_of_play in PLAYS.values() for route in routes_of_play}
    assert sorted(writes - played - set(UNSEEN)) == [], "put it in a play, or say why nothing shows it"
    assert sorted(played & set(UNSEEN)) == []
    assert sorted((played | set(UNSEEN)) - writes) == [], "no route of the template"
