"""The groups, roles and clients of the site, written over HTTP and read by the other dialects at once."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cli.verify import verify
from local.embedded import open_embedded
from roster.db import keys
from roster.db.store import Key, Update
from roster.db.transactions import retry_on_conflict
from roster.directory import cleanup, site_roles, users
from roster.domain import PermissionRole, User
from roster.errors import Conflict, DirectoryError
from tests.support.api import Answer, Api, Clock
from tests.support.directory import PASSWORD, Directory
from tests.support.race import at_once
from tests.support.snapshots import everything
from tests.tools.support import Records
from tests.workspaces.fixtures import assert_granted, assert_invalid, assert_refused

ROLE = ("number", "name", "permissions", "isDefault")
CLIENT = ("id", "name", "grants", "scopes", "userId", "public", "createdAt", "formerUntil")


@pytest.fixture
def root(directory: Directory) -> User:
    return directory.admin()


def made(api: Api, root: User, path: str, **body: Any) -> Any:
    answer = api.post(f"/api/admin/{path}", body, as_=root)
    assert answer.status == 200, answer.text
    return answer.data


# Groups and roles.


def test_a_group_is_made_read_renamed_and_deleted(api: Api, root: User) -> None:
    answer = api.post("/api/admin/groups", {"name": "QA"}, as_=root)
    assert_granted(answer, "number", "name")
    assert answer.data == {"number": 1, "name": "QA"}
    assert made(api, root, "groups", name="Sales")["number"] == 2
    one = api.get("/api/admin/groups/1", as_=root)
    assert (one.data, one.headers["etag"]) == ({"number": 1, "name": "QA"}, '"1"')
    renamed = api.put("/api/admin/groups/1", {"name": "Quality"}, as_=root, headers={"If-Match": '"1"'})
    assert (renamed.data["name"], renamed.headers["etag"]) == ("Quality", '"2"')
    listed = api.get("/api/admin/groups?size=1&page=2", as_=root)
    assert (listed.data, listed.json["meta"]["total"]) == ([{"number": 2, "name": "Sales"}], 2)
    with api.no_effect():
        assert api.delete("/api/admin/groups/1", as_=root, headers={"If-Match": '"1"'}).status == 412
    assert_granted(api.delete("/api/admin/groups/1", as_=root, headers={"If-Match": '"2"'}))
    assert_refused(api.get("/api/admin/groups/1", as_=root), 404)
    # A number is never given again, and Testmo reads the same.
    assert made(api, root, "groups", name="Quality")["number"] == 3
    named = api.get("/api/v1/groups", bearer=root).json["result"]
    assert named == [{"id": 2, "name": "Sales"}, {"id": 3, "name": "Quality"}]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("groups", {"name": "QA"}),
        ("roles", {"name": "Tester"}),
        ("clients", {"id": "ci", "name": "CI", "grants": ["password"]}),
    ],
)
def test_a_tag_and_a_key_are_for_one_state_and_one_body(
    api: Api, root: User, kind: str, body: dict[str, Any]
) -> None:
    path, once = f"/api/admin/{kind}", {"Idempotency-Key": "once"}
    first = api.post(path, body, as_=root, headers=once)
    one = f"{path}/{first.data.get('number') or first.data['id']}"
    stale = {"If-Match": '"2"'}
    with api.no_effect():
        other = api.post(path, {**body, "name": "Other"}, as_=root, headers=once)
        assert (other.status, other.code) == (422, "IDEMPOTENCY_MISMATCH")
        assert_refused(api.put(one, {"name": "Other"}, as_=root, headers=stale), 412)
        assert_refused(api.delete(one, as_=root, headers=stale), 412)
    assert_granted(api.delete(one, as_=root, headers={"If-Match": '"1"'}))


@pytest.mark.parametrize("kind", ["groups", "roles"])
def test_a_name_is_unique_without_regard_to_case(api: Api, root: User, kind: str) -> None:
    made(api, root, kind, name="QA")
    made(api, root, kind, name="Sales")
    with api.no_effect():
        assert_refused(api.post(f"/api/admin/{kind}", {"name": "qa"}, as_=root), 409)
        assert_refused(api.put(f"/api/admin/{kind}/2", {"name": "Qa"}, as_=root), 409)
    assert api.put(f"/api/admin/{kind}/1", {"name": "qa"}, as_=root).data["name"] == "qa"


def test_one_role_at_most_is_the_default(api: Api, root: User) -> None:
    first = made(api, root, "roles", name="Tester", permissions=["a", "a", "b"], isDefault=True)
    assert first == {"number": 1, "name": "Tester", "permissions": ["a", "b"], "isDefault": True}
    made(api, root, "roles", name="Lead")
    api.put("/api/admin/roles/2", {"isDefault": True}, as_=root)
    assert [row["isDefault"] for row in api.get("/api/admin/roles", as_=root).data] == [False, True]
    assert api.get("/api/admin/roles/1", as_=root).headers["etag"] == '"2"'
    assert default(api) == 2
    made(api, root, "roles", name="Guest", isDefault=True)
    assert default(api) == 3
    api.delete("/api/admin/roles/3", as_=root)
    assert default(api) is None
    api.put("/api/admin/roles/1", {"isDefault": True}, as_=root)
    api.put("/api/admin/roles/1", {"isDefault": False}, as_=root)
    assert default(api) is None
    assert verify(api.store, now=api.clock()).broken == []


def default(api: Api) -> Any:
    """Which role a new user gets, as whoever makes one reads it."""
    return (api.store.get(keys.default_role()) or {}).get("number")


def test_an_import_brings_one_default_role_at_most(tmp_path: Path) -> None:
    store = open_embedded(tmp_path / "roster.db")
    lines = ({"type": "role", "number": n, "name": f"r{n}", "isDefault": True} for n in (1, 2))
    refused = Records(store, tmp_path).refused(*lines)
    assert refused == ["line 2: role: another role is the default already"]
    assert verify(store, now=Clock().moment).broken == []
    store.close()


@pytest.mark.row("Q-07")
def test_eight_at_once_make_one_name_one_default_and_numbers_of_their_own(
    api: Api, directory: Directory, root: User
) -> None:
    def make(place: int) -> DirectoryError | None:
        wanted = PermissionRole(0, "same" if place % 2 else f"role {place}", is_default=True)

        def attempt() -> None:
            site_roles.prepare(api.store, site_roles.ROLES, wanted, by=directory.by)[0].commit(api.store)

        try:
            retry_on_conflict(attempt, tries=20)
        except DirectoryError as error:
            return error
        return None

    refusals = at_once([partial(make, place) for place in range(8)])
    assert {type(error) for error in refusals} == {Conflict, type(None)}
    rows = api.get("/api/admin/roles", as_=root).data
    assert len({row["number"] for row in rows}) == len({row["name"] for row in rows}) == len(rows) == 5
    assert sum(row["isDefault"] for row in rows) == 1
    assert verify(api.store, now=api.clock()).broken == []


@pytest.mark.row("Q-10")
@pytest.mark.parametrize(("kind", "field"), [("groups", "groups"), ("roles", "role_number")])
def test_a_deleted_one_leaves_every_user_and_is_not_shown_meanwhile(
    api: Api, directory: Directory, root: User, kind: str, field: str
) -> None:
    for name in ("One", "Two"):
        made(api, root, kind, name=name)
    values: list[Any] = [(1, 2), (1, 2)] if field == "groups" else [1, 2]
    people = [directory.user(f"u{place}", **{field: values[place % 2]}) for place in range(30)]
    api.delete(f"/api/admin/{kind}/1", as_=root)
    shown = api.get("/api/v1/users?per_page=100", bearer=root).json["result"]
    if kind == "groups":
        assert {tuple(row["groups"]) for row in shown} == {(), (2,)}
    else:
        assert {row["role_id"] for row in shown} == {None, 2}
    one = api.get(f"/api/v1/users/{people[0].number}", bearer=root).json["result"]
    assert (one["groups"], one["role_id"]) == (([2], None) if kind == "groups" else ([], None))
    [job] = [Key.of(one) for one in cleanup.jobs(api.store)]
    cleanup.run(api.store, job, api.clock())
    kept = [users.alive(api.store, one.id) for one in people]
    if kind == "groups":
        assert {one.groups for one in kept} == {(2,)}
    else:
        assert {one.role_number for one in kept} == {None, 2}
    assert not any("gone" in name for name in api.store.get(keys.reference()) or {})
    report = verify(api.store, now=api.clock())
    assert (report.broken, report.pending) == ([], [])
    assert api.get("/api/v1/users?per_page=100", bearer=root).json["result"] == shown


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("groups", {}, "name"),
        ("groups", {"name": ""}, "name"),
        ("groups", {"name": "a\u202eb"}, "name"),
        ("groups", {"name": "A", "number": 7}, "number"),
        ("roles", {"name": "A", "permissions": [""]}, "permissions"),
        ("roles", {"name": "A", "permissions": None}, "permissions"),
        ("roles", {"name": "A", "isDefault": None}, "isDefault"),
        ("clients", {"name": "A", "grants": []}, "grants"),
        ("clients", {"name": "A", "grants": ["implicit"]}, "grants"),
        ("clients", {"name": "A", "grants": ["password"], "scopes": ["a b"]}, "scopes"),
        ("clients", {"name": "A", "grants": ["password"], "id": "a#b"}, "id"),
        ("clients", {"name": "A", "grants": ["password"], "userId": "nobody"}, "userId"),
        ("clients", {"name": "A", "grants": ["password"], "userId": None}, "userId"),
        ("clients", {"name": "A", "grants": ["password"], "secret": "s" * 43}, "secret"),
        ("clients", {"name": "A", "grants": ["client_credentials"], "public": True}, "grants"),
    ],
)
def test_what_is_not_valid_is_refused(
    api: Api, root: User, path: str, body: dict[str, Any], field: str
) -> None:
    api.cookie(root)
    with api.no_effect():
        assert_invalid(api.post(f"/api/admin/{path}", body, as_=root), field)


# Clients.


def asked(api: Api, client: Any, secret: str | None, **more: str) -> Answer:
    form = {
        "grant_type": "password",
        "username": "ada@example.com",
        "password": PASSWORD,
        "client_id": client["id"],
        "client_secret": secret or "",
        **more,
    }
    return api.post("/oauth/token", form=form)


@pytest.mark.row("Q-08")
def test_a_client_has_a_secret_that_is_shown_once(api: Api, directory: Directory, root: User) -> None:
    directory.user("ada", password=PASSWORD)
    body = {"name": "CI", "grants": ["password", "refresh_token"], "scopes": ["a.read"]}
    once = {"Idempotency-Key": "once"}
    answer = api.post("/api/admin/clients", body, as_=root, headers=once)
    assert_granted(answer, *CLIENT, "secret")
    client, secret = answer.data, answer.data["secret"]
    assert len(secret) == 43
    again = api.post("/api/admin/clients", body, as_=root, headers=once)
    assert again.data == {**client, "secret": None}
    assert all(secret not in str(item) for item in everything(api.store))
    for path in (f"/api/admin/clients/{client['id']}", "/api/admin/clients"):
        assert secret not in api.get(path, as_=root).text
    assert asked(api, client, secret).status == 200
    assert asked(api, client, "wrong").status == 401
    assert_refused(api.post("/api/admin/clients", {**body, "id": client["id"]}, as_=root), 409)


def test_two_secrets_live_for_a_day_and_no_third(api: Api, directory: Directory, root: User) -> None:
    directory.user("ada", password=PASSWORD)
    client = made(api, root, "clients", id="ci", name="CI", grants=["password"])
    secrets = [client["secret"]]
    for _ in range(2):
        answer = api.post("/api/admin/clients/ci/secret", as_=root)
        assert_granted(answer, *CLIENT, "secret")
        assert answer.data["formerUntil"] == "2026-04-14T01:00:00Z"
        secrets.append(answer.data["secret"])
    assert [asked(api, client, each).status for each in secrets] == [401, 200, 200]
    api.clock.advance(days=1)
    assert [asked(api, client, each).status for each in secrets[1:]] == [401, 200]


def test_a_public_client_has_no_secret(api: Api, directory: Directory, root: User) -> None:
    directory.user("ada", password=PASSWORD)
    client = made(api, root, "clients", name="App", grants=["password"], public=True)
    assert (client["secret"], client["public"]) == (None, True)
    assert asked(api, client, None).status == 200
    with api.no_effect():
        assert_refused(api.post(f"/api/admin/clients/{client['id']}/secret", as_=root), 409)
        refused = api.put(f"/api/admin/clients/{client['id']}", {"grants": ["client_credentials"]}, as_=root)
        assert_invalid(refused, "grants")


@pytest.mark.row("Q-09")
def test_a_deleted_client_takes_what_it_was_granted_with_it_in_every_dialect(
    api: Api, directory: Directory, root: User
) -> None:
    ada = directory.user("ada", password=PASSWORD)
    acme = directory.workspace()
    directory.member(acme, ada)
    web = directory.project(acme)
    directory.grant(web, ada)
    wanted: dict[str, Any] = {
        "id": "ci",
        "name": "CI",
        "grants": ["password", "refresh_token"],
        "scopes": ["cloud_controller.read"],
    }
    client = made(api, root, "clients", **wanted)
    granted = asked(api, client, client["secret"]).json
    token, refresh = granted["access_token"], granted["refresh_token"]
    identity = {"X-Org-Id": acme.id, "X-Project-Id": web.id, "X-User-Id": ada.id}
    paths = (
        "/api/v1/user",
        f"/v2/users/{ada.id}/spaces",
        "/api/workspace/auth/me",
        "/minimal/rest/user/v1/org",
    )

    def statuses() -> set[int]:
        return {api.get(path, bearer=token, headers=identity).status for path in paths}

    assert statuses() == {200}
    assert_granted(api.delete("/api/admin/clients/ci", as_=root))
    assert statuses() == {401}
    # Nor does another of the same id have it.
    again = made(api, root, "clients", **wanted)
    assert statuses() == {401}
    more = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert asked(api, again, again["secret"], **more).json["error"] == "invalid_grant"
    assert_refused(api.get("/api/admin/clients/gone", as_=root), 404)


def test_a_client_of_an_earlier_version_is_read_and_changed(
    api: Api, directory: Directory, root: User
) -> None:
    directory.client("cf", "a secret")
    api.store.write(keys_only("cf"))
    one = api.get("/api/admin/clients/cf", as_=root)
    assert (one.data["name"], one.data["createdAt"], one.headers["etag"]) == ("cf", None, '"1"')
    changed = api.put(
        "/api/admin/clients/cf", {"name": "Cloud", "userId": root.id}, as_=root, headers={"If-Match": '"1"'}
    )
    assert (changed.data["name"], changed.data["userId"], changed.headers["etag"]) == (
        "Cloud",
        root.id,
        '"2"',
    )
    with api.no_effect():
        stale = api.put("/api/admin/clients/cf", {"name": "x"}, as_=root, headers={"If-Match": '"1"'})
        assert stale.status == 412


def keys_only(client_id: str) -> Any:
    """The write that leaves of a client what earlier versions kept."""
    return Update(keys.client(client_id), remove=("revision",))


def test_a_change_of_what_an_earlier_version_made_is_as_exact(
    api: Api, directory: Directory, root: User
) -> None:
    role = directory.role(4, "Old")
    site_roles.change(api.store, site_roles.ROLES, 4, lambda one: replace(one, name="New"), by=directory.by)
    assert made(api, root, "roles", name="Old")["number"] == role.number + 1


def test_a_token_changes_a_client_but_not_whom_it_acts_as(api: Api, directory: Directory) -> None:
    """Whoever has the client's secret acts as that user: no API token reaches credentials of others."""
    root, ada = directory.admin(), directory.user("ada")
    directory.client("cf")
    token = api.token(root)
    assert api.put("/api/admin/clients/cf", {"name": "Reports"}, bearer=token).status == 200
    with api.no_effect():
        refused = api.put("/api/admin/clients/cf", {"userId": ada.id}, bearer=token)
    assert (refused.status, refused.code) == (403, "SESSION_REQUIRED")
