"""GET /minimal/rest/user/v1/org/detail."""

from tests.support.api import Api
from tests.user_space.fixtures import Fixtures, ask, data_of


def test_the_organisation_with_its_address(api: Api, fixtures: Fixtures) -> None:
    assert list(data_of(ask(api, fixtures, "org/detail", fixtures.member)).items()) == [
        ("org_id", fixtures.acme.id),
        ("name", "Acme"),
        ("abbreviation", "ac"),
        ("admin_email", "admin@acme.example"),
        ("admin_name", "Ada"),
        ("address", "1 Main Street"),
        ("state", "Bern"),
        ("country", "CH"),
        ("pin_code", "3000"),
        ("created_at", "2026-04-13T01:00:00Z"),
    ]


def test_what_is_not_known_of_an_organisation_is_empty_text(api: Api, fixtures: Fixtures) -> None:
    shown = data_of(
        ask(api, fixtures, "org/detail", fixtures.rival, org=fixtures.globex, project=fixtures.games)
    )
    assert {shown[name] for name in ("abbreviation", "admin_email", "address", "pin_code")} == {""}
