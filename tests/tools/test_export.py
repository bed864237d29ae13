"""Export of records."""

from pathlib import Path
from typing import Any

import pytest

from cli import demo
from local.embedded import open_embedded
from roster.directory import factors, members, users, workspaces
from roster.domain import Factor, FactorKind, User, Workspace
from tests.tools.support import (
    AT,
    BY,
    Line,
    Records,
    by_text,
    member,
    project,
    space,
    token,
    user,
    without,
    workspace,
)

SECRET = "0123456789abcdef0123456789abcdef"

# The design page's own lines, with every field.
WHOLE: list[Line] = [
    {
        "type": "workspace",
        "id": "org-1",
        "key": "acme",
        "name": "Acme",
        "settings": {
            "locale": "de-DE",
            "timeZone": "Europe/Berlin",
            "dateTimeFormat": "dd.MM.yyyy HH:mm",
            "dateFormat": "dd.MM.yyyy",
            "timeFormat": "H:mm",
            "regionCode": "eu",
        },
        "organisation": {
            "abbreviation": "acme",
            "adminEmail": "a@x",
            "adminName": "A",
            "address": "1 Road",
            "state": "S",
            "country": "C",
            "pinCode": "1",
        },
        "active": False,
        "limits": {"members": 9, "projects": None, "spaces": 3},
        "createdAt": "2016-06-08T16:41:37Z",
        "updatedAt": "2016-06-08T16:41:26Z",
    },
    {
        "type": "project",
        "id": "p-1",
        "number": 11,
        "workspaceId": "org-1",
        "name": "Web",
        "abbreviation": "web",
        "description": "d",
        "database": [
            {
                "host": "h",
                "port": "5432",
                "username": "u",
                "db_name": "d",
                "db_type": "postgres",
                "connect_timeout_secs": 5,
                "idle_timeout_secs": 60,
                "max_open_connections": 10,
                "max_idle_connections": 2,
            }
        ],
        "createdAt": "2016-06-08T16:41:37Z",
        "updatedAt": None,
    },
    {
        "type": "space",
        "id": "space-1",
        "workspaceId": "org-1",
        "projectId": "p-1",
        "name": "alpha",
        "description": "d",
        "email": "s@x",
        "ownerId": "u1",
        "allowSsh": False,
        "createdAt": "2016-06-08T16:41:37Z",
        "updatedAt": None,
    },
    {"type": "app", "id": "app-1", "spaceId": "space-1", "name": "web", "createdAt": "2016-06-08T16:41:37Z"},
    {
        "type": "feature",
        "id": "f-1",
        "workspaceId": "org-1",
        "projectId": None,
        "name": "Boards",
        "description": "d",
        "email": "e",
        "ownerId": "u1",
        "touchedBy": "u1",
        "enabled": False,
        "module": "Boards",
    },
    {"type": "role", "number": 4, "name": "Site admin", "permissions": ["users.read"], "isDefault": True},
    {"type": "group", "number": 2, "name": "QA"},
    {
        "type": "user",
        "id": "u1",
        "number": 8,
        "email": "U1@Example.com",
        "fullName": "User 1",
        "firstName": "User",
        "lastName": "1",
        "userName": "u.1",
        "roles": ["USER", "ADMIN"],
        "active": False,
        "kind": "service",
        "emailVerified": True,
        "timezone": "UTC",
        "dateFormat": "d",
        "timeFormat": "t",
        "notifications": 2,
        "roleNumber": 4,
        "groups": [2],
        "onboarding": 2,
        "defaultWorkspaceId": "org-1",
        "mustChangePassword": True,
        "createdAt": "2016-06-08T16:41:37Z",
        "createdBy": "u1",
        "updatedAt": "2016-06-09T16:41:37Z",
        "updatedBy": "u1",
    },
    {
        "type": "membership",
        "workspaceId": "org-1",
        "userId": "u1",
        "role": "ADMIN",
        "createdAt": "2016-06-08T16:41:37Z",
    },
    {
        "type": "projectMembership",
        "projectId": "p-1",
        "userId": "u1",
        "createdAt": "2016-06-08T16:41:37Z",
    },
    {
        "type": "spaceRole",
        "spaceId": "space-1",
        "userId": "u1",
        "role": "manager",
        "createdAt": "2016-06-08T16:41:37Z",
    },
    {"type": "apiToken", "userId": "u1", "workspaceId": "org-1", "name": "ci", "secret": SECRET},
    {
        "type": "client",
        "id": "cf",
        "secret": "s" * 32,
        "userId": "u1",
        "grants": ["client_credentials"],
        "scopes": ["cloud_controller.read"],
    },
]


def test_an_export_is_what_was_imported_without_secrets(records: Records) -> None:
    records.good(*WHOLE)
    assert records.export() == [without(line, "secret") for line in WHOLE]


def test_an_export_adds_the_defaults_and_changes_nothing_else(records: Records) -> None:
    lines = [without(line, "secret", "password") for line in demo.demo_records()]
    records.good(*demo.demo_records())
    exported = records.export()
    assert len(exported) == len(lines)
    whole = {_identity(line): line for line in exported}
    for line in lines:
        assert _within(line, whole[_identity(line)])


def test_fn_05_an_import_of_an_export_exports_the_same_but_what_wants_a_secret(tmp_path: Path) -> None:
    first, second = (open_embedded(tmp_path / f"{name}.db") for name in ("first", "second"))
    Records(first, tmp_path).good(*demo.demo_records(), {"type": "client", "id": "app", "secret": ""})
    exported = Records(first, tmp_path).export()
    wanting = [line for line in exported if line["type"] in ("apiToken", "client") and "secret" not in line]
    outcome = Records(second, tmp_path).good(*exported)
    assert outcome.left_out.total() == len(wanting) > 1
    assert Records(second, tmp_path).export() == [line for line in exported if line not in wanting]
    first.close()
    second.close()


def test_fb_11_a_public_client_comes_back_with_its_empty_secret(records: Records, tmp_path: Path) -> None:
    records.good(
        {"type": "client", "id": "app", "secret": ""}, {"type": "client", "id": "b", "secret": SECRET}
    )
    exported = records.exported("client")
    assert [line.get("secret") for line in exported] == ["", None]
    other = open_embedded(tmp_path / "other.db")
    outcome = Records(other, tmp_path).good(*exported)
    assert (outcome.created, outcome.left_out) == ({"client": 1}, {"client": 1})
    other.close()


def test_an_export_comes_back_into_its_own_directory_unchanged(records: Records) -> None:
    records.good(*demo.demo_records())
    exported = records.export()
    assert records.good(*exported).unchanged.total() == len(exported)


def test_no_secret_comes_out(records: Records) -> None:
    records.good(user("u1", password="a sentinel, long enough"), token(SECRET))
    text = str(records.export())
    assert "sentinel" not in text
    assert "hash" not in text
    assert "digest" not in text
    assert SECRET not in text


@pytest.mark.row("SF-34")
def test_nothing_of_a_second_factor_comes_out_and_an_import_takes_none_away(records: Records) -> None:
    records.good(workspace(), user("u1"), member(role="ADMIN"))
    before = records.export()
    ann = users.alive(records.store, "u1")
    assert ann.administers == 1
    phone = Factor("phone", "u1", FactorKind.TOTP, "Phone", "2026-04-13T01:00:00Z", secret="sealed")
    work, _ = factors.prepare_adding(ann, phone, by=BY)
    work.commit(records.store)
    assert records.export() == before
    assert records.good(*before).unchanged.total() == len(before)
    assert users.alive(records.store, "u1").factors == 1


def test_deleted_users_do_not_come_out_nor_does_what_names_them(records: Records) -> None:
    records.good(
        workspace(),
        project(),
        user("u1"),
        user("u2", createdBy="u1"),
        space("s1", ownerId="u1"),
        {"type": "feature", "id": "f1", "workspaceId": "w1", "ownerId": "u1", "touchedBy": "u2"},
        member(),
        member("w1", "u2"),
        {"type": "projectMembership", "projectId": "p1", "userId": "u1"},
        {"type": "spaceRole", "spaceId": "s1", "userId": "u1"},
        token(SECRET),
        {"type": "client", "id": "cf", "secret": "", "userId": "u1"},
    )
    users.delete(records.store, _user(records, "u1"), by=BY)
    exported = records.export()
    assert "u1" not in str(exported)
    assert [line["type"] for line in exported] == [
        "workspace",
        "project",
        "space",
        "feature",
        "user",
        "membership",
        "client",
    ]


def test_void_grants_do_not_come_out(records: Records) -> None:
    grants: list[Line] = [
        {"type": "projectMembership", "projectId": "p1", "userId": "u1", "createdAt": AT},
        {"type": "spaceRole", "spaceId": "s1", "userId": "u1", "role": "auditor", "createdAt": AT},
    ]
    records.good(workspace(), project(), space(), user(), member(createdAt=AT), *grants)
    assert records.exported("projectMembership") + records.exported("spaceRole") == grants
    members.remove(records.store, _workspace(records, "w1"), "u1", by=BY, even_last_admin=False)
    assert records.exported("projectMembership") + records.exported("spaceRole") == []
    assert records.exported("membership") == []


def test_an_empty_directory_exports_nothing(records: Records) -> None:
    assert records.export() == []


def test_a_large_directory_comes_out_whole(records: Records) -> None:
    lines = list(demo.generate(350))
    records.good(*lines)
    assert [line["id"] for line in records.exported("user")] == [
        line["id"] for line in lines if line["type"] == "user"
    ]
    assert by_text(records.exported("user")) == by_text(line for line in lines if line["type"] == "user")


def _user(records: Records, name: str) -> User:
    found = users.by_id(records.store, name)
    assert found is not None
    return found


def _workspace(records: Records, name: str) -> Workspace:
    found = workspaces.by_id(records.store, name)
    assert found is not None
    return found


def _identity(line: Line) -> tuple[Any, ...]:
    named = ("id", "number", "workspaceId", "projectId", "spaceId", "userId", "role")
    if "id" in line:
        return line["type"], line["id"]
    return line["type"], *(line.get(name) for name in named)


def _within(part: Any, whole: Any) -> bool:
    """Whether all that the part says is said by the whole."""
    if isinstance(part, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    return bool(part == whole)
