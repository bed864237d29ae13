"""GET /minimal/rest/user/v1/feature."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.user_space.fixtures import Fixtures, ask, data_of


@pytest.fixture(autouse=True)
def features(directory: Directory, fixtures: Fixtures) -> None:
    more = {
        "owner_id": fixtures.boss.id,
        "touched_by": fixtures.member.id,
        "description": "d",
        "email": "f@x",
    }
    directory.feature(fixtures.acme, "Search", fixtures.web)
    directory.feature(fixtures.acme, "Boards", fixtures.web, id="boards", module="Boards", **more)
    directory.feature(fixtures.acme, "Archive", fixtures.web, enabled=False)
    directory.feature(fixtures.acme, "Deploys", fixtures.ops)
    directory.feature(fixtures.acme, "Loose")
    directory.feature(fixtures.globex, "Scores", fixtures.games)


@pytest.mark.parametrize("who", ["root", "boss", "member"])
def test_everyone_sees_the_projects_features_that_are_switched_on_by_name(
    api: Api, fixtures: Fixtures, who: str
) -> None:
    found = data_of(ask(api, fixtures, "feature", getattr(fixtures, who)))
    assert [feature["name"] for feature in found] == ["Boards", "Search"]


def test_a_feature_has_eight_fields(api: Api, fixtures: Fixtures) -> None:
    boards, search = data_of(ask(api, fixtures, "feature", fixtures.member))
    assert list(boards.items()) == [
        ("feature_id", "boards"),
        ("org_id", fixtures.acme.id),
        ("project_id", fixtures.web.id),
        ("name", "Boards"),
        ("description", "d"),
        ("email", "f@x"),
        ("owner_id", fixtures.boss.id),
        ("touched_by", fixtures.member.id),
    ]
    assert list(search) == list(boards)
    assert (search["owner_id"], search["touched_by"]) == (None, None)


def test_a_project_without_features_is_an_empty_list(
    api: Api, directory: Directory, fixtures: Fixtures
) -> None:
    bare = directory.project(fixtures.acme, "bare")
    assert data_of(ask(api, fixtures, "feature", fixtures.boss, project=bare)) == []
