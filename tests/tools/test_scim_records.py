"""What identity providers wrote, workspaces' groups and SCIM tokens, as records: out, in, the same again."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli.records.export import export
from cli.verify import verify
from local.embedded import open_embedded
from roster.auth import scim_tokens
from roster.auth.authentication import by_scim_token
from roster.auth.credentials import Credential
from roster.db import keys
from roster.db.store import Key, Store
from roster.directory import cleanup, grants, provisioning, users, workspace_groups, workspaces
from roster.directory.provisioning import MemberProfile, WrittenMember
from roster.domain import Workspace, WorkspaceRole
from roster.http.error_responses import compact
from tests.support.api import Clock
from tests.support.directory import Directory
from tests.tools.support import (
    AT,
    BY,
    NOW,
    Line,
    Records,
    items,
    member,
    space,
    user,
    without,
    workspace,
)

LATER = "2024-03-01T00:00:00Z"
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ATTRIBUTES = {
    "name": {"givenName": "U", "familyName": "2"},
    "emails": [{"value": "u2@example.com", "type": "work", "primary": True}],
    _ENTERPRISE: {"department": "Tools"},
}


def scim_user(home: str = "w1", who: str = "u2", /, **fields: Any) -> Line:
    return {
        "type": "scimUser",
        "workspaceId": home,
        "userId": who,
        "userName": who,
        "externalId": None,
        "attributes": {},
        "managed": False,
        "createdAt": AT,
        "updatedAt": AT,
        **fields,
    }


def group(name: str = "g1", home: str = "w1", /, **fields: Any) -> Line:
    return {
        "type": "workspaceGroup",
        "id": name,
        "workspaceId": home,
        "displayName": name.upper(),
        "externalId": None,
        "workspaceRole": None,
        "createdAt": AT,
        "updatedAt": AT,
        **fields,
    }


def place(who: str = "u1", group_id: str = "g1", home: str = "w1", /) -> Line:
    return {
        "type": "workspaceGroupMember",
        "workspaceId": home,
        "groupId": group_id,
        "userId": who,
        "createdAt": AT,
    }


def scim_token(secret: str | None, name: str = "Entra", home: str = "w1", /, **fields: Any) -> Line:
    given = {} if secret is None else {"secret": secret}
    return {"type": "scimToken", "workspaceId": home, "name": name, "expiresAt": None, **given, **fields}


PEOPLE: list[Line] = [workspace(), workspace("w2"), *(user(f"u{number}") for number in range(1, 5))]
MEMBERSHIPS: list[Line] = [
    member("w1", "u1", role="ADMIN", createdAt=AT),
    member("w1", "u4", role="MEMBER", createdAt=AT),
    member("w1", "u3", role="ADMIN", suspended=True, createdAt=AT),
    member("w1", "u2", role="MEMBER", suspended=True, createdAt=AT),
    member("w2", "u2", role="MEMBER", createdAt=AT),
]
WRITTEN: list[Line] = [
    scim_user("w1", "u2", attributes=ATTRIBUTES, externalId="e-4"),
    scim_user("w1", "u4", userName="Four", externalId="e-4", managed=True, updatedAt=LATER),
    scim_user("w2", "u2", userName="four"),
]
GROUPS: list[Line] = [
    group("g2", externalId="e-g"),
    group(displayName="Chiefs", workspaceRole="ADMIN", updatedAt=LATER),
    group("g1", "w2", displayName="chiefs"),
    place("u4", "g2"),
    place("u1", "g2"),
    place("u2", "g1"),
    place("u4", "g1"),
    place("u2", "g1", "w2"),
]


def home(store: Store, name: str = "w1") -> Workspace:
    return workspaces.alive(store, name)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Records]:
    """Another directory, which is empty."""
    store = open_embedded(tmp_path / "other.db")
    yield Records(store, tmp_path)
    store.close()


def test_all_of_scim_comes_in_once_and_goes_out_as_it_was(records: Records) -> None:
    lines = [*PEOPLE, *MEMBERSHIPS, *WRITTEN, *GROUPS]
    assert records.good(*lines).created.total() == len(lines)
    table = items(records.store)
    assert records.good(*lines).unchanged.total() == len(lines)
    assert items(records.store) == table
    told = MEMBERSHIPS, WRITTEN, GROUPS[:3], GROUPS[3:]
    for kind, some in zip(
        ("membership", "scimUser", "workspaceGroup", "workspaceGroupMember"), told, strict=True
    ):
        assert records.exported(kind) == some
    store = records.store
    assert users.alive(store, "u2").admin_by_groups == {"w1": 1}
    assert users.alive(store, "u3").suspended_in == {"w1": 3}
    assert home(store).admins == 1
    four = provisioning.by_user_name(store, "w1", "FOUR")
    assert four is not None
    assert (four.user.id, four.view and four.view.managed) == ("u4", True)
    assert [one.user.id for one in provisioning.by_external_id(store, "w1", "e-4")] == ["u2", "u4"]
    assert [one.members for one in workspace_groups.page(store, "w1", 1, 9)[0]] == [2, 2]
    report = verify(store, now=NOW)
    assert (report.broken, report.pending) == ([], [])
    audited = {str(each["action"]) for each in table.values() if "action" in each}
    assert audited >= {
        "member.suspended",
        "member.view_changed",
        "workspace_group.created",
        "workspace_group.joined",
    }


def test_what_a_provider_made_imports_elsewhere_and_exports_the_same_again(
    records: Records, other: Records
) -> None:
    directory = Directory(records.store, Clock())
    acme, ann = directory.workspace(), directory.user("ann")
    directory.member(acme, ann, "ADMIN")
    zoe = directory.provisioned(acme, "zoe", external_id="e-1", body=compact(ATTRIBUTES)).user
    yan = directory.provisioned(acme, "yan").user
    dev = directory.space(acme, "dev")
    directory.grant(dev, yan)
    crew = directory.workspace_group(acme, "Crew", zoe, yan)
    workspace_groups.set_role(records.store, acme, crew, WorkspaceRole.ADMIN, by=directory.by)
    directory.suspend_member(acme, yan)
    directory.scim_token(acme)
    exported = records.export()
    outcome = other.good(*exported)
    assert outcome.left_out == {"scimToken": 1}
    assert other.export() == [line for line in exported if line["type"] != "scimToken"]
    assert records.good(*exported).unchanged.total() == len(exported)
    assert verify(other.store, now=NOW).broken == []

    def resumed(store: Store) -> tuple[Any, ...]:
        present = provisioning.by_id(store, acme.id, yan.id)
        wanted = WrittenMember("yan", MemberProfile(yan.email, yan.full_name), active=True)
        provisioning.change(store, home(store, acme.id), present, lambda _: wanted, by=BY)
        user = users.alive(store, yan.id)
        held = [not grants.is_void(each, user) for each in grants.of_user(store, yan.id)]
        return (
            held,
            user.admin_by_groups,
            [
                (one.user_name, one.active, one.view and one.view.body)
                for one in provisioning.page(store, acme.id, 1, 9)[0]
            ],
        )

    assert resumed(other.store) == resumed(records.store)
    assert verify(other.store, now=NOW).broken == []


BAD: list[tuple[Line, str]] = [
    (scim_user("w1", "u1"), "membership 'w1 u1' is not in this file or the table"),
    (scim_user("w1", "u9"), "userId 'u9' is not in this file or the table"),
    (scim_user("w3", "u2"), "workspaceId 'w3' is not in this file or the table"),
    (scim_user(userName=" "), "userName must not be blank"),
    (scim_user(userName=""), "userName must have at least 1 characters"),
    (scim_user(userName="a\nb"), "userName must not hold control characters"),
    (scim_user(externalId=7), "externalId must be text"),
    (scim_user(managed="yes"), "managed must be true or false"),
    (scim_user(attributes=[]), "attributes must be an object"),
    (scim_user(attributes={"title": 7}), "attributes do not fit: `title` must be text"),
    (
        scim_user(attributes={"active": True}),
        "attributes must not hold 'active', which the record says beside them",
    ),
    (
        scim_user(attributes={"addresses": [{"formatted": "x" * 1000}] * 20}),
        "attributes have more than 16384 bytes",
    ),
    (
        scim_user(attributes={"emails": [{"value": f"a{n}@example.com"} for n in range(21)]}),
        "attributes have more than 20 elements of `emails`",
    ),
    (scim_user(active=True), "active is no field of this type"),
    (group("g/1"), "id must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'"),
    (group(displayName="\t"), "displayName must not be blank"),
    (group("g2", displayName="g1"), "displayName is already on line 5"),
    (group(workspaceRole="MEMBER"), "workspaceRole must be 'ADMIN'"),
    (place("u1"), "membership 'w1 u1' is not in this file or the table"),
    (place("u2", "g7"), "groupId 'w1 g7' is not in this file or the table"),
    (place("u2", "g1", "w2"), "groupId 'w2 g1' is not in this file or the table"),
    (scim_token("s" * 32), "secret has not the form of a SCIM token of this workspace"),
    (
        scim_token(str(Credential.new("scim", "w2"))),
        "secret has not the form of a SCIM token of this workspace",
    ),
    (
        scim_token(str(Credential.new("token", "w1"))),
        "secret has not the form of a SCIM token of this workspace",
    ),
    (
        scim_token(None, expiresAt="soon"),
        "expiresAt must be a moment such as 2030-01-31T00:00:00Z (RFC 3339)",
    ),
]


@pytest.mark.parametrize(("line", "reason"), BAD, ids=[f"{n} {reason}" for n, (_, reason) in enumerate(BAD)])
def test_a_bad_line_of_scim_is_named_and_costs_no_other(records: Records, line: Line, reason: str) -> None:
    around = [
        workspace(),
        workspace("w2"),
        user("u1"),
        user("u2"),
        group(),
        member("w1", "u2"),
        member("w2", "u2"),
    ]
    bad = [*around[:4], around[4], line, *around[5:]]
    assert records.refused(*bad) == [f"line 6: {line['type']}: {reason}"]
    assert records.exported("membership") != []


def test_what_a_bad_line_names_is_bad_with_it(records: Records) -> None:
    lines = [
        workspace(),
        user("u2"),
        group(workspaceRole=7),
        member("w1", "u2", role=7),
        place("u2"),
        scim_user(),
    ]
    assert [line.split(":")[0] for line in records.refused(*lines)] == [f"line {n}" for n in (3, 4, 5, 6)]
    assert records.refused(
        workspace(), user("u2"), member("w1", "u2"), group(displayName=7), place("u2")
    ) == [
        "line 4: workspaceGroup: displayName must be text",
        "line 5: workspaceGroupMember: groupId 'w1 g1' is on line 4, which is bad",
    ]


def test_names_of_the_table_are_taken_and_those_of_who_is_gone_are_not(records: Records) -> None:
    records.good(*PEOPLE, *MEMBERSHIPS, *WRITTEN, *GROUPS)
    assert records.refused(
        scim_user("w1", "u1", userName="FOUR"),
        group("g7", displayName="CHIEFS"),
        group("g8", displayName="New"),
    ) == [
        "line 1: scimUser: userName is that of another member in the table",
        "line 2: workspaceGroup: displayName is that of another workspaceGroup in the table",
    ]
    assert records.good(without(group(displayName="chiefs"), "id")).unchanged == {"workspaceGroup": 1}
    users.delete(records.store, users.alive(records.store, "u4"), by=BY)
    records.good(scim_user("w1", "u1", userName="FOUR"))
    for job in list(cleanup.jobs(records.store)):
        cleanup.run(records.store, Key.of(job), NOW)
    assert [line["userName"] for line in records.exported("scimUser")] == ["FOUR", "u2", "four"]
    assert verify(records.store, now=NOW).broken == []


def test_a_suspended_member_is_one_to_an_import(records: Records) -> None:
    """It is there already, whatever the line says, and what is granted belongs to it."""
    records.good(*PEOPLE, *MEMBERSHIPS)
    again = member("w1", "u2", role="ADMIN")
    role = {"type": "spaceRole", "spaceId": "s1", "userId": "u2", "role": "auditor", "createdAt": AT}
    assert records.good(again, space(), role).unchanged == {"membership": 1}
    assert records.exported("membership") == MEMBERSHIPS
    assert records.exported("spaceRole") == [role]
    [grant] = grants.of_user(records.store, "u2", "w1")
    assert grant["since"] == users.alive(records.store, "u2").suspended_in["w1"]
    assert records.good(role).unchanged == {"spaceRole": 1}
    assert verify(records.store, now=NOW).broken == []


def test_ninety_at_most_come_into_a_group_of_admins(records: Records) -> None:
    people = [f"p{number}" for number in range(92)]
    records.good(workspace(), group(workspaceRole="ADMIN"), *map(user, people))
    records.good(*(member("w1", name) for name in people))
    bad = records.refused(*(place(name) for name in people))
    assert bad == [
        f"line {n}: workspaceGroupMember: a group with the role ADMIN has at most 90 members"
        for n in (91, 92)
    ]
    assert workspace_groups.by_id(records.store, "w1", "g1").members == 90
    assert verify(records.store, now=NOW).broken == []


def test_a_group_does_not_come_again_before_its_places_are_cleared(records: Records) -> None:
    records.good(*PEOPLE, *MEMBERSHIPS, *GROUPS)
    store = records.store
    workspace_groups.delete(store, home(store), workspace_groups.by_id(store, "w1", "g1"), by=BY)
    again = group(displayName="Again")
    assert records.refused(again) == [
        "line 1: workspaceGroup: id was taken while this import ran; import again"
    ]
    for job in list(cleanup.jobs(store)):
        cleanup.run(store, Key.of(job), NOW)
    records.good(again)
    groups = {(line["workspaceId"], line["groupId"]) for line in records.exported("workspaceGroupMember")}
    assert groups == {("w1", "g2"), ("w2", "g1")}
    assert verify(store, now=NOW).broken == []


def test_a_scim_token_proves_its_workspace_by_the_secret_that_came(records: Records) -> None:
    first, second, third = (Credential.new("scim", "w1") for _ in range(3))
    outcome = records.good(scim_token(None), scim_token(None, "Okta"), workspace(), scim_token(str(first)))
    assert outcome.created == {"workspace": 1, "scimToken": 1}
    assert (outcome.unchanged, outcome.left_out) == ({"scimToken": 1}, {"scimToken": 1})
    assert by_scim_token(records.store, str(first), "w1", NOW).token.name == "Entra"
    records.good(scim_token(str(first)), scim_token(str(second), "Okta", expiresAt=LATER))
    assert records.refused(scim_token(str(third))) == [
        "line 1: scimToken: the workspace has two SCIM tokens already"
    ]
    exported = records.exported("scimToken")
    assert exported == [scim_token(None), scim_token(None, "Okta", expiresAt=LATER)]
    assert len(scim_tokens.of_workspace(records.store, "w1", NOW)) == 2
    assert first.secret not in str(items(records.store))
    assert verify(records.store, now=NOW).broken == []


def test_one_workspaces_export_has_its_suspended_members_and_groups_and_no_token(
    records: Records, other: Records
) -> None:
    records.good(*PEOPLE, *MEMBERSHIPS, *WRITTEN, *GROUPS, scim_token(str(Credential.new("scim", "w1"))))
    out = StringIO()
    exported = export(records.store, out, workspace=home(records.store))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert exported.left_out == {}
    assert [line["id"] for line in lines if line["type"] == "user"] == ["u1", "u2", "u3", "u4"]
    own = [line for line in lines if line["type"] not in ("workspace", "user")]
    assert own == [*MEMBERSHIPS[:4], *WRITTEN[:2], *GROUPS[:2], *GROUPS[3:7]]
    other.good(*lines)
    assert [line for line in other.export() if line["type"] not in ("workspace", "user")] == own


def test_a_deleted_users_places_and_view_do_not_come_out(records: Records) -> None:
    records.good(*PEOPLE, *MEMBERSHIPS, *WRITTEN, *GROUPS)
    users.delete(records.store, users.alive(records.store, "u2"), by=BY)
    told = str([line for line in records.export() if line["type"] != "user"])
    assert "u2" not in told
    for job in list(cleanup.jobs(records.store)):
        cleanup.run(records.store, Key.of(job), NOW)
    left = [
        key
        for key, each in items(records.store).items()
        if "u2" in f"{key.pk} {key.sk} {each}" and key.pk not in keys.AUDIT_SHARDS
    ]
    assert left == [keys.user("u2")]
