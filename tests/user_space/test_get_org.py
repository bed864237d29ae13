"""GET /minimal/rest/user/v1/org."""

from tests.support.api import Api
from tests.user_space.fixtures import Scene, ask, data_of


def test_the_organisation_in_short(api: Api, scene: Scene) -> None:
    answer = api.get(
        "/minimal/rest/user/v1/org",
        headers={
            "X-Org-Id": scene.acme.id,
            "X-Project-Id": scene.web.id,
            "X-User-Id": scene.member.id,
        },
        bearer=scene.member,
    )
    assert list(data_of(answer).items()) == [
        ("org_id", scene.acme.id),
        ("name", "Acme"),
        ("abbreviation", "ac"),
    ]


def test_everybody_who_sees_the_project_sees_the_same(api: Api, scene: Scene) -> None:
    seen = [data_of(ask(api, scene, "org", user)) for user in (scene.member, scene.boss, scene.root)]
    assert seen[0] == seen[1] == seen[2]
