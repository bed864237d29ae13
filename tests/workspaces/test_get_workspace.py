"""GET /api/workspaces/{workspaceId}."""

import pytest

from roster.db import keys
from roster.db.store import Update
from roster.directory import members
from tests.support.api import Api
from tests.support.directory import Directory
from tests.workspaces.fixtures import NOWHERE, Fixtures, assert_dressed, assert_granted, assert_refused

SHOWN = ("id", "key", "name", "createdAt", "settings", "active", "limits", "organisation", "updatedAt")
SETTINGS = ["locale", "timeZone", "dateTimeFormat", "dateFormat", "timeFormat", "regionCode"]


@pytest.mark.parametrize("who", ["root", "boss", "member"])
def test_a_workspace_is_shown_with_its_settings(api: Api, fixtures: Fixtures, who: str) -> None:
    answer = api.get(f"/api/workspaces/{fixtures.acme.id}", as_=getattr(fixtures, who))
    assert_granted(answer, *SHOWN)
    assert list(answer.data["settings"]) == SETTINGS
    assert (answer.data["id"], answer.data["key"]) == (fixtures.acme.id, "acme")


@pytest.mark.parametrize("other", ["acme", "ACME", "x" * 64])
def test_a_workspace_goes_by_its_id_alone(api: Api, fixtures: Fixtures, other: str) -> None:
    assert_refused(api.get(f"/api/workspaces/{other}", as_=fixtures.root), 404)


def test_who_was_removed_sees_it_no_more(api: Api, directory: Directory, fixtures: Fixtures) -> None:
    members.remove(api.store, fixtures.acme, fixtures.member.id, by=directory.by, even_last_admin=False)
    foreign = api.get(f"/api/workspaces/{fixtures.acme.id}", as_=fixtures.member)
    assert_refused(foreign, 403)
    assert foreign.text == api.get(f"/api/workspaces/{NOWHERE}", as_=fixtures.member).text


def test_fb_18_it_takes_no_query_parameter(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(
        f"/api/workspaces/{fixtures.acme.id}?workspaceId={fixtures.globex.id}", as_=fixtures.root
    )
    message = "is no parameter of this endpoint; it takes none"
    assert_refused(answer, 400)
    assert answer.data == [{"field": "workspaceId", "message": message}]


@pytest.mark.usefixtures("broken_on_purpose")
@pytest.mark.row("P-06")
def test_a_corrupt_item_is_a_500_that_tells_nothing(api: Api, fixtures: Fixtures) -> None:
    api.store.write(Update(keys.workspace(fixtures.acme.id), set={"name": ["poison"]}))
    answer = api.get(f"/api/workspaces/{fixtures.acme.id}", as_=fixtures.root)
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert_dressed(answer)
    assert "poison" not in answer.text
    assert "name" not in answer.text
