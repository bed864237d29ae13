"""Two at once: one request is decided on and not yet sent when the other is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cli.verify import verify
from roster.db import keys
from roster.directory import provisioning, users, workspace_groups
from roster.domain import User, WorkspaceRole
from roster.errors import NotFound
from tests.scim_dialect.conftest import Provider, user
from tests.support.api import Answer, Api
from tests.support.directory import Directory
from tests.support.race import before_the_commit

pytestmark = pytest.mark.any_engine  # test_races.py races on DynamoDB Local


@dataclass
class App:
    """acme's provider, boss and chief its ADMINs, ada and bob whom it made; crew is a group of ada.
    eve is nowhere a member.
    """

    provider: Provider
    directory: Directory
    boss: User
    chief: User
    ada: str
    bob: str
    crew: str
    eve: User

    @property
    def api(self) -> Api:
        return self.provider.api

    def set_active(self, user_id: str, value: bool) -> Answer:
        return self.provider.patch(f"/Users/{user_id}", {"op": "replace", "path": "active", "value": value})

    def members(self, op: str, *user_ids: str, **headers: str) -> Answer:
        value = [{"value": each} for each in user_ids]
        return self.provider.patch(
            f"/Groups/{self.crew}", {"op": op, "path": "members", "value": value}, **headers
        )

    def set_role(self, user_id: str, role: str) -> Answer:
        path = f"/api/workspaces/{self.provider.workspace.id}/members/{user_id}"
        return self.api.put(path, {"role": role}, as_=self.boss)

    def crew_role(self, role: str | None) -> Answer:
        path = f"/api/workspaces/{self.provider.workspace.id}/groups/{self.crew}"
        return self.api.put(path, {"workspaceRole": role}, as_=self.boss)

    def state(self, user_id: str) -> tuple[bool, WorkspaceRole] | None:
        """Whether a member is in force, and the role that counts; None where they are none."""
        try:
            one = provisioning.by_id(self.api.store, self.provider.workspace.id, user_id)
        except NotFound:
            return None
        return one.active, one.user.role_in(one.membership)

    def crew_members(self) -> set[str]:
        there = set(self.provider.members(self.crew))
        home = self.provider.workspace.id
        assert workspace_groups.by_id(self.api.store, home, self.crew).members == len(there)
        return there


@pytest.fixture
def app(provider: Provider, directory: Directory, boss: User) -> Iterator[App]:
    chief = directory.user("chief")
    directory.member(provider.workspace, chief, "ADMIN")
    ada, bob = provider.user("ada"), provider.user("bob")
    crew = provider.group("Crew", ada)
    yield App(provider, directory, boss, chief, ada, bob, crew, directory.user("eve"))
    report = verify(provider.api.store, now=provider.api.clock())
    assert report.broken == []


ADMIN, MEMBER = WorkspaceRole.ADMIN, WorkspaceRole.MEMBER
Ask = Callable[[App], Answer]


@dataclass(frozen=True)
class AtOnce:
    """`first` is decided on when `other` is done; what both answer, and what `then` says afterwards."""

    first: Ask
    other: Ask
    statuses: tuple[int, int]
    then: Callable[[App], Any]
    wanted: Any


def _both_suspended(app: App) -> list[Any]:
    return [app.state(app.boss.id), app.state(app.chief.id)]


def _of_crew(app: App) -> list[str]:
    return sorted(name for name in ("ada", "bob") if getattr(app, name) in app.crew_members())


def _new(app: App) -> Answer:
    return app.provider.post("/Users", user("new"))


def _registers(app: App) -> Answer:
    """Somebody gets the address that the provider is about to make a user of."""
    body = {"email": "new@example.com", "fullName": "Self", "roles": ["USER"]}
    return app.api.post("/api/admin/users", body, as_=app.directory.admin())


def _profile_of_new(app: App) -> tuple[str, bool, int]:
    there = app.api.store.get(keys.email("new@example.com"))
    assert there is not None
    one = provisioning.by_id(app.api.store, app.provider.workspace.id, str(there["user_id"]))
    assert one.view is not None
    return one.user.full_name, one.view.managed, one.user.memberships_begun


def _joins(app: App) -> Answer:
    """Somebody whom the provider is about to make a member becomes one."""
    body = {"userId": app.eve.id, "role": "MEMBER"}
    return app.api.post(f"/api/workspaces/{app.provider.workspace.id}/members", body, as_=app.boss)


def _delete(name: str) -> Ask:
    return lambda app: app.provider.delete(f"/Users/{getattr(app, name)}")


def _rename(name: str, value: str) -> Ask:
    operation = {"op": "replace", "path": "userName", "value": value}
    return lambda app: app.provider.patch(f"/Users/{getattr(app, name)}", operation)


def _title(value: str, **headers: str) -> Ask:
    operation = {"op": "replace", "path": "title" if value == "x" else "nickName", "value": value}
    return lambda app: app.provider.patch(f"/Users/{app.ada}", operation, **headers)


def _view_of_ada(app: App) -> list[Any]:
    shown = app.provider.get(f"/Users/{app.ada}").json
    return [shown.get("title"), shown.get("nickName")]


def _removed_by_root(app: App) -> Answer:
    return app.api.delete(f"/api/admin/users/{app.ada}", as_=app.directory.admin())


def _etag(app: App, path: str) -> str:
    return app.provider.get(path).headers["etag"]


CASES: dict[str, AtOnce] = {
    "a user made twice": AtOnce(_new, _new, (409, 201), _profile_of_new, ("New Example", True, 1)),
    "a user made who registers": AtOnce(_new, _registers, (201, 200), _profile_of_new, ("Self", False, 1)),
    "a user made who joins": AtOnce(
        lambda app: app.provider.post("/Users", user("eve", title="Chief")),
        _joins,
        (201, 200),
        lambda app: [
            each["title"] for each in app.provider.get("/Users").json["Resources"] if "title" in each
        ],
        ["Chief"],
    ),
    "a user ended twice": AtOnce(
        _delete("ada"), _delete("ada"), (404, 204), lambda app: app.state(app.ada), None
    ),
    "a user ended who is deleted": AtOnce(
        _delete("ada"), _removed_by_root, (404, 200), lambda app: app.state(app.ada), None
    ),
    "a user written who is ended": AtOnce(
        _title("x"), _delete("ada"), (404, 204), lambda app: app.state(app.ada), None
    ),
    "two attributes": AtOnce(_title("x"), _title("y"), (200, 200), _view_of_ada, ["x", "y"]),
    "two attributes of one version": AtOnce(
        lambda app: _title("x", If_Match=_etag(app, f"/Users/{app.ada}"))(app),
        _title("y"),
        (412, 200),
        _view_of_ada,
        [None, "y"],
    ),
    "two who take one name": AtOnce(
        _rename("ada", "eve"),
        _rename("bob", "EVE"),
        (409, 200),
        lambda app: [app.provider.get(f"/Users/{each}").json["userName"] for each in (app.ada, app.bob)],
        ["ada@example.com", "EVE"],
    ),
    "suspended twice": AtOnce(
        lambda app: app.set_active(app.ada, False),
        lambda app: app.set_active(app.ada, False),
        (200, 200),
        lambda app: app.state(app.ada),
        (False, MEMBER),
    ),
    "suspended who becomes ADMIN": AtOnce(
        lambda app: app.set_active(app.ada, False),
        lambda app: app.set_role(app.ada, "ADMIN"),
        (200, 200),
        lambda app: app.state(app.ada),
        (False, ADMIN),
    ),
    "an ADMIN to be who is suspended": AtOnce(
        lambda app: app.set_role(app.ada, "ADMIN"),
        lambda app: app.set_active(app.ada, False),
        (404, 200),
        lambda app: app.state(app.ada),
        (False, MEMBER),
    ),
    "suspended whose group becomes ADMIN": AtOnce(
        lambda app: app.set_active(app.ada, False),
        lambda app: app.crew_role("ADMIN"),
        (200, 200),
        lambda app: app.state(app.ada),
        (False, ADMIN),
    ),
    "a group that becomes ADMIN of who is suspended": AtOnce(
        lambda app: app.crew_role("ADMIN"),
        lambda app: app.set_active(app.ada, False),
        (200, 200),
        lambda app: app.state(app.ada),
        (False, ADMIN),
    ),
    "a group that becomes ADMIN and grows": AtOnce(
        lambda app: app.members("add", app.bob),
        lambda app: app.crew_role("ADMIN"),
        (204, 200),
        lambda app: [app.state(each) for each in (app.ada, app.bob)],
        [(True, ADMIN), (True, ADMIN)],
    ),
    "a group that grows and becomes ADMIN": AtOnce(
        lambda app: app.crew_role("ADMIN"),
        lambda app: app.members("add", app.bob),
        (200, 204),
        lambda app: [app.state(each) for each in (app.ada, app.bob)],
        [(True, ADMIN), (True, ADMIN)],
    ),
    "the last two ADMINs suspended": AtOnce(
        lambda app: app.set_active(app.boss.id, False),
        lambda app: app.set_active(app.chief.id, False),
        (409, 200),
        _both_suspended,
        [(True, ADMIN), (False, ADMIN)],
    ),
    "the last two ADMINs suspended and ended": AtOnce(
        lambda app: app.provider.delete(f"/Users/{app.boss.id}"),
        lambda app: app.set_active(app.chief.id, False),
        (409, 200),
        _both_suspended,
        [(True, ADMIN), (False, ADMIN)],
    ),
    "two members": AtOnce(
        lambda app: app.members("add", app.bob),
        lambda app: app.members("remove", app.ada),
        (204, 204),
        _of_crew,
        ["bob"],
    ),
    "one member twice": AtOnce(
        lambda app: app.members("add", app.bob),
        lambda app: app.members("add", app.bob),
        (204, 204),
        _of_crew,
        ["ada", "bob"],
    ),
    "members of one version": AtOnce(
        lambda app: app.members("add", app.bob, If_Match=_etag(app, f"/Groups/{app.crew}")),
        lambda app: app.members("remove", app.ada),
        (412, 204),
        _of_crew,
        [],
    ),
    "a member who is ended": AtOnce(
        lambda app: app.members("add", app.bob), _delete("bob"), (400, 204), _of_crew, ["ada"]
    ),
    "a member who is suspended": AtOnce(
        lambda app: app.members("add", app.bob),
        lambda app: app.set_active(app.bob, False),
        (204, 200),
        _of_crew,
        ["ada", "bob"],
    ),
    "members of a group that is deleted": AtOnce(
        lambda app: app.members("add", app.bob),
        lambda app: app.provider.delete(f"/Groups/{app.crew}"),
        (404, 204),
        lambda app: app.provider.get(f"/Groups/{app.crew}").status,
        404,
    ),
}


@pytest.mark.row("F-12", "T-03")
@pytest.mark.parametrize("name", CASES)
def test_of_two_at_once_both_are_done_in_some_order_or_one_is_refused(
    app: App, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case, others = CASES[name], []
    before_the_commit(monkeypatch, lambda: others.append(case.other(app)))
    first = case.first(app)
    [other] = others
    assert (first.status, other.status) == case.statuses, (first.text, other.text)
    assert case.then(app) == case.wanted


def test_an_admin_group_is_filled_by_two_at_once_to_its_limit(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_groups, "MOST_ADMINS", 2)
    assert app.crew_role("ADMIN").status == 200
    before_the_commit(monkeypatch, lambda: app.members("add", app.boss.id))
    assert app.members("add", app.bob).status == 409
    assert app.crew_members() == {app.ada, app.boss.id}
    assert users.alive(app.api.store, app.bob).admin_by_groups == {}
