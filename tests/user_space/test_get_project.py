"""GET /minimal/rest/user/v1/project."""

from tests.support.api import Api
from tests.user_space.fixtures import Scene, ask, data_of


def test_the_project_in_short(api: Api, scene: Scene) -> None:
    assert list(data_of(ask(api, scene, "project", scene.member)).items()) == [
        ("project_id", scene.web.id),
        ("org_id", scene.acme.id),
        ("name", "web"),
        ("abbreviation", "w"),
        ("description", "The site"),
    ]


def test_the_headers_say_which_project(api: Api, scene: Scene) -> None:
    shown = data_of(ask(api, scene, "project", scene.boss, project=scene.ops))
    assert (shown["project_id"], shown["name"]) == (scene.ops.id, "ops")
