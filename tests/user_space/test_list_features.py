"""GET /minimal/rest/user/v1/feature."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.user_space.fixtures import Scene, ask, data_of


@pytest.fixture(autouse=True)
def features(directory: Directory, scene: Scene) -> None:
    more = {"owner_id": scene.boss.id, "touched_by": scene.member.id, "description": "d", "email": "f@x"}
    directory.feature(scene.acme, "Search", scene.web)
    directory.feature(scene.acme, "Boards", scene.web, id="boards", module="Boards", **more)
    directory.feature(scene.acme, "Archive", scene.web, enabled=False)
    directory.feature(scene.acme, "Deploys", scene.ops)
    directory.feature(scene.acme, "Loose")
    directory.feature(scene.globex, "Scores", scene.games)


@pytest.mark.parametrize("who", ["root", "boss", "member"])
def test_everyone_sees_the_projects_features_that_are_switched_on_by_name(
    api: Api, scene: Scene, who: str
) -> None:
    found = data_of(ask(api, scene, "feature", getattr(scene, who)))
    assert [feature["name"] for feature in found] == ["Boards", "Search"]


def test_a_feature_has_eight_fields(api: Api, scene: Scene) -> None:
    boards, search = data_of(ask(api, scene, "feature", scene.member))
    assert list(boards.items()) == [
        ("feature_id", "boards"),
        ("org_id", scene.acme.id),
        ("project_id", scene.web.id),
        ("name", "Boards"),
        ("description", "d"),
        ("email", "f@x"),
        ("owner_id", scene.boss.id),
        ("touched_by", scene.member.id),
    ]
    assert list(search) == list(boards)
    assert (search["owner_id"], search["touched_by"]) == (None, None)


def test_a_project_without_features_is_an_empty_list(api: Api, directory: Directory, scene: Scene) -> None:
    bare = directory.project(scene.acme, "bare")
    assert data_of(ask(api, scene, "feature", scene.boss, project=bare)) == []
