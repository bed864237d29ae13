"""Projects, their members and features: written in Workspaces, read by the others on the next request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from roster.domain import Project, User, Workspace
from tests.support.api import Api
from tests.support.directory import Directory


@dataclass
class App:
    """boss, ADMIN of acme, writes; ada, member of acme and of its project, reads."""

    api: Api
    acme: Workspace
    boss: User
    ada: User
    bob: User
    web: Project

    def write(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.api.send(method, f"/api/workspaces/{self.acme.id}/{path}", body, as_=self.boss)
        assert answer.status == 200, answer.text
        return answer.json.get("data")

    def read(self, who: User, project_id: str, number: int) -> dict[str, Any]:
        """What each dialect says of the project and its features; a status where it says nothing."""
        headers = {"X-User-Id": who.id, "X-Org-Id": self.acme.id, "X-Project-Id": project_id}
        minimal = "/minimal/rest/user/v1"
        detail = self.api.get(f"{minimal}/project/detail", bearer=who, headers=headers)
        features = self.api.get(f"{minimal}/feature", bearer=who, headers=headers)
        one = self.api.get(f"/api/v1/projects/{number}", bearer=who)
        people = self.api.get(f"/api/v1/projects/{number}/users", bearer=who)
        profile = self.api.get("/api/workspace/auth/me", bearer=who).json["Data"]
        own = self.api.get("/api/v1/projects", bearer=who).json["result"]
        return {
            "user space": detail.data["name"] if detail.status == 200 else detail.status,
            "databases": [each["host"] for each in detail.data["database"]] if detail.status == 200 else [],
            "features": [each["name"] for each in features.data] if features.status == 200 else [],
            "testmo": one.json["result"]["name"] if one.status == 200 else one.status,
            "testmo's users": (
                [each["name"] for each in people.json["result"]] if people.status == 200 else people.status
            ),
            "testmo's projects": [each["name"] for each in own],
            "modules": sorted(name for name, is_on in profile["Modules"].items() if is_on["Enabled"]),
        }


@pytest.fixture
def app(api: Api, directory: Directory) -> App:
    acme = directory.workspace()
    boss, ada, bob = (directory.user(name) for name in ("boss", "ada", "bob"))
    directory.member(acme, boss, "ADMIN")
    for user in (ada, bob):
        directory.member(acme, user)
    web = directory.project(acme, "web")
    directory.grant(web, ada)
    return App(api, acme, boss, ada, bob, web)


Write = Callable[[App], object]
BEFORE: dict[str, Any] = {
    "user space": "web",
    "databases": [],
    "features": [],
    "testmo": "web",
    "testmo's users": ["Ada"],
    "testmo's projects": ["web"],
    "modules": [],
}
GONE: dict[str, Any] = {"user space": 404, "testmo": 404, "testmo's users": 404, "testmo's projects": []}


def _feature(app: App, **more: Any) -> str:
    body = {"name": "Boards", "projectId": app.web.id, "module": "Boards", **more}
    return f"features/{app.write('POST', 'features', body)['id']}"


WRITES: list[Any] = [
    pytest.param(
        lambda app: app.write(
            "PUT", f"projects/{app.web.id}", {"name": "shop", "database": [{"host": "db.example.org"}]}
        ),
        {
            **{"user space": "shop", "databases": ["db.example.org"]},
            **{"testmo": "shop", "testmo's projects": ["shop"]},
        },
        id="a changed project",
    ),
    pytest.param(
        lambda app: app.write("DELETE", f"projects/{app.web.id}/members/{app.ada.id}"),
        GONE,
        id="a removed member",
    ),
    pytest.param(
        lambda app: app.write("PUT", f"projects/{app.web.id}/members/{app.bob.id}"),
        {"testmo's users": ["Ada", "Bob"]},
        id="a new member",
    ),
    pytest.param(lambda app: app.write("DELETE", f"projects/{app.web.id}"), GONE, id="a deleted project"),
    pytest.param(_feature, {"features": ["Boards"], "modules": ["Boards"]}, id="a new feature"),
    pytest.param(
        lambda app: app.write("PUT", _feature(app), {"name": "Cards", "module": "Booking"}),
        {"features": ["Cards"], "modules": ["Booking"]},
        id="a changed feature",
    ),
    pytest.param(
        lambda app: app.write("PUT", _feature(app), {"enabled": False}), {}, id="a feature switched off"
    ),
    pytest.param(
        lambda app: app.write("PUT", _feature(app), {"projectId": None}),
        {"modules": ["Boards"]},
        id="a feature that left the project",
    ),
    pytest.param(lambda app: app.write("DELETE", _feature(app)), {}, id="a deleted feature"),
]


@pytest.mark.parametrize(("write", "changes"), WRITES)
@pytest.mark.row("item-08")
def test_what_is_written_in_workspaces_all_dialects_read_on_the_next_request(
    app: App, write: Write, changes: dict[str, Any]
) -> None:
    assert app.read(app.ada, app.web.id, app.web.number) == BEFORE
    write(app)
    assert app.read(app.ada, app.web.id, app.web.number) == {**BEFORE, **changes}


def test_a_new_project_is_read_by_all_dialects(app: App) -> None:
    made = app.write("POST", "projects", {"name": "shop", "database": [{"host": "h"}]})
    seen = app.read(app.boss, made["id"], made["number"])
    assert (seen["user space"], seen["databases"], seen["testmo"]) == ("shop", ["h"], "shop")
    assert app.read(app.ada, made["id"], made["number"])["user space"] == 404
    app.write("PUT", f"projects/{made['id']}/members/{app.ada.id}")
    seen = app.read(app.ada, made["id"], made["number"])
    assert (seen["user space"], seen["testmo"], seen["testmo's projects"]) == (
        "shop",
        "shop",
        ["web", "shop"],
    )
