"""What tests of the console do beside the person: make users and workspaces over the API."""

import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, ClassVar

import pytest

from cli import demo
from tests.support.served import BOUND, Reply, Served

PASSWORD = "difference engine"

BOTH_WAYS = pytest.mark.parametrize("person", ["mouse", "keyboard"], indirect=True)
"""Does the test twice: with a mouse, and by keyboard alone."""


@dataclass
class Roster:
    """The server as a program of the platform's ADMIN sees it."""

    SETTINGS: ClassVar[dict[str, str]] = {}

    app: Served
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __hash__(self) -> int:
        return id(self)

    @cached_property
    def cookie(self) -> str:
        return self.app.login(demo.ADMIN, demo.PASSWORD)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """A request of the platform's ADMIN, which must succeed."""
        answer = self.app.send(method, path, body, cookie=self.cookie, **headers)
        assert answer.status < 300, (method, path, answer.status, answer.text)
        return answer

    def user(
        self, name: str = "Ada Lovelace", *, roles: tuple[str, ...] = ("USER",), **more: Any
    ) -> dict[str, Any]:
        """A new user whose password is PASSWORD: the data of the answer, `id` and `email` among it."""
        email = f"person-{next(self._numbers)}@console.test"
        body = {"email": email, "fullName": name, "password": PASSWORD, "roles": list(roles), **more}
        made: dict[str, Any] = self.send("POST", "/api/admin/users", body).json["data"]
        self.awaits("/api/admin/users", email)
        return made

    def workspace(self, name: str = "Analytical Engines", **more: Any) -> dict[str, Any]:
        """A new workspace: the data of the answer, `id` and `key` among it."""
        key = f"console-{next(self._numbers)}"
        body = {"key": key, "name": name, **more}
        made: dict[str, Any] = self.send("POST", "/api/workspaces", body).json["data"]
        self.awaits("/api/workspaces", key)
        return made

    def awaits(self, path: str, text: str) -> None:
        """Return when a search finds what was just made: the stream tells it, after the answer."""
        end = time.monotonic() + BOUND
        while not self.send("GET", f"{path}?q={text}").json["data"]:
            assert time.monotonic() < end, f"{path} never finds {text}"
            threading.Event().wait(0.02)

    def member(self, workspace: dict[str, Any], user: dict[str, Any], role: str = "MEMBER") -> None:
        """Make a user a member."""
        self.send("POST", f"/api/workspaces/{workspace['id']}/members", {"userId": user["id"], "role": role})

    def webhook(self, scope: str) -> str:
        """A webhook below `/api/workspaces/...` or `/api/admin`, which nobody hears; its id."""
        body = {"url": "https://hooks.example/in", "description": "The yard's display", "enabled": False}
        return str(self.send("POST", f"{scope}/webhooks", body).json["data"]["id"])

    def scim_group(self, workspace_id: str, name: str = "Crane drivers", *user_ids: str) -> str:
        """A group that the workspace's identity provider makes; its id."""
        path = f"/api/workspaces/{workspace_id}/scim-tokens"
        secret = self.send("POST", path, {"name": "Entra ID"}).json["data"]["secret"]
        members = [{"value": user_id} for user_id in user_ids]
        group = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": name,
            "members": members,
        }
        made = self.app.send(
            "POST", f"/scim/v2/{workspace_id}/Groups", group, Authorization=f"Bearer {secret}"
        )
        assert made.status == 201, made.text
        return str(made.json["id"])
