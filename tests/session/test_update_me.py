"""PUT /api/auth/me."""

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import (
    NOWHERE,
    USER,
    Fixtures,
    assert_granted,
    assert_invalid,
    assert_refused,
)

PATH = "/api/auth/me"
WHOLE = {
    "fullName": "Ada King",
    "firstName": "Ada",
    "lastName": "King",
    "timezone": "Europe/London",
    "dateFormat": "dd.MM.yyyy",
    "timeFormat": "HH:mm",
}


@pytest.fixture
def fixtures(api: Api, directory: Directory) -> Fixtures:
    return Fixtures.set(api, directory)


def test_what_is_named_is_changed_and_read_in_other_dialects(api: Api, fixtures: Fixtures) -> None:
    body = {**WHOLE, "defaultWorkspaceId": fixtures.acme.id}
    answer = api.put(PATH, body, as_=fixtures.member)
    assert_granted(answer, *USER)
    assert {name: answer.data[name] for name in body} == body
    assert api.put(PATH, body, as_=fixtures.member).data == answer.data  # within the same second
    assert api.get(PATH, as_=fixtures.member).data == answer.data
    assert answer.headers["etag"] != api.get(PATH, as_=fixtures.member).headers["etag"]
    testmo = api.get("/api/v1/user", bearer=fixtures.member).json
    assert (testmo["name"], testmo["timezone"]) == ("Ada King", "Europe/London")


def test_null_empties_a_text_and_what_is_absent_stays(api: Api, fixtures: Fixtures) -> None:
    before = api.put(PATH, WHOLE, as_=fixtures.member).data
    after = api.put(PATH, {"timezone": None, "lastName": None}, as_=fixtures.member).data
    assert after == {**before, "timezone": None, "lastName": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fullName": None}, "fullName"),
        ({"defaultWorkspaceId": None}, "defaultWorkspaceId"),
        ({"fullName": "a\u202eb"}, "fullName"),
        ({"firstName": ""}, "firstName"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"email": "else@example.com"}, "email"),
        ({"roles": ["ADMIN"]}, "roles"),
        ({"userName": "countess"}, "userName"),
        ({"mustChangePassword": False}, "mustChangePassword"),
    ],
)
@pytest.mark.row("AC-08", "M-08")
def test_what_is_not_theirs_to_say_is_refused(
    api: Api, fixtures: Fixtures, body: dict[str, Any], field: str
) -> None:
    with api.no_effect():
        assert_invalid(api.put(PATH, body, as_=fixtures.member), field)


@pytest.mark.row("AC-09")
def test_a_workspace_of_others_reads_as_one_that_is_none(api: Api, fixtures: Fixtures) -> None:
    with api.no_effect():
        foreign, absent = (
            api.put(PATH, {"defaultWorkspaceId": each}, as_=fixtures.member)
            for each in (fixtures.globex.id, NOWHERE)
        )
    assert_invalid(foreign, "defaultWorkspaceId")
    assert foreign.text == absent.text


def test_an_outdated_tag_is_refused(api: Api, fixtures: Fixtures) -> None:
    tag = api.get(PATH, as_=fixtures.member).headers["etag"]
    changed = api.put(PATH, {"fullName": "One"}, as_=fixtures.member, headers={"If-Match": tag})
    assert changed.status == 200
    with api.no_effect():
        assert_refused(
            api.put(PATH, {"fullName": "Two"}, as_=fixtures.member, headers={"If-Match": tag}), 412
        )
