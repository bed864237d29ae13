"""A workspace with its identity provider."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest

from roster.auth import scim_tokens
from roster.domain import User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.fixtures import made_once

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Provider:
    """The identity provider of a workspace: sends what it sends with its SCIM token."""

    api: Api
    workspace: Workspace
    token: str

    @property
    def base(self) -> str:
        return f"/scim/v2/{self.workspace.id}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        given = {"Content-Type": "application/scim+json"} if body is not None else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.send(method, f"{self.base}{path}", body, bearer=self.token, headers=given)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any) -> Answer:
        return self.send("POST", path, body)

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        return self.send("PUT", path, body, **headers)

    def find(self, kind: str, filter: str) -> list[str]:
        """The ids of those that a filter finds."""
        answer = self.get(f"/{kind}?{urlencode({'filter': filter})}")
        assert answer.status == 200, answer.text
        return [str(each["id"]) for each in answer.json["Resources"]]

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> Answer:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, **headers)

    def user(self, who: str, /, **more: Any) -> str:
        """The id of a new user `who@example.com`."""
        made = self.post("/Users", user(who, **more))
        assert made.status == 201, made.text
        return str(made.json["id"])

    def group(self, name: str, *members: str) -> str:
        """The id of a new group."""
        body = {"displayName": name, "members": [{"value": each} for each in members]}
        made = self.post("/Groups", body)
        assert made.status == 201, made.text
        return str(made.json["id"])

    def members(self, group_id: str) -> list[str]:
        """Who is in a group."""
        return [each["value"] for each in self.get(f"/Groups/{group_id}").json.get("members", [])]


def op(name: str, path: str | None = None, *value: object) -> dict[str, object]:
    """An operation of a PATCH."""
    given: dict[str, object] = {"op": name} if path is None else {"op": name, "path": path}
    return {**given, "value": value[0]} if value else given


def user(who: str, /, **more: Any) -> dict[str, Any]:
    """A user as a provider writes one."""
    address = f"{who}@example.com"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": address,
        "name": {"givenName": who.title(), "familyName": "Example"},
        "emails": [{"primary": True, "value": address, "type": "work"}],
        "active": True,
        **more,
    }


def provider_for(api: Api, directory: Directory, workspace: Workspace) -> Provider:
    work, _, credential = scim_tokens.prepare(api.store, workspace, "Entra", None, by=directory.by)
    work.commit(api.store)
    provider = Provider(api, workspace, str(credential))
    assert provider.get("/ServiceProviderConfig").status == 200  # moves the token's last use
    return provider


@pytest.fixture
def provider_of(api: Api, directory: Directory) -> Callable[[Workspace], Provider]:
    return partial(provider_for, api, directory)


@dataclass(frozen=True)
class Acme:
    """A workspace with its provider, and the ADMIN, whom nobody's provider made."""

    api: Api
    boss: User
    workspace: Workspace
    token: str

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "Acme":
        boss, acme = directory.user("boss"), directory.workspace("acme")
        directory.member(acme, boss, "ADMIN")
        return cls(api, boss, acme, provider_for(api, directory, acme).token)


@pytest.fixture
def acme(api: Api, directory: Directory) -> Acme:
    return Acme.set(api, directory)


@pytest.fixture
def boss(acme: Acme) -> User:
    """ADMIN of acme, made by nobody's provider."""
    return acme.boss


@pytest.fixture
def provider(acme: Acme) -> Provider:
    """That of acme."""
    return Provider(acme.api, acme.workspace, acme.token)


@dataclass(frozen=True)
class LargeWorkspace:
    """Acme's provider, and users that it made."""

    acme: Acme
    users: tuple[str, ...]

    @classmethod
    @made_once
    def set(cls, api: Api, directory: Directory) -> "LargeWorkspace":
        acme = Acme.set(api, directory)
        made = (directory.provisioned(acme.workspace, f"u{number}") for number in range(70))
        return cls(acme, tuple(one.user.id for one in made))


@pytest.fixture
def large(api: Api, directory: Directory) -> tuple[Provider, list[str]]:
    """Acme's provider, and the ids of seventy users that it made: more than one transaction takes."""
    made = LargeWorkspace.set(api, directory)
    return Provider(api, made.acme.workspace, made.acme.token), [*made.users]
