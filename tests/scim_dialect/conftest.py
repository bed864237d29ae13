"""A workspace with its identity provider."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from roster.auth import scim_tokens
from roster.domain import User, Workspace
from tests.support.api import Answer, Api
from tests.support.directory import Directory

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


@pytest.fixture
def provider_of(api: Api, directory: Directory) -> Callable[[Workspace], Provider]:
    def make(workspace: Workspace) -> Provider:
        work, _, credential = scim_tokens.prepare(api.store, workspace, "Entra", None, by=directory.by)
        work.commit(api.store)
        provider = Provider(api, workspace, str(credential))
        assert provider.get("/ServiceProviderConfig").status == 200  # moves the token's last use
        return provider

    return make


@pytest.fixture
def boss(directory: Directory) -> User:
    """ADMIN of acme, made by nobody's provider."""
    return directory.user("boss")


@pytest.fixture
def provider(directory: Directory, boss: User, provider_of: Callable[[Workspace], Provider]) -> Provider:
    """That of acme."""
    acme = directory.workspace("acme")
    directory.member(acme, boss, "ADMIN")
    return provider_of(acme)
