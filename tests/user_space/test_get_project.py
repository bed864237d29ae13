"""GET /minimal/rest/user/v1/project."""

from tests.support.api import Api
from tests.user_space.fixtures import Fixtures, ask, data_of


def test_the_project_in_short(api: Api, fixtures: Fixtures) -> None:
    assert list(data_of(ask(api, fixtures, "project", fixtures.member)).items()) == [
        ("project_id", fixtures.web.id),
        ("org_id", fixtures.acme.id),
        ("name", "web"),
        ("abbreviation", "w"),
        ("description", "The site"),
    ]


def test_the_headers_say_which_project(api: Api, fixtures: Fixtures) -> None:
    shown = data_of(ask(api, fixtures, "project", fixtures.boss, project=fixtures.ops))
    assert (shown["project_id"], shown["name"]) == (fixtures.ops.id, "ops")
