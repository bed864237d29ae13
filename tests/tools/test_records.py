"""Import of records."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli import demo
from cli.records.loading import load
from cli.verify import verify
from local.embedded import open_embedded
from roster.auth import passwords
from roster.auth.credentials import Credential, digest
from roster.db import counted_lists, keys, list_log
from roster.db.store import Item, Key, Operation, Store, Update
from roster.directory import cleanup, members, reference_data, users, workspaces
from roster.domain import User, Workspace, WorkspaceRole
from roster.errors import Unavailable
from tests.tools.support import (
    AT,
    BY,
    NOW,
    Line,
    Records,
    by_text,
    client,
    items,
    member,
    project,
    space,
    token,
    user,
    without,
    workspace,
)
from tests.workspaces.rows import UNSEEN

SECRET = "0123456789abcdef0123456789abcdef"
PASSWORD = "a sentinel, long enough"
PUBLISHED = "a-string-secret-at-least-256-bits-long"
GUESSED = "is too easy to guess; make it longer, or join words that do not belong together"
OWN = "must not be made of the person's own address or name"


def workspace_of(store: Store, name: str = "w1") -> Workspace:
    found = workspaces.by_id(store, name)
    assert found is not None
    return found


def user_of(store: Store, name: str = "u1") -> User:
    found = users.by_id(store, name)
    assert found is not None
    return found


def members_of(store: Store, name: str = "w1") -> list[tuple[str, int]]:
    rows = counted_lists.everything(store, keys.members(name))
    return [(str(row["user_id"]), int(str(row["number"]))) for row in rows]


# What comes in.


def test_every_type_comes_in_and_comes_in_once(records: Records) -> None:
    lines = demo.demo_records()
    first = records.good(*lines)
    table = items(records.store)
    again = records.good(*lines)
    assert first.created.total() == len(lines)
    assert first.unchanged.total() == 0
    assert again.created.total() == 0
    assert again.unchanged == first.created
    assert items(records.store) == table


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_lines_does_not_matter(tmp_path: Path, seed: int) -> None:
    exported = []
    for name, shuffled in (("straight", False), ("shuffled", True)):
        lines = demo.demo_records()
        if shuffled:
            random.Random(seed).shuffle(lines)  # noqa: S311
        store = open_embedded(tmp_path / f"{name}.db")
        records = Records(store, tmp_path)
        records.good(*lines)
        exported.append(by_text(records.export()))
        store.close()
    assert exported[0] == exported[1]


def test_only_what_is_required_is_enough(records: Records) -> None:
    records.good(
        {"type": "workspace", "key": "acme", "name": "Acme"},
        {"type": "user", "email": "Joe@Example.com"},
        workspace(),
        user(),
        *({"type": kind, "workspaceId": "w1"} for kind in ("project", "space", "feature")),
        space("s1"),
        {"type": "app", "spaceId": "s1"},
        {"type": "role"},
        {"type": "group"},
        {"type": "membership", "workspaceId": "w1", "userId": "u1"},
        {"type": "spaceRole", "spaceId": "s1", "userId": "u1"},
        {"type": "apiToken", "userId": "u1", "secret": SECRET},
        {"type": "client", "secret": ""},
    )
    joe, _ = users.with_password(records.store, records.store.get(keys.email("joe@example.com")))
    assert joe is not None
    assert (joe.full_name, joe.created_at, joe.roles, joe.updated_at) == (
        "Joe@Example.com",
        AT,
        ("USER",),
        None,
    )
    acme = workspace_of(records.store)
    assert (acme.created_at, acme.updated_at, acme.settings.locale) == (AT, AT, "en-US")


def test_what_has_no_id_is_found_again(records: Records) -> None:
    lines: list[Line] = [
        workspace(),
        user(),
        space(),
        {"type": "workspace", "key": "acme", "name": "Acme"},
        {"type": "user", "email": "Joe@Example.com"},
        {"type": "project", "workspaceId": "w1", "name": "Web"},
        {"type": "project", "workspaceId": "w1", "name": "Web", "number": 7},
        {"type": "space", "workspaceId": "w1", "name": "alpha"},
        {"type": "app", "spaceId": "s1", "name": "web"},
        {"type": "feature", "workspaceId": "w1", "name": "Boards"},
        {"type": "role", "name": "Lead"},
        {"type": "group", "name": "QA"},
        {"type": "client", "secret": ""},
    ]
    records.good(*lines)
    table = items(records.store)
    again = records.good(*lines)
    assert again.unchanged.total() == len(lines)
    assert items(records.store) == table


def test_blank_lines_count_but_are_passed_over(records: Records) -> None:
    assert records.refused("", user(), "   ", "\r", "nonsense", "", user("u2")) == ["line 5: is not JSON"]
    assert records.store.get(keys.user("u2")) is not None


def test_fb_03_a_byte_order_mark_before_the_first_line_is_dropped(records: Records) -> None:
    mark = "\ufeff"
    assert records.refused(mark + json.dumps(user()), "x", mark + json.dumps(user("u2"))) == [
        "line 2: is not JSON",
        "line 3: is not JSON",
    ]
    assert records.store.get(keys.user("u1")) is not None
    assert records.refused(mark) == []


def test_an_empty_file_is_an_import_of_nothing(records: Records) -> None:
    outcome = records.good()
    assert (outcome.created.total(), outcome.unchanged.total()) == (0, 0)


# Bad lines.

WRONG_ID = "user: id must be 1 to 128 of A-Z, a-z, 0-9, '.', '_', ':', '|', '@', '+', '=' and '-'"
BAD: list[tuple[Line | str | bytes, str]] = [
    (b'{"type": "user", "email": "\xff@example.com"}', "is not UTF-8"),
    ('\ufeff{"type": "user"}', "is not JSON"),
    ('{"type": "user"', "is not JSON"),
    ('{"type": "user", "number": NaN}', "is not JSON"),
    ('{"type": "user", "number": 1' + "0" * 5000 + "}", "is not JSON"),
    ('{"type": "user", "email": "a\tb@example.com"}', "is not JSON"),
    ("[" * 100_000, "is nested too deeply"),
    ("[]", "is not a JSON object"),
    ('"user"', "is not a JSON object"),
    ('{"type": "user", "email": "a@example.com", "email": "b@example.com"}', "'email' is there twice"),
    ('{"type": "user", "email": "a@example.com", "x": {"y": 1, "y": 2}}', "'y' is there twice"),
    ({"type": "user", "email": "a@example.com", "x": "y" * 300_000}, "is longer than 262144 bytes"),
    ({"email": "a@example.com"}, "type is missing"),
    ({"type": None}, "type is missing"),
    ({"type": ["user"]}, "type of this line is not known"),
    ({"type": "usr"}, "type 'usr' is not known"),
    ({"type": "user"}, "user: email is missing"),
    (user("u1", colour="red"), "user: colour is no field of this type"),
    (user("u1", **{"\u2028": 1}), "user: a field is no field of this type"),
    (user("u1", full_name="X"), "user: full_name is no field of this type"),
    (user("u 1"), WRONG_ID),
    (user("u" * 129), WRONG_ID),
    (user("ü"), WRONG_ID),
    (user("u1", email="nobody"), "user: email is not a valid e-mail address"),
    (user("u1", email=None), "user: email must be text"),
    (user("u1", number="7"), "user: number must be a whole number"),
    (user("u1", number=7.0), "user: number must be a whole number"),
    (user("u1", number=True), "user: number must be a whole number"),
    (user("u1", number=0), "user: number must be at least 1"),
    (user("u1", number=10**9), "user: number must be at most 999999999"),
    (user("u1", fullName="a\u0000b"), "user: fullName must not hold control characters"),
    (user("u1", fullName="a\u0085b"), "user: fullName must not hold control characters"),
    (user("u1", fullName="a" * 256), "user: fullName must have at most 255 characters"),
    (user("u1", fullName="\ud800"), "user: fullName must be text without lone surrogates"),
    (user("u1", roles=[]), "user: roles must have at least 1 entries"),
    (user("u1", roles=["ROOT"]), "user: roles.0 must be 'ADMIN' or 'USER'"),
    (user("u1", active="yes"), "user: active must be true or false"),
    (user("u1", active=1), "user: active must be true or false"),
    (user("u1", kind="bot"), "user: kind must be 'person' or 'service'"),
    (user("u1", notifications=4), "user: notifications must be 1, 2 or 3"),
    (user("u1", groups=1), "user: groups must be a list"),
    (
        user("u1", createdAt="2024-02-30T00:00:00Z"),
        "user: createdAt must be a moment such as 2030-01-31T00:00:00Z (RFC 3339)",
    ),
    (
        user("u1", createdAt="2024-02-03 00:00:00"),
        "user: createdAt must be a moment such as 2030-01-31T00:00:00Z (RFC 3339)",
    ),
    (user("u1", password="short"), "user: password must have 8 to 256 characters"),
    (user("u1", password="x" * 257), "user: password must have 8 to 256 characters"),
    (user("u1", password="long enough\u0000"), "user: password must not contain NUL"),
    (user("u1", password="Password1"), "user: password is one of the most common passwords"),
    (
        workspace("w:2", key="w2"),
        "workspace: id must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'",
    ),
    (workspace("w2", key="Acme"), "workspace: key must be 2 to 63 of a-z, 0-9 and '-', a letter first"),
    (workspace("w2", key="a\n"), "workspace: key must be 2 to 63 of a-z, 0-9 and '-', a letter first"),
    (workspace("w2", name=" "), "workspace: name must not be blank"),
    (workspace("w2", settings={"zone": "UTC"}), "workspace: settings.zone is no field of this type"),
    (workspace("w2", settings="UTC"), "workspace: settings must be an object"),
    (
        project("p2", database=[{"password": "x"}]),
        "project: database.0.password is no field of this type",
    ),
    ({"type": "membership", "userId": "u9"}, "membership: workspaceId is missing"),
    (member(role="OWNER"), "membership: role must be 'ADMIN' or 'MEMBER'"),
    (
        {"type": "spaceRole", "spaceId": "s", "userId": "u", "role": "ADMIN"},
        "spaceRole: role must be 'developer', 'manager' or 'auditor'",
    ),
    (token("x" * 31), "apiToken: secret must have at least 32 characters"),
    (token(PUBLISHED), "apiToken: secret is a sample that documentation has published"),
    (token(None), "apiToken: userId 'u1' is not in this file or the table"),
]


@pytest.mark.parametrize(("line", "reason"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_a_bad_line_is_named_and_costs_no_other(
    records: Records, line: Line | str | bytes, reason: str
) -> None:
    assert records.refused(workspace(), line, user("other")) == [f"line 2: {reason}"]
    assert records.store.get(keys.user("other")) is not None
    assert records.store.get(keys.workspace("w1")) is not None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            workspace("w2", settings={"timeZone": "Mars/Olympus"}),
            "workspace: settings.timeZone must be the name of a time zone in the IANA database,"
            " such as Europe/Berlin or UTC",
        ),
        (
            workspace("w2", settings={"locale": "xx_YY!!"}),
            "workspace: settings.locale must be a language tag (BCP 47), such as en-US or de",
        ),
        (
            user("u2", timezone="Europe/Bern"),
            "user: timezone must be the name of a time zone in the IANA database,"
            " such as Europe/Berlin or UTC",
        ),
    ],
    ids=["timeZone", "locale", "timezone of a user"],
)
def test_fb_09_what_is_no_time_zone_or_language_is_refused_by_its_line(
    records: Records, line: Line, reason: str
) -> None:
    assert records.refused(line) == [f"line 1: {reason}"]


def test_fb_09_time_zones_and_languages_come_in_and_go_out(records: Records) -> None:
    settings = {"timeZone": "America/Argentina/Buenos_Aires", "locale": "sr-Latn-RS"}
    records.good(workspace("w2", settings=settings), user("u2", timezone="Asia/Kolkata"))
    [exported] = records.exported("workspace")
    assert {name: exported["settings"][name] for name in settings} == settings
    assert [line["timezone"] for line in records.exported("user")] == ["Asia/Kolkata"]


def _texts() -> Iterator[tuple[str, Line]]:
    """A line for each text that people see, with a placeholder in it."""
    mark = "a{}b"
    yield "workspace.name", workspace("w2", name=mark)
    yield "workspace.settings.dateFormat", workspace("w2", settings={"dateFormat": mark})
    for name in ("abbreviation", "adminEmail", "adminName", "address", "state", "country", "pinCode"):
        yield f"workspace.organisation.{name}", workspace("w2", organisation={name: mark})
    for name in ("name", "abbreviation", "description"):
        yield f"project.{name}", project("p2", **{name: mark})
    yield "project.database.0.host", project("p2", database=[{"host": mark}])
    for name in ("name", "description", "email"):
        yield f"space.{name}", space("s2", **{name: mark})
        yield f"feature.{name}", {"type": "feature", "workspaceId": "w1", name: mark}
    yield "app.name", {"type": "app", "spaceId": "s1", "name": mark}
    yield "role.name", {"type": "role", "name": mark}
    yield "role.permissions.0", {"type": "role", "name": "R", "permissions": [mark]}
    yield "group.name", {"type": "group", "name": mark}
    for name in ("fullName", "firstName", "lastName", "userName", "dateFormat"):
        yield f"user.{name}", user("u2", **{name: mark})
    yield "apiToken.name", token(SECRET, name=mark)
    yield "client.scopes.0", {"type": "client", "scopes": [mark]}
    for name in ("userName", "externalId"):
        provisioned = {"type": "scimUser", "workspaceId": "w1", "userId": "u1", "userName": "u"}
        yield f"scimUser.{name}", {**provisioned, name: mark}
    for name in ("displayName", "externalId"):
        yield (
            f"workspaceGroup.{name}",
            {"type": "workspaceGroup", "workspaceId": "w1", "displayName": "G", name: mark},
        )
    yield "scimToken.name", {"type": "scimToken", "workspaceId": "w1", "name": mark}


TEXTS = dict(_texts())


@pytest.mark.parametrize("place", TEXTS, ids=[f"FS-15-{place}" for place in TEXTS])
def test_a_text_with_what_people_do_not_see_is_refused_by_its_line(records: Records, place: str) -> None:
    kind, _, field = place.partition(".")
    line = json.dumps(TEXTS[place])
    for mark in UNSEEN:
        refused = records.refused(workspace(), line.replace("{}", mark))
        assert refused == [
            f"line 2: {kind}: {field} must not hold invisible or direction-changing characters"
        ], hex(ord(mark))


def test_fs_15_the_joiners_of_persian_and_emoji_come_in(records: Records) -> None:
    records.good(
        user("u1", fullName="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f468\u200d\U0001f469")
    )


@pytest.mark.parametrize("length", [255, 4_000, 250_000], ids=lambda length: f"FS-03-{length}")
def test_an_address_that_is_too_long_is_not_looked_at(
    records: Records, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_validator.validate_email", lambda *_, **__: pytest.fail("looked at"))
    line = user("u1", email="x@" + "d" * (length - 6) + ".com")
    assert records.refused(line) == ["line 1: user: email must have at most 254 characters"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"], ids=["FS-13-first", "FS-13-last"]
)
def test_both_ends_of_the_calendar_come_in_and_go_out(records: Records, moment: str) -> None:
    records.good(user("u1", createdAt=moment, updatedAt=moment), workspace("w2", createdAt=moment))
    assert [line["createdAt"] for line in records.exported("user")] == [moment]
    assert [line["createdAt"] for line in records.exported("workspace")] == [moment]


def test_fb_08_moments_of_every_form_come_in(records: Records) -> None:
    line = user("u1", createdAt="2024-02-03T01:00:00.123456+02:00", updatedAt="2024-02-03t00:00:00.0z")
    records.good(line, workspace("w2", createdAt="2024-02-03T00:00:00-00:00"))
    [exported] = records.exported("user")
    assert (exported["createdAt"], exported["updatedAt"]) == ("2024-02-02T23:00:00Z", "2024-02-03T00:00:00Z")
    assert [line["createdAt"] for line in records.exported("workspace")] == ["2024-02-03T00:00:00Z"]
    assert records.good(line).unchanged.total() == 1


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("0000-12-31T23:59:59Z", id="FS-13-before-the-first"),
        pytest.param("9999-12-31T23:59:60Z", id="FS-13-leap-second"),
        pytest.param("9999-12-31T24:00:00Z", id="FS-13-hour-24"),
        pytest.param("10000-01-01T00:00:00Z", id="FS-13-year-10000"),
        pytest.param("2024-12-31T24:00:00Z", id="FS-13-hour-24-of-a-year-within"),
    ],
)
def test_what_is_outside_of_the_calendar_is_refused_by_its_line(records: Records, moment: str) -> None:
    reason = "line 1: user: createdAt must be a moment such as 2030-01-31T00:00:00Z (RFC 3339)"
    assert records.refused(user("u1", createdAt=moment)) == [reason]


@pytest.mark.parametrize(
    ("password", "fields", "reason"),
    [
        (" " * 8, {}, "must not be blanks alone"),
        ("stringst", {}, GUESSED),
        ("Password1!", {}, GUESSED),
        ("W0lfeschlegel!", {"lastName": "Wolfeschlegel"}, GUESSED),
        ("U1@Example.com", {}, OWN),
        ("ada wolfeschlegel", {"fullName": "Ada Wolfeschlegel"}, OWN),
        ("Zubrowka", {"firstName": "Ada", "userName": "zubrowka"}, OWN),
    ],
)
def test_fs_18_a_line_with_a_weak_password_is_refused(
    records: Records, password: str, fields: Line, reason: str
) -> None:
    refused = records.refused(workspace(), user("u1", password=password, **fields), user("other"))
    assert refused == [f"line 2: user: password {reason}"]
    assert users.by_id(records.store, "u1") is None
    assert users.by_id(records.store, "other") is not None


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("7", "must have at least 32 characters"),
        ("x" * 31, "must have at least 32 characters"),
        (" ", "must have at least 32 characters"),
        ("tokensecret", "must have at least 32 characters"),
        (PUBLISHED, "is a sample that documentation has published"),
    ],
)
def test_fs_09_a_line_with_a_weak_client_secret_is_refused(
    records: Records, secret: str, reason: str
) -> None:
    assert records.refused(user(), client(secret), client("x" * 32, "good"), client("", "public")) == [
        f"line 2: client: secret {reason}"
    ]
    assert [line["id"] for line in records.exported("client")] == ["good", "public"]


@pytest.mark.parametrize(
    "line",
    [
        user("u1", password="sent\u0000inel-secret"),
        user("u1", password=["sentinel-secret"]),
        user("u1", password={"sentinel-secret": 1}),
        token("sentinel-secret"),
        token("session_u1." + "sentinel-secret".ljust(43, "x")),
        token("token_u2." + "sentinel-secret".ljust(43, "x")),
        {"type": "client", "id": "cf", "secret": ["sentinel-secret"]},
        client("sentinel-secret"),
        '{"type": "client", "secret": "sentinel-secret"',
    ],
    ids=str,
)
def test_no_reason_repeats_a_secret(records: Records, line: Line | str) -> None:
    (reason,) = records.refused(user("u9"), line)
    assert "sentinel" not in reason


def test_a_bad_line_leaves_nothing_behind(records: Records) -> None:
    records.good(workspace(), user())
    table = items(records.store)
    assert records.refused(user("u2", createdBy="nobody"), project("p1", "nowhere"), member("w1", "u2"))
    assert items(records.store) == table


# References.


@pytest.mark.parametrize("name", ["auth0|5f7c", "f:1:2", "a@b+c=d", "email:x", "u" * 128])
def test_fb_19_user_ids_of_other_systems_are_kept(records: Records, name: str) -> None:
    lines: list[Line] = [
        workspace(),
        space(ownerId=name),
        user(name, email="ann@example.com", createdBy=name),
        member("w1", name),
        {"type": "spaceRole", "spaceId": "s1", "userId": name},
        token(SECRET, name),
    ]
    records.good(*lines)
    assert records.good(*lines).unchanged.total() == len(lines)
    assert [line["id"] for line in records.exported("user")] == [name]
    assert [line["userId"] for line in records.exported("spaceRole")] == [name]
    assert not verify(records.store, now=NOW).broken


def test_a_reference_points_forward_or_into_the_table(records: Records) -> None:
    records.good(workspace(), {"type": "role", "number": 4})
    records.good(
        member(),
        space("s1", projectId="p1", ownerId="u2"),
        project(),
        user("u1", createdBy="u2", roleNumber=4, groups=[9], defaultWorkspaceId="w1"),
        user("u2", updatedBy="u1"),
        {"type": "group", "number": 9},
    )
    first, second = user_of(records.store), user_of(records.store, "u2")
    assert (first.number, second.number) == (1, 2)
    assert (first.created_by_number, second.updated_by_number) == (2, 1)
    assert first.oldest_workspace_id == "w1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (project("p", "x"), "project: workspaceId 'x' is not in this file or the table"),
        (space("s", ownerId="x"), "space: ownerId 'x' is not in this file or the table"),
        (space("s", projectId="x"), "space: projectId 'x' is not in this file or the table"),
        ({"type": "app", "spaceId": "x"}, "app: spaceId 'x' is not in this file or the table"),
        (
            {"type": "feature", "workspaceId": "w1", "touchedBy": "x"},
            "feature: touchedBy 'x' is not in this file or the table",
        ),
        (user("u", roleNumber=3), "user: roleNumber '3' is not in this file or the table"),
        (user("u", groups=[3]), "user: groups '3' is not in this file or the table"),
        (user("u", defaultWorkspaceId="x"), "user: defaultWorkspaceId 'x' is not in this file or the table"),
        (member("w1", "x"), "membership: userId 'x' is not in this file or the table"),
        (
            {"type": "projectMembership", "projectId": "x", "userId": "u1"},
            "projectMembership: projectId 'x' is not in this file or the table",
        ),
        (
            {"type": "spaceRole", "spaceId": "x", "userId": "u1"},
            "spaceRole: spaceId 'x' is not in this file or the table",
        ),
        (
            token(SECRET, workspaceId="x"),
            "apiToken: workspaceId 'x' is not in this file or the table",
        ),
        (
            {"type": "client", "id": "cf", "secret": "", "userId": "x"},
            "client: userId 'x' is not in this file or the table",
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_a_reference_that_leads_nowhere_is_bad(records: Records, line: Line, reason: str) -> None:
    assert records.refused(workspace(), user(), line) == [f"line 3: {reason}"]


def test_what_refers_to_a_bad_record_is_bad_at_any_distance(records: Records) -> None:
    assert records.refused(
        {"type": "app", "id": "a", "spaceId": "s1"},
        space("s1", "w2", ownerId="u7"),
        project(),
        workspace("w1", key="B A D"),
        workspace("w2"),
        *(user(f"u{number}", createdBy=f"u{number + 1}") for number in range(2000)),
        user("u2000", email="nobody"),
    )[:5] == [
        "line 1: app: spaceId 's1' is on line 2, which is bad",
        "line 2: space: ownerId 'u7' is on line 13, which is bad",
        "line 3: project: workspaceId 'w1' is on line 4, which is bad",
        "line 4: workspace: key must be 2 to 63 of a-z, 0-9 and '-', a letter first",
        "line 6: user: createdBy 'u1' is on line 7, which is bad",
    ]
    assert list(counted_lists.everything(records.store, keys.USERS)) == []


def test_a_project_of_another_workspace_is_no_project_of_a_space(records: Records) -> None:
    records.good(workspace("w0"), project("p0", "w0"))
    assert records.refused(
        workspace("w1"),
        workspace("w2"),
        space("s1", "w1", projectId="p2"),
        project("p2", "w2"),
        space("s2", "w1", projectId="p0"),
        {"type": "feature", "workspaceId": "w1", "projectId": "p2"},
        space("s3", "w2", projectId="p2"),
        project("p0", "w1"),
    ) == [
        "line 3: space: projectId 'p2' is in another workspace",
        "line 5: space: projectId 'p0' is in another workspace",
        "line 6: feature: projectId 'p2' is in another workspace",
    ]


# Unique values and repeated lines.


def test_the_same_line_again_is_unchanged_and_another_of_its_id_is_bad(records: Records) -> None:
    outcome = records.load(
        user(), user(), user("u1", fullName="Other"), member("w1"), member("w1"), workspace()
    )
    assert [str(bad) for bad in outcome.bad] == ["line 3: user: line 1 is the same one, but differs"]
    assert outcome.created == {"user": 1, "workspace": 1, "membership": 1}
    assert outcome.unchanged == {"user": 1, "membership": 1}


def test_the_repeat_of_a_bad_line_is_bad(records: Records) -> None:
    assert records.refused(member("x"), member("x"), user()) == [
        "line 1: membership: workspaceId 'x' is not in this file or the table",
        "line 2: membership: repeats line 1, which is bad",
    ]


def test_unique_values_are_unique_within_the_file(records: Records) -> None:
    assert records.refused(
        user("u1", number=5),
        user("u2", email="U1@EXAMPLE.com"),
        user("u3", number=5),
        workspace("w1", key="acme"),
        workspace("w2", key="acme"),
        project("p1", number=3),
        {"type": "project", "workspaceId": "w1", "number": 3},
        token(SECRET),
        token(SECRET, name="other"),
    ) == [
        "line 2: user: email is already on line 1",
        "line 3: user: number is already on line 1",
        "line 5: workspace: key is already on line 4",
        "line 7: project: number is already on line 6",
        "line 9: apiToken: line 8 is the same one, but differs",
    ]


def test_unique_values_of_the_table_are_respected(records: Records) -> None:
    records.good(workspace("w1", key="acme"), user("u1", number=5), project("p1", number=3), token(SECRET))
    assert records.refused(
        user("u2", email="U1@example.com"),
        user("u3", number=5),
        workspace("w2", key="acme"),
        project("p2", number=3),
        token(SECRET, "u4"),
        user("u4"),
    ) == [
        "line 1: user: email is that of another user in the table",
        "line 2: user: number is that of another user in the table",
        "line 3: workspace: key is that of another workspace in the table",
        "line 4: project: number is that of another project in the table",
        "line 5: apiToken: secret is that of another user's token",
    ]
    assert [line["id"] for line in records.exported("user")] == ["u1", "u4"]


def test_what_exists_stays_exactly_as_it_is(records: Records) -> None:
    before = user("u1", password=PASSWORD, fullName="Before")
    records.good(workspace(), before, member(role="MEMBER"), client("a" * 32))
    table = items(records.store)
    outcome = records.good(
        user("u1", password="another sentinel", fullName="After", roles=["ADMIN"]),
        workspace("w1", name="After"),
        member(role="ADMIN"),
        client("b" * 32),
    )
    assert outcome.unchanged.total() == 4
    assert items(records.store) == table


def test_the_id_of_a_deleted_user_is_never_used_again(records: Records) -> None:
    lines = [
        user("u0"),
        user("u1"),
        user("u2", createdBy="u1"),
        workspace(),
        member(),
        user("u3", createdBy="u1"),
    ]
    records.good(*lines[:-1])
    users.delete(records.store, user_of(records.store), by=BY)
    assert records.refused(*lines) == [
        "line 2: user: id is that of a deleted user",
        "line 5: membership: userId 'u1' is on line 2, which is bad",
        "line 6: user: createdBy 'u1' is on line 2, which is bad",
    ]
    assert records.refused(member()) == ["line 1: membership: userId 'u1' is not in this file or the table"]
    records.good(without(user("u1"), "id"))  # the address is free for another


# Numbers.


def test_numbers_follow_the_file_after_the_largest_given_or_used(records: Records) -> None:
    records.good(user("u1"), user("u2", number=7))
    records.good(user("u3"), user("u4", number=20), user("u5"), user("u6", number=3))
    rows = [(row["id"], row["number"]) for row in counted_lists.everything(records.store, keys.USERS)]
    assert rows == [("u6", 3), ("u2", 7), ("u1", 8), ("u4", 20), ("u3", 21), ("u5", 22)]
    assert list_log.allocate(records.store, keys.USERS) == 23


def test_creation_order_is_that_of_the_file(records: Records) -> None:
    names = [f"x{number:03}" for number in (5, 3, 9, 1, 7)]
    records.good(
        *(member("x005", name) for name in names),
        *(space(name, "x005") for name in names),
        *(project(name, "x005") for name in names),
        *(workspace(name) for name in names),
        *(user(name) for name in names),
    )
    for kind in ("workspace", "project", "space", "user"):
        assert [line["id"] for line in records.exported(kind)] == names
    assert [line["userId"] for line in records.exported("membership")] == names


def test_roles_and_groups_without_a_number_get_the_next(records: Records) -> None:
    records.good({"type": "group", "number": 4, "name": "a"})
    records.good(
        {"type": "group", "name": "b"}, {"type": "group", "number": 9, "name": "c"}, {"type": "group"}
    )
    assert [(line["number"], line["name"]) for line in records.exported("group")] == [
        (4, "a"),
        (9, "c"),
        (10, "b"),
        (11, ""),
    ]


def test_every_count_is_exact(records: Records) -> None:
    records.good(
        workspace(),
        *(user(f"u{number}", roles=["ADMIN"] if number < 3 else ["USER"]) for number in range(250)),
        *(member("w1", f"u{number}", role="ADMIN" if number < 4 else "MEMBER") for number in range(250)),
        {"type": "feature", "workspaceId": "w1", "id": "f1", "module": "Boards"},
        {"type": "feature", "workspaceId": "w1", "id": "f2", "module": "Boards"},
        {"type": "feature", "workspaceId": "w1", "id": "f3", "module": "Boards", "enabled": False},
    )
    kept = records.store.get(keys.workspace("w1")) or {}
    assert (kept["admins"], kept[reference_data.module_count("Boards")]) == (4, 2)
    assert (records.store.get(keys.site_admins()) or {})["count"] == 3
    for listing in (keys.USERS, keys.members("w1")):
        page = counted_lists.page(records.store, listing, 3, 100)
        assert (len(page.items), page.total) == (50, 250)


# Passwords.


def test_a_password_is_hashed_for_a_new_user_who_has_one(records: Records) -> None:
    records.good(user("u1", password=PASSWORD), user("u2"))
    stored = (records.store.get(keys.password("u1")) or {}).get("hash")
    assert isinstance(stored, str)
    assert passwords.matches(stored, PASSWORD)
    assert records.store.get(keys.password("u2")) is None
    assert PASSWORD not in str(items(records.store))


def test_an_import_of_what_is_there_hashes_nothing(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    records.good(user("u1", password=PASSWORD))
    monkeypatch.delattr(passwords, "digest")
    records.good(user("u1", password=PASSWORD))


# Memberships and grants.


def test_a_user_s_oldest_membership_is_kept(records: Records) -> None:
    records.good(
        *(workspace(f"w{number}") for number in range(1, 5)),
        user("u1"),
        user("u2"),
        member("w1", createdAt="2020-01-03T00:00:00Z"),
        member("w2", createdAt="2020-01-02T00:00:00Z"),
        member("w3", createdAt="2020-01-02T00:00:00Z"),
        member("w4", "u2"),
        member("w3", "u2"),
    )
    first, second = user_of(records.store), user_of(records.store, "u2")
    assert (first.oldest_workspace_id, first.oldest_membership_at) == ("w2", "2020-01-02T00:00:00Z")
    assert second.oldest_workspace_id == "w4"
    records.good(member("w4", createdAt="2019-01-01T00:00:00Z"))
    assert user_of(records.store).oldest_workspace_id == "w4"


class Meddled:
    """A store on which somebody else makes a change just before the first transaction on a key."""

    def __init__(self, store: Store, key: Key, change: Any) -> None:
        self._store, self._key, self._change = store, key, change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transact(self, operations: Sequence[Operation], *, token: str, once: bool = False) -> None:
        change, self._change = self._change, None
        if change is not None and any(self._touches(operation) for operation in operations):
            change()
        else:
            self._change = change
        self._store.transact(operations, token=token)

    def _touches(self, operation: Operation) -> bool:
        return operation.key == self._key


def test_a_membership_whose_ground_moved_is_planned_again(records: Records) -> None:
    records.good(workspace("w0"), workspace(), user(), user("u2"))
    store = records.store

    def change() -> None:
        members.add(store, workspace_of(store, "w0"), "u1", WorkspaceRole.MEMBER, by=BY)

    meddled: Any = Meddled(store, keys.member("w1", "u1"), change)
    outcome = replace(records, store=meddled).good(member("w1", "u1"), member("w1", "u2"))
    assert outcome.created == {"membership": 2}
    assert members_of(store) == [("u1", 1), ("u2", 2)]
    assert user_of(store).oldest_workspace_id == "w0"


def test_a_name_taken_while_the_import_ran_is_a_bad_line(records: Records) -> None:
    store = records.store

    def change() -> None:
        wanted = User(id="", number=0, email="u1@example.com", full_name="", created_at="")
        users.create(store, wanted, None, by=BY)

    meddled: Any = Meddled(store, keys.user("u1"), change)
    refused = replace(records, store=meddled).refused(user("u1"), user("u2"))
    assert refused == ["line 1: user: email was taken while this import ran; import again"]
    assert store.get(keys.user("u2")) is not None


def grant_items(store: Store) -> tuple[Item | None, Item | None]:
    return store.get(keys.space_role("s1", "developer", "u1")), store.get(keys.project_member("p1", "u1"))


def test_a_grant_belongs_to_the_membership_of_its_time(records: Records) -> None:
    lines: list[Line] = [
        {"type": "spaceRole", "spaceId": "s1", "userId": "u1"},
        {"type": "projectMembership", "projectId": "p1", "userId": "u1"},
    ]
    records.good(workspace(), user("u0"), member("w1", "u0"), space(), project(), user(), member(), *lines)
    records.good(user("u2"), *({**line, "userId": "u2"} for line in lines))
    for item in grant_items(records.store):
        assert item is not None
        assert item["since"] == 2
    stranger = records.store.get(keys.space_role("s1", "developer", "u2"))
    assert stranger is not None
    assert stranger["since"] == 0

    members.remove(records.store, workspace_of(records.store), "u1", by=BY, even_last_admin=False)
    assert records.refused(*lines) == [
        "line 1: spaceRole: what was here before is being cleared; import again",
        "line 2: projectMembership: what was here before is being cleared; import again",
    ]
    for job in list(cleanup.jobs(records.store)):
        cleanup.run(records.store, Key.of(job), NOW)
    records.good(*lines)
    for item in grant_items(records.store):
        assert item is not None
        assert item["since"] == 0


def test_no_grant_is_given_under_the_floor_of_an_ended_membership(records: Records) -> None:
    records.good(workspace(), user(), member(), space())
    members.remove(records.store, workspace_of(records.store), "u1", by=BY, even_last_admin=False)
    assert records.refused({"type": "spaceRole", "spaceId": "s1", "userId": "u1"}) == [
        "line 1: spaceRole: what was here before is being cleared; import again"
    ]
    outcome = records.good(member(), {"type": "spaceRole", "spaceId": "s1", "userId": "u1"})
    assert outcome.created == {"membership": 1, "spaceRole": 1}


# Tokens and clients.


def test_a_token_secret_is_used_as_it_stands(records: Records) -> None:
    own = Credential.new("token", "u1")
    records.good(workspace(), user(), token(SECRET, workspaceId="w1"), token(str(own), name="own"))
    lead = records.store.get(keys.secret(digest(SECRET)))
    assert lead is not None
    assert lead["user_id"] == "u1"
    imported = records.store.get(keys.token("u1", str(lead["token_id"])))
    assert imported is not None
    assert (imported["digest"], imported["workspace_id"]) == (digest(SECRET), "w1")
    made_here = records.store.get(keys.token("u1", own.id))
    assert made_here is not None
    assert made_here["digest"] == own.digest
    assert records.store.get(keys.secret(own.digest)) is None
    assert SECRET not in str(items(records.store))


def test_fn_05_a_token_without_a_secret_is_there_already_or_left_out(records: Records) -> None:
    outcome = records.good(token(None), user(), token(None, name="other"), token(SECRET))
    assert outcome.created == {"user": 1, "apiToken": 1}
    assert (outcome.unchanged, outcome.left_out) == ({"apiToken": 1}, {"apiToken": 1})
    outcome = records.good(token(None))
    assert (outcome.unchanged, outcome.left_out) == ({"apiToken": 1}, {})


def test_fn_05_a_client_without_a_secret_is_there_already_or_left_out(records: Records) -> None:
    nameless = {"type": "client", "id": "a"}
    outcome = records.good(nameless, nameless, {"type": "client", "id": "cf", "secret": ""})
    assert (outcome.created, outcome.left_out) == ({"client": 1}, {"client": 2})
    assert records.store.get(keys.client("a")) is None
    assert (records.store.get(keys.client("cf")) or {})["digest"] == digest("")
    assert records.good({"type": "client", "id": "cf"}).unchanged == {"client": 1}


# Progress and interruption.


def test_progress_is_told_to_the_end(records: Records, tmp_path: Path) -> None:
    heard: dict[str, tuple[int, int]] = {}
    path = tmp_path / "demo.jsonl"
    demo.write(demo.generate(600), path)

    def hear(what: str, done: int, total: int) -> None:
        assert heard.get(what, (0, total))[0] <= done <= total
        heard[what] = done, total

    load(records.store, path, by=BY, progress=hear)
    assert list(heard) == ["read", "compare", "write"]
    assert heard["write"] == (608, 608)
    assert all(done == total for done, total in heard.values())


KILLED = """
import sys
from pathlib import Path
from local.embedded import open_embedded
from tests.tools.support import BY
from cli.records.loading import load

def tell(what, done, total):
    print(what, done, flush=True)

load(open_embedded(sys.argv[1]), Path(sys.argv[2]), by=BY, progress=tell)
"""


def large() -> list[Line]:
    lines = list(demo.generate(900))
    lines += [workspace("w2")]
    for number in range(1, 901):
        role = "ADMIN" if number == 1 else "MEMBER"
        lines += [member("acme", f"u-{number:07}", role=role, createdAt=AT)]
        lines += [member("w2", f"u-{number:07}", createdAt="2019-01-01T00:00:00Z")] if number % 3 == 0 else []
    return lines


def essence(store: Store) -> list[str]:
    """What two imports of one file have in common: not the audit, not the numbers that were spent."""
    found = []
    for key, item in items(store).items():
        if (
            key.pk in keys.AUDIT_SHARDS
            or key.pk.startswith((keys.COUNTERS, keys.LOGS))
            or key.sk.startswith(keys.branch("-", 0).sk[:6])
        ):
            continue
        if key.sk.startswith(keys.row("-", 0).sk[:3]) and key.pk != keys.USERS:
            item = without(item, "SK")
        found.append(without(item, "number"))
    return by_text(found)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store]]:
    """A large file, and the directory that an undisturbed import makes of it."""
    folder = tmp_path_factory.mktemp("straight")
    demo.write(large(), folder / "records.jsonl")
    store = open_embedded(folder / "straight.db")
    load(store, folder / "records.jsonl", by=BY)
    yield folder / "records.jsonl", store
    store.close()


@pytest.mark.parametrize("moment", [500, 1500], ids=["among users", "among memberships"])
def test_an_import_that_was_killed_is_completed_by_another(
    straight: tuple[Path, Store], tmp_path: Path, moment: int
) -> None:
    path, whole = straight
    broken = open_embedded(tmp_path / "broken.db")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "broken.db"), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        heard = (line.split() for line in process.stdout)
        reached = next(int(done) for what, done in heard if what == "write" and int(done) >= moment)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert reached < len(large())
    killed = len(items(broken))

    outcome = load(broken, path, by=BY)
    assert outcome.bad == []
    assert outcome.created.total() + outcome.unchanged.total() == len(large())
    assert outcome.unchanged.total() >= reached
    assert len(items(broken)) > killed
    assert essence(broken) == essence(whole)
    report = verify(broken, now=NOW)
    assert (report.broken, report.pending) == ([], [])
    for listing in (keys.USERS, keys.members("acme"), keys.members("w2")):
        assert counted_lists.total(broken, listing) == counted_lists.total(whole, listing)
        assert _listed(broken, listing) == _listed(whole, listing)
    broken.close()


def _listed(store: Store, listing: str) -> list[Line]:
    """A listing's rows by its pages, which the counts lead to."""
    pages = (counted_lists.page(store, listing, number, 500).items for number in range(1, 5))
    return [without(row, "SK", "number") for page in pages for row in page]


# Passwords that another system hashed, and services without an address.

HASHED = "$2b$04$33d/ShnbORbOncgEnyqowuiZgcaZ6.DIg9xWlLl4g.aK113cEG/tK"


def test_a_hash_comes_in_as_it_is_and_never_out(records: Records) -> None:
    records.good(user("u1", passwordHash=HASHED))
    assert (records.store.get(keys.password("u1")) or {})["hash"] == HASHED
    assert HASHED not in str(records.export())
    assert "passwordHash" not in str(records.export())
    records.good(user("u1", passwordHash="$2b$05" + HASHED[6:]))
    assert (records.store.get(keys.password("u1")) or {})["hash"] == HASHED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"password": HASHED},
            "password looks like a hash, which is given as passwordHash (docs/records.md)",
        ),
        (
            {"password": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$" + "A" * 43},
            "password looks like a hash, which is given as passwordHash (docs/records.md)",
        ),
        ({"passwordHash": "sentinel"}, "passwordHash is not a hash in a notation that is known"),
        ({"passwordHash": ["sentinel"]}, "passwordHash must be text"),
        (
            {"passwordHash": "$2b$31$" + "sentinel".ljust(53, "x")},
            "passwordHash asks for more work than a login may cost",
        ),
        (
            {"passwordHash": HASHED, "password": "a sentinel, long enough"},
            "password and passwordHash are both there; one is enough",
        ),
    ],
)
def test_a_hash_that_no_login_could_prove_is_refused_by_its_line(
    records: Records, fields: Line, reason: str
) -> None:
    assert records.refused(user("u1", **fields), user("u2")) == [f"line 1: user: {reason}"]
    assert users.by_id(records.store, "u1") is None


def test_a_service_needs_no_address(records: Records, tmp_path: Path) -> None:
    lines: list[Line] = [
        {"type": "user", "id": "f:1:robot", "kind": "service", "userName": "robot"},
        {"type": "user", "kind": "service", "fullName": "Nightly"},
        {"type": "user", "id": "other", "kind": "service", "email": None},
    ]
    records.good(*lines)
    assert records.good(*lines).unchanged == {"user": 3}
    exported = records.exported("user")
    assert [line["fullName"] for line in exported] == ["robot", "Nightly", "other"]
    assert all(str(line["email"]).endswith("@service.invalid") for line in exported)
    assert not verify(records.store, now=NOW).broken
    other = open_embedded(tmp_path / "other.db")
    Records(other, tmp_path).good(*exported)
    assert Records(other, tmp_path).exported("user") == exported
    other.close()


# Numbers at the far end.

FAR = 998_999_999


def _numbered(kind: str, number: int | None) -> Line:
    """A record of the type, with a number of its own or without one."""
    name = f"n{number}"
    line: Line = {
        "user": user(name),
        "project": project(name),
        "role": {"type": "role", "name": name},
        "group": {"type": "group", "name": name},
    }[kind]
    return line if number is None else {**line, "number": number}


@pytest.mark.parametrize("kind", ["user", "project", "role", "group"])
def test_fb_01_a_number_that_leaves_no_room_is_refused_by_its_line(records: Records, kind: str) -> None:
    for number in (FAR + 1, 999_999_999):
        assert records.refused(workspace(), _numbered(kind, number), _numbered(kind, None)) == [
            f"line 2: {kind}: number leaves no room for those to come: at most {FAR}, "
            f"or the next ones after {0 if number == FAR + 1 else 1}"
        ]
    assert [line["number"] for line in records.exported(kind)] == [1]


def test_fb_01_what_refers_to_a_refused_number_is_refused(records: Records) -> None:
    assert records.refused({"type": "group", "number": 999_999_999}, user(groups=[999_999_999])) == [
        f"line 1: group: number leaves no room for those to come: at most {FAR}, or the next ones after 0",
        "line 2: user: groups '999999999' is on line 1, which is bad",
    ]


@pytest.mark.parametrize("kind", ["user", "project", "role", "group"])
def test_fb_01_what_the_directory_gives_out_it_takes_back(
    records: Records, tmp_path: Path, kind: str
) -> None:
    records.good(workspace(), _numbered(kind, FAR))
    records.good(_numbered(kind, None))
    exported = records.export()
    assert [line["number"] for line in exported if line["type"] == kind] == [FAR, FAR + 1]
    other = open_embedded(tmp_path / "other.db")
    elsewhere = Records(other, tmp_path)
    elsewhere.good(*exported)
    assert elsewhere.export() == exported
    assert not verify(other, now=NOW).broken
    other.close()


def test_fb_01_where_no_number_is_left_none_is_made(records: Records) -> None:
    list_log.reserve(records.store, keys.USERS, 999_999_997)
    records.good(user("u1", number=999_999_998))
    assert records.refused(user("u2"), user("u3"), user("u4", createdBy="u3")) == [
        "line 2: user: no number is left",
        "line 3: user: no number is left",
    ]
    assert [line["number"] for line in records.exported("user")] == [999_999_998, 999_999_999]
    with pytest.raises(Unavailable):
        users.create(records.store, replace(user_of(records.store), id="", email="b@x.test"), None, by=BY)
    assert not verify(records.store, now=NOW).broken


# Memberships of one moment.


def _oldest_one_after_another(store: Store, name: str) -> list[str | None]:
    """The workspace that is the user's oldest, and again when the user has left it, until none is left."""
    found: list[str | None] = []
    while (oldest := user_of(store, name).oldest_workspace_id) is not None:
        found.append(oldest)
        members.remove(store, workspace_of(store, oldest), name, by=BY, even_last_admin=True)
    return found


def test_fb_06_of_memberships_of_one_moment_the_first_is_the_oldest(records: Records, tmp_path: Path) -> None:
    homes = [workspace(name) for name in ("w1", "w2", "w3", "w4")]
    people = [user("u1"), user("u2"), user("u3")]
    joined = [
        member("w3", "u2", createdAt=AT),
        member("w3", "u1", createdAt=AT),
        member("w1", "u1", createdAt=AT),
        member("w4", "u1", createdAt="2020-01-01T00:00:00Z"),
        member("w2", "u1", createdAt=AT),
        member("w1", "u2", createdAt=AT),
        member("w1", "u3", createdAt=AT),
    ]
    records.good(*homes, *people, *joined)
    assert not verify(records.store, now=NOW).broken
    exported = records.export()
    other = open_embedded(tmp_path / "other.db")
    elsewhere = Records(other, tmp_path)
    elsewhere.good(*exported)
    assert elsewhere.export() == exported
    assert members_of(other, "w1") == members_of(records.store, "w1")
    for store in (records.store, other):
        assert _oldest_one_after_another(store, "u1") == ["w4", "w3", "w1", "w2"]
        assert _oldest_one_after_another(store, "u2") == ["w3", "w1"]
        assert not verify(store, now=NOW).broken
    other.close()


def test_fb_06_a_membership_of_before_has_no_turn_and_is_the_older(records: Records) -> None:
    records.good(workspace("w1"), workspace("w2"), workspace("w3"), user(), member("w3", createdAt=AT))
    bare = records.store
    for key in (
        keys.member("w3", "u1"),
        keys.row(keys.members("w3"), 1),
        keys.row(keys.workspaces_of("u1"), 3),
    ):
        bare.write(Update(key, remove=("turn",)))
    bare.write(Update(keys.user("u1"), remove=("memberships_begun",)))
    assert not verify(bare, now=NOW).broken
    records.good(member("w2", createdAt=AT), member("w1", createdAt=AT))
    assert not verify(bare, now=NOW).broken
    assert _oldest_one_after_another(bare, "u1") == ["w3", "w2", "w1"]


def test_fb_17_spaces_around_an_address_are_dropped(records: Records) -> None:
    line = {"type": "user", "email": " Joe@Example.com "}
    records.good(line)
    joe, _ = users.with_password(records.store, records.store.get(keys.email("joe@example.com")))
    assert joe is not None
    assert (joe.email, joe.full_name) == ("Joe@Example.com", "Joe@Example.com")
    for again in (line, {"type": "user", "email": "Joe@Example.com"}):
        assert records.good(again).unchanged.total() == 1
