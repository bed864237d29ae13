"""The further fields of POST and PUT /api/admin/users."""

from typing import Any

import pytest

from roster.db import keys
from roster.db.store import Put
from roster.db.transactions import item
from tests.support.api import Api
from tests.support.directory import PASSWORD, Directory
from tests.workspaces.fixtures import NOWHERE, Fixtures, assert_invalid

PATH = "/api/admin/users"
NEW = {"email": "ada@example.com", "fullName": "Ada", "password": PASSWORD, "roles": ["USER"]}


@pytest.fixture
def whole(fixtures: Fixtures, directory: Directory) -> dict[str, Any]:
    """Every further field, each with another value than its default."""
    directory.group(1, "QA"), directory.group(2, "Ops"), directory.role(4, "Tester")
    return {
        **{"firstName": "Ada", "lastName": "King", "userName": "countess", "timezone": "Europe/London"},
        **{"dateFormat": "dd.MM.yyyy", "timeFormat": "HH:mm", "notifications": 3, "roleNumber": 4},
        **{"groups": [2, 1], "onboarding": 2, "defaultWorkspaceId": fixtures.acme.id},
        "mustChangePassword": True,
    }


def _read(api: Api, fixtures: Fixtures, user_id: str) -> dict[str, Any]:
    data: dict[str, Any] = api.get(f"{PATH}/{user_id}", as_=fixtures.root).data
    return data


def test_a_user_is_made_with_all_of_them(api: Api, fixtures: Fixtures, whole: dict[str, Any]) -> None:
    made = api.post(PATH, {**NEW, **whole}, as_=fixtures.root)
    assert made.status == 200, made.text
    assert {name: made.data[name] for name in whole} == whole
    assert _read(api, fixtures, made.data["id"]) == made.data
    assert made.data in api.get(PATH, as_=fixtures.root).data


def test_all_of_them_are_changed_and_read_by_testmo(
    api: Api, fixtures: Fixtures, whole: dict[str, Any]
) -> None:
    answer = api.put(f"{PATH}/{fixtures.member.id}", whole, as_=fixtures.root)
    assert answer.status == 200, answer.text
    assert {name: answer.data[name] for name in whole} == whole
    shown = api.get(f"/api/v1/users/{fixtures.member.number}", bearer=fixtures.root).json["result"]
    assert (shown["role_id"], shown["groups"], shown["notifications"]) == (4, [2, 1], 3)
    emptied: dict[str, Any] = {"firstName": None, "timezone": None, "groups": []}
    again = api.put(f"{PATH}/{fixtures.member.id}", emptied, as_=fixtures.root).data
    assert again == {**answer.data, **emptied}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("roleNumber", 5),
        ("groups", [1, 7]),
        ("defaultWorkspaceId", NOWHERE),
        ("roleNumber", None),
        ("groups", None),
        ("notifications", 4),
        ("onboarding", True),
        ("defaultWorkspaceId", None),
        ("mustChangePassword", None),
        ("userName", "a\u200bb"),
    ],
)
@pytest.mark.row("AC-10")
def test_what_is_unknown_or_no_value_is_refused(
    api: Api, fixtures: Fixtures, whole: dict[str, Any], name: str, value: object
) -> None:
    with api.no_effect():
        for method, path, body in (("POST", PATH, NEW), ("PUT", f"{PATH}/{fixtures.member.id}", {})):
            answer = api.send(method, path, {**body, **whole, name: value}, as_=fixtures.root)
            assert_invalid(answer, name)


def test_a_new_user_without_a_role_gets_the_default_one(
    api: Api, fixtures: Fixtures, directory: Directory
) -> None:
    for number in (4, 5):
        directory.role(number, f"role {number}")
    api.store.write(Put(item(keys.default_role(), {"number": 4})))
    assert api.post(PATH, NEW, as_=fixtures.root).data["roleNumber"] == 4
    other = {**NEW, "email": "other@example.com", "roleNumber": 5}
    assert api.post(PATH, other, as_=fixtures.root).data["roleNumber"] == 5
