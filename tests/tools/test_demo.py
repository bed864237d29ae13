"""The demo data, and the generated."""

from dataclasses import replace
from pathlib import Path

from cli import demo, demo_invitations
from cli.verify import verify
from roster.auth import passwords
from roster.auth.login import Sender, by_password
from roster.clock import instant
from roster.db import keys
from roster.directory import invitations, reference_data, users, workspaces
from tests.support.api import Api
from tests.tools.support import BY, Line, Records


def of_type(kind: str) -> list[Line]:
    return [line for line in demo.demo_records() if line["type"] == kind]


def test_the_demo_is_the_same_each_time() -> None:
    assert demo.demo_records() == demo.demo_records()


def test_the_demo_uses_every_type_and_relation() -> None:
    assert {line["type"] for line in demo.demo_records()} == {
        "workspace",
        "project",
        "space",
        "app",
        "feature",
        "role",
        "group",
        "user",
        "membership",
        "projectMembership",
        "spaceRole",
        "apiToken",
        "client",
    }
    assert len(of_type("workspace")) == 4
    assert {line["active"] for line in of_type("workspace")} == {True, False}
    assert {name for line in of_type("workspace") for name in line["limits"]} == {
        "members",
        "projects",
        "spaces",
    }
    assert {line.get("mustChangePassword", False) for line in of_type("user")} == {True, False}
    assert {line["role"] for line in of_type("spaceRole")} == {"developer", "manager", "auditor"}
    assert {line["role"] for line in of_type("membership")} == {"ADMIN", "MEMBER"}
    assert {line["module"] for line in of_type("feature")} >= set(reference_data.MODULES)
    assert {line.get("kind", "person") for line in of_type("user")} == {"person", "service"}
    assert {line.get("active", True) for line in of_type("user")} == {True, False}
    homes = {line["id"]: 0 for line in of_type("user")}
    for line in of_type("membership"):
        homes[line["userId"]] += 1
    assert set(homes.values()) == {0, 1, 2}


def test_only_members_hold_anything_in_a_workspace_of_the_demo() -> None:
    members = {(line["workspaceId"], line["userId"]) for line in of_type("membership")}
    homes = {line["id"]: line["workspaceId"] for line in of_type("space") + of_type("project")}
    for line in of_type("spaceRole"):
        assert (homes[line["spaceId"]], line["userId"]) in members
    for line in of_type("projectMembership"):
        assert (homes[line["projectId"]], line["userId"]) in members


def test_the_documented_people_can_log_in(records: Records) -> None:
    records.good(*demo.demo_records())
    for email, user_id in (
        (demo.ADMIN, demo.ADMIN_ID),
        (demo.LEAD, demo.LEAD_ID),
        (demo.DEVELOPER, demo.DEVELOPER_ID),
    ):
        user, _ = by_password(records.store, email, demo.PASSWORD, Sender("127.0.0.1"), by=BY)
        assert user.id == user_id
        assert user.is_admin is (email == demo.ADMIN)
    assert passwords.reason_to_refuse(demo.PASSWORD) is None


def test_the_documented_tokens_and_people_are_what_their_names_say() -> None:
    held = {line["secret"]: line for line in of_type("apiToken")}
    assert {secret: line["userId"] for secret, line in held.items()} == {
        demo.ADMIN_TOKEN: demo.ADMIN_ID,
        demo.DEVELOPER_TOKEN: demo.DEVELOPER_ID,
        demo.SERVICE_TOKEN: demo.SERVICE_ID,
    }
    roles = {(line["userId"], line["role"]) for line in of_type("spaceRole")}
    assert (demo.DEVELOPER_ID, "developer") in roles
    assert (demo.SERVICE_ID, "developer") in roles


def test_the_demo_has_an_invitation_of_every_state_but_accepted(api: Api, tmp_path: Path) -> None:
    Records(api.store, tmp_path).good(*demo.demo_records())
    demo_invitations.invite(api.store, "http://127.0.0.1:3000", by=replace(BY, at=api.clock()))
    found = [
        invitation.state_at(instant(api.clock())).value
        for workspace_id in (demo.ORG_ID, "ws-tanuki")
        for invitation in invitations.page(api.store, workspace_id, 1, 10)[0]
    ]
    assert found == ["open", "expired", "revoked", "open"]
    token = demo_invitations.open_token(api.store)
    offer = api.post("/api/auth/invitations/look", {"token": token}).data
    assert (offer["email"], offer["hasAccount"]) == (demo_invitations.NEWCOMER, False)
    assert verify(api.store, now=api.clock()).broken == []


def test_generated_users_fill_every_field(records: Records) -> None:
    records.good(*demo.generate(100))
    for line in records.exported("user"):
        assert [name for name, value in line.items() if value in (None, "", [])] == []


def test_generated_users_differ_in_id_number_and_address() -> None:
    lines = [line for line in demo.generate(20_000) if line["type"] == "user"]
    for name in ("id", "number", "email"):
        assert len({line[name] for line in lines}) == 20_000


def test_more_users_can_be_generated_beside_the_first(records: Records) -> None:
    records.good(*demo.generate(30))
    outcome = records.good(*demo.generate(30, first=31))
    assert outcome.created == {"user": 30}
    assert users.page(records.store, 1, 100)[1] == 60
    assert workspaces.by_id(records.store, "acme") is not None
    assert records.store.get(keys.user("u-0000060")) is not None
