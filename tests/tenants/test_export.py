"""`roster export --workspace KEY`: one workspace's records, which import elsewhere."""

import json
from io import StringIO
from pathlib import Path

import pytest

from cli.records.export import export
from local.embedded import open_embedded
from roster.directory import workspaces
from tests.tools.support import BY, Line, Records, member, project, space, token, user, workspace

LINES: list[Line] = [
    workspace("w1", limits={"members": 9, "projects": None, "spaces": None}),
    workspace("w2"),
    project("p1", "w1", number=70),
    project("p2", "w2"),
    space("s1", "w1", projectId="p1", name="alpha", ownerId="u2"),
    space("s2", "w2", name="beta"),
    {"type": "app", "id": "a1", "spaceId": "s1", "name": "portal"},
    {"type": "app", "id": "a2", "spaceId": "s2", "name": "other"},
    {"type": "feature", "id": "f1", "workspaceId": "w1", "name": "Boards", "ownerId": "u3"},
    {"type": "feature", "id": "f2", "workspaceId": "w2", "name": "Boards"},
    {"type": "role", "number": 1, "name": "Site admin"},
    {"type": "group", "number": 1, "name": "QA"},
    user("u1", roles=["ADMIN", "USER"], defaultWorkspaceId="w2", roleNumber=1, groups=[1], number=41),
    user("u2", createdBy="u3", updatedBy="u1", password="a phrase of nobody"),
    user("u3", roles=["ADMIN"]),
    member("w1", "u1", role="ADMIN"),
    member("w1", "u2"),
    member("w2", "u1"),
    member("w2", "u3", role="ADMIN"),
    {"type": "projectMembership", "projectId": "p1", "userId": "u2"},
    {"type": "projectMembership", "projectId": "p2", "userId": "u1"},
    {"type": "spaceRole", "spaceId": "s1", "userId": "u2", "role": "developer"},
    {"type": "spaceRole", "spaceId": "s1", "userId": "u3", "role": "auditor"},
    token("0123456789abcdef0123456789abcdef", "u1"),
    {"type": "client", "id": "cf", "secret": ""},
]


@pytest.mark.row("T-12")
def test_one_workspaces_records_hold_nothing_of_another_and_import_elsewhere(tmp_path: Path) -> None:
    first, second = (open_embedded(tmp_path / f"{name}.db") for name in ("first", "second"))
    Records(first, tmp_path).good(*LINES)
    out = StringIO()
    exported = export(first, out, workspace=workspaces.by_id(first, "w1"))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (exported.records.total(), exported.left_out) == (len(lines), {"user": 1})
    own = [(line["type"], line.get("id") or line["userId"]) for line in lines]
    assert own == [
        ("workspace", "w1"),
        ("project", "p1"),
        ("space", "s1"),
        ("app", "a1"),
        ("feature", "f1"),
        ("user", "u1"),
        ("user", "u2"),
        ("membership", "u1"),
        ("membership", "u2"),
        ("projectMembership", "u2"),
        ("spaceRole", "u2"),
    ]
    people = {line["id"]: line for line in lines if line["type"] == "user"}
    assert [line["roles"] for line in people.values()] == [["USER"], ["USER"]]
    assert (people["u1"]["defaultWorkspaceId"], people["u1"]["groups"]) == (None, [])
    assert (people["u2"]["createdBy"], people["u2"]["updatedBy"]) == (None, "u1")
    for foreign in ("w2", "u3", "p2", "s2"):
        assert f'"{foreign}"' not in out.getvalue()

    there = Records(second, tmp_path)
    there.good(user("other", number=41), workspace("w9"))
    there.good(*lines)
    assert [line["id"] for line in there.exported("workspace")] == ["w9", "w1"]
    assert there.good(*lines).created.total() == 0


def test_the_id_of_a_deleted_workspace_is_never_taken_again(tmp_path: Path) -> None:
    store = open_embedded(tmp_path / "table.db")
    records = Records(store, tmp_path)
    records.good(workspace("w1", active=False))
    workspaces.delete(store, workspaces.alive(store, "w1"), by=BY, demand=lambda _: None)
    [refused] = records.refused(workspace("w1"))
    assert "id" in refused
