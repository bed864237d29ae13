"""A suspended workspace: its members are none on the next request, in every dialect, by every credential."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.verify import verify
from roster import dependencies
from roster.auth.issuers import Issuers
from roster.domain import Project, User, Workspace
from tests.contract.test_withdrawal import HMAC_SECRET, ISSUER, imported, issued
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory


class Site:
    """Ada is ADMIN of acme, at work in its project and space; she is a MEMBER of globex too, which stays."""

    def __init__(self, api: Api, directory: Directory) -> None:
        self.api, self.directory = api, directory
        self.root, self.ada = directory.admin(), directory.user("ada", password=PASSWORD)
        self.acme, self.globex = directory.workspace("acme"), directory.workspace("globex")
        directory.member(self.acme, self.ada, "ADMIN")
        api.clock.advance(minutes=1)
        directory.member(self.globex, self.ada)
        self.projects: dict[str, Project] = {}
        self.spaces: dict[str, str] = {}
        for workspace in (self.acme, self.globex):
            project = directory.project(workspace, f"web of {workspace.key}")
            space = directory.space(workspace, f"space of {workspace.key}", project)
            directory.app(space, f"app-of-{workspace.key}")
            directory.grant(project, self.ada)
            for role in ("developer", "manager", "auditor"):
                directory.grant(space, self.ada, role)
            self.projects[workspace.key], self.spaces[workspace.key] = project, space.id
        directory.client("cf")
        form = {"grant_type": "password", "client_id": "cf", "username": self.ada.email, "password": PASSWORD}
        self.session = api.cookie(self.ada)
        self.bearers = {
            "token": directory.token(self.ada),
            "imported": imported(directory, self.ada),
            "jwt": issued(self.ada, api),
            "access": api.post("/oauth/token", form=form).json["access_token"],
        }
        self.limited = directory.token(self.ada, self.acme)

    def suspend(self, active: bool = False) -> None:
        path = f"/api/workspaces/{self.acme.id}"
        assert self.api.put(path, {"active": active}, as_=self.root).status == 200

    def identity(self, workspace: Workspace, user: User) -> dict[str, str]:
        project = self.projects[workspace.key]
        return {"X-User-Id": user.id, "X-Org-Id": workspace.id, "X-Project-Id": project.id}

    def ask(self, route: str, bearer: User | str, workspace: Workspace, user: User) -> tuple[int, Any]:
        """The status, and the names in the answer."""
        filled = route.format(
            ws=workspace.id,
            user=user.id,
            ada=self.ada.id,
            space=self.spaces[workspace.key],
            number=self.projects[workspace.key].number,
            app=f"app-of-{workspace.key}",
        )
        method, _, path = filled.partition(" ")
        headers = self.identity(workspace, user) if "/minimal/" in path else {}
        body = _BODIES.get(route)
        answer = self.api.send(method, path, body, bearer=bearer, headers=headers)
        return answer.status, answer


@pytest.fixture
def site(api: Api, directory: Directory) -> Iterator[Site]:
    issuers = Issuers.read(json.dumps([{"issuer": ISSUER, "hmacSecrets": [HMAC_SECRET]}]))
    before = dependencies.current()
    dependencies.use(dependencies.Dependencies(api.store, api.clock, issuers=lambda: issuers))
    yield Site(api, directory)
    dependencies.use(before)


IN_IT = {
    "GET /api/workspaces/{ws}": 403,
    "GET /api/workspaces/{ws}/members": 403,
    "GET /api/workspaces/{ws}/members/{ada}": 403,
    "GET /api/workspaces/{ws}/usage": 403,
    "PUT /api/workspaces/{ws}": 403,
    "PUT /api/workspaces/{ws}/members/{ada}": 403,
    "POST /api/workspaces/{ws}/members": 403,
    "DELETE /api/workspaces/{ws}/members/{ada}": 403,
    "GET /minimal/rest/user/v1/org": 404,
    "GET /minimal/rest/user/v1/org/detail": 404,
    "GET /minimal/rest/user/v1/project": 404,
    "GET /minimal/rest/user/v1/project/detail": 404,
    "GET /minimal/rest/user/v1/space": 404,
    "GET /minimal/rest/user/v1/feature": 404,
    "GET /api/v1/projects/{number}": 404,
    "GET /api/v1/projects/{number}/users": 404,
    "GET /api/v1/project/{number}/users": 404,
    "GET /v2/organizations/{ws}": 403,
    "GET /v2/organizations/{ws}/spaces": 403,
    "GET /v2/organizations/{ws}/users": 403,
    "GET /v2/spaces/{space}": 403,
    "GET /v2/spaces/{space}/developers": 403,
    "GET /v2/apps/{app}": 403,
}
"""What a member is answered while the workspace is suspended."""

_BODIES: dict[str, dict[str, str]] = {
    "PUT /api/workspaces/{ws}": {"name": "Renamed"},
    "PUT /api/workspaces/{ws}/members/{ada}": {"role": "ADMIN"},
    "POST /api/workspaces/{ws}/members": {"userId": "nobody", "role": "MEMBER"},
}
_OF_WORKSPACES = ("GET /api/workspaces", "PUT ", "POST ", "DELETE ")  # which take API tokens alone

LISTS = {
    "GET /api/workspaces": ("data", "key", ["acme", "globex"], ["globex"]),
    "GET /api/v1/projects": ("result", "name", ["web of acme", "web of globex"], ["web of globex"]),
    "GET /v2/organizations": ("resources", "name", ["Acme", "Globex"], ["Globex"]),
    "GET /v2/spaces": ("resources", "name", ["space of acme", "space of globex"], ["space of globex"]),
    **{
        f"GET /v2/users/{{ada}}/{relation}": (
            "resources",
            "name",
            ["space of acme", "space of globex"],
            ["space of globex"],
        )
        for relation in ("spaces", "managed_spaces", "audited_spaces")
    },
    "GET /v2/users/{ada}/organizations": ("resources", "name", ["Acme", "Globex"], ["Globex"]),
    "GET /v2/users/{ada}/managed_organizations": ("resources", "name", ["Acme"], []),
    "GET /v2/organizations?q=status:active": ("resources", "name", ["Acme", "Globex"], ["Globex"]),
}
"""The lists of what the caller belongs to: where the rows are, their names before, and while suspended."""


def _credentials(site: Site, route: str) -> dict[str, str]:
    own = route.startswith(_OF_WORKSPACES)
    return {kind: bearer for kind, bearer in site.bearers.items() if not own or kind in ("token", "imported")}


READS = {route: status for route, status in IN_IT.items() if route.startswith("GET")}


def _answers(site: Site) -> dict[str, Any]:
    """By route and credential: the status, of a list also the names in it, and its total."""
    told: dict[str, Any] = {}
    for route in (*READS, *LISTS):
        for kind, bearer in _credentials(site, route).items():
            status, answer = site.ask(route, bearer, site.acme, site.ada)
            told[f"{route} by {kind}"] = status
            if route in LISTS:
                rows, name, *_ = LISTS[route]
                shown = sorted(row.get("entity", row)[name] for row in answer.json[rows])
                total = answer.json.get("total_results", answer.json.get("total", len(shown)))
                told[f"{route} by {kind}"] = status, shown, total
    return told


def _expected(site: Site, suspended: bool) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for route in (*READS, *LISTS):
        for kind in _credentials(site, route):
            told[f"{route} by {kind}"] = READS[route] if suspended and route in READS else 200
            if route in LISTS:
                names = LISTS[route][3 if suspended else 2]
                told[f"{route} by {kind}"] = 200, names, len(names)
    return told


@pytest.mark.row("T-06")
def test_what_a_member_is_answered_before_meanwhile_and_after(site: Site) -> None:
    assert _answers(site) == _expected(site, suspended=False)
    site.suspend()
    assert _answers(site) == _expected(site, suspended=True)
    site.suspend(active=True)
    assert _answers(site) == _expected(site, suspended=False)
    assert verify(site.api.store, now=site.api.clock()).broken == []


@pytest.mark.row("T-06")
def test_meanwhile_it_is_as_before_to_others(site: Site) -> None:
    site.suspend()
    token = site.bearers["token"]
    elsewhere = {route: site.ask(route, token, site.globex, site.ada)[0] for route in READS}
    assert elsewhere == dict.fromkeys(READS, 200)
    to_root = {
        route: site.ask(route, site.root, site.acme, site.root)[0]
        for route in (*READS, *LISTS)
        if "{ada}" not in route
    }
    assert to_root == dict.fromkeys(to_root, 200)
    limited = {route: site.ask(route, site.limited, site.acme, site.ada)[0] for route in (*IN_IT, *LISTS)}
    assert limited == dict.fromkeys(limited, 401)


def test_meanwhile_a_member_writes_nothing(site: Site) -> None:
    site.suspend()
    with site.api.no_effect(apart=("TOKEN#",)):  # of which the last use is kept
        for route in IN_IT:
            if not route.startswith("GET"):
                for bearer in _credentials(site, route).values():
                    assert site.ask(route, bearer, site.acme, site.ada)[0] == IN_IT[route], route
    assert site.ask("PUT /api/workspaces/{ws}", site.root, site.acme, site.root)[0] == 200


def test_the_session_is_no_members_either(site: Site) -> None:
    path = f"/api/workspaces/{site.acme.id}"
    site.suspend()
    assert site.api.get(path, as_=site.session).status == 403
    headers = site.identity(site.acme, site.ada)
    assert site.api.get("/minimal/rest/user/v1/org", as_=site.session, headers=headers).status == 404
    body = {"name": "ci", "workspaceId": site.acme.id}
    assert site.api.post("/api/auth/tokens", body, as_=site.session).status == 404
    site.suspend(active=True)
    assert site.api.get(path, as_=site.session).status == 200


def test_the_profile_is_that_of_the_next_workspace_that_counts(site: Site, directory: Directory) -> None:
    def profile() -> Any:
        answer = site.api.get("/api/workspace/auth/me", bearer=site.bearers["token"])
        return answer.json["Data"]["WorkspaceName"] if answer.status == 200 else answer.status

    assert profile() == "acme"
    site.suspend()
    assert profile() == "globex"
    assert site.api.get("/api/workspace/auth/me", bearer=site.limited).status == 401
    directory.leave(site.globex, site.ada)
    assert profile() == 403
    site.suspend(active=True)
    assert profile() == "acme"


def test_who_holds_a_role_without_being_a_member_holds_none(site: Site, directory: Directory) -> None:
    eve = directory.user("eve")
    project = site.projects["acme"]
    directory.grant(project, eve)
    assert site.api.get(f"/api/v1/projects/{project.number}", bearer=eve).status == 200
    site.suspend()
    assert site.api.get(f"/api/v1/projects/{project.number}", bearer=eve).status == 404
    assert site.api.get("/api/v1/projects", bearer=eve).json["result"] == []


@pytest.mark.row("T-07")
def test_a_limited_token_of_a_platform_admin_is_nobodys_either(site: Site, directory: Directory) -> None:
    directory.member(site.acme, site.root)
    limited = directory.token(site.root, site.acme)
    for path in (f"/api/workspaces/{site.acme.id}", "/api/auth/me", "/api/v1/user", "/v2/spaces"):
        assert site.api.get(path, bearer=limited).status == 200
    site.suspend()
    for path in (f"/api/workspaces/{site.acme.id}", "/api/auth/me", "/api/v1/user", "/v2/spaces"):
        assert site.api.get(path, bearer=limited).status == 401


def test_inlined_relations_leave_it_out(site: Site) -> None:
    def inlined() -> list[str]:
        path = f"/v2/users/{site.ada.id}?inline-relations-depth=2"
        entity = site.api.get(path, bearer=site.bearers["token"]).json["entity"]
        names = [each["entity"]["name"] for name in ("spaces", "organizations") for each in entity[name]]
        return [*names, *(each["entity"]["name"] for each in entity["managed_organizations"])]

    assert sorted(inlined()) == ["Acme", "Acme", "Globex", "space of acme", "space of globex"]
    site.suspend()
    assert sorted(inlined()) == ["Globex", "space of globex"]


def test_conditions_find_nothing_of_it(site: Site) -> None:
    def found(query: str) -> int:
        answer = site.api.get(f"/v2/organizations?q={query}", bearer=site.bearers["token"])
        return int(answer.json["total_results"])

    query = f"space_guid:{site.spaces['acme']}"
    assert found(query) == 1
    site.suspend()
    assert (found(query), found("status:suspended")) == (0, 0)


def test_a_platform_admin_sees_that_it_is_suspended(site: Site) -> None:
    site.suspend()
    shown = site.api.get("/v2/organizations?q=status:suspended", bearer=site.root).json["resources"]
    assert [row["entity"]["status"] for row in shown] == ["suspended"]
    rows = site.api.get("/api/workspaces", as_=site.root).data
    assert [row["key"] for row in rows] == ["acme", "globex"]
    member = {"userId": site.root.id, "role": "MEMBER"}
    assert site.api.post(f"/api/workspaces/{site.acme.id}/members", member, as_=site.root).status == 200
