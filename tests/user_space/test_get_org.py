"""GET /minimal/rest/user/v1/org."""

from tests.support.api import Api
from tests.user_space.fixtures import Fixtures, ask, data_of


def test_the_organisation_in_short(api: Api, fixtures: Fixtures) -> None:
    answer = api.get(
        "/minimal/rest/user/v1/org",
        headers={
            "X-Org-Id": fixtures.acme.id,
            "X-Project-Id": fixtures.web.id,
            "X-User-Id": fixtures.member.id,
        },
        bearer=fixtures.member,
    )
    assert list(data_of(answer).items()) == [
        ("org_id", fixtures.acme.id),
        ("name", "Acme"),
        ("abbreviation", "ac"),
    ]


def test_everybody_who_sees_the_project_sees_the_same(api: Api, fixtures: Fixtures) -> None:
    seen = [
        data_of(ask(api, fixtures, "org", user)) for user in (fixtures.member, fixtures.boss, fixtures.root)
    ]
    assert seen[0] == seen[1] == seen[2]
