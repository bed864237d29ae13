"""A user with ten thousand spaces: what pages, filters and orders ask of the table."""

from math import ceil

import pytest

from roster.clock import instant
from roster.db import keys, list_log
from roster.db.codec import attributes
from roster.db.list_tree import Move, counting
from roster.db.transactions import item
from roster.directory import grants
from roster.domain import Space, SpaceRole
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.api import Api
from tests.support.meter import Meter
from tests.support.snapshots import put_rows

MANY = 10_000


@pytest.fixture
def many_spaces(fixtures: Fixtures, api: Api) -> Fixtures:
    """Max develops them all; the rows stand where an import would have put them."""
    listing = keys.spaces_of(fixtures.max.id, SpaceRole.DEVELOPER)
    first = list_log.allocate(api.store, keys.SPACES, MANY)
    at = instant(api.clock())
    made = [
        Space(f"space-{n:05}", first + n, fixtures.acme.id, f"Space {n % 100:02} of {n:05}", at)
        for n in range(MANY)
    ]
    rows = [item(keys.row(listing, one.number), {**grants.row_of(one), "since": 0}) for one in made]
    put_rows(api.store, rows)
    put_rows(api.store, [item(keys.row(keys.SPACES, one.number), attributes(one)) for one in made])
    for update in counting([Move(listing, one.number, 1) for one in made]):
        api.store.write(update)
    return fixtures


FILTERS = {  # the total, and the calls beside Queries of the rows: who calls, and what a filter names
    "q=name>space%2050": (5000, 2),
    "order-by=name&order-direction=desc": (MANY, 2),
    "q=name:nothing&q=organization_guid:x": (0, 1),
    "q=developer_guid:{dev}": (0, 2 + MANY // 100),  # the other developer, and their role in each space
    "q=developer_guid:{dev}&q=name>space%2099": (0, 3),
    "q=developer_guid:{max}": (MANY, 6),  # the caller, whose own list is read once more, and its head
    "q=app_guid:app-1": (0, 2),
}


def test_a_page_costs_the_same_at_any_number(many_spaces: Fixtures, meter: Meter) -> None:
    api_token = many_spaces.api.token(many_spaces.max)
    for page in (1, 50, 100):
        with meter.measure() as reading:
            path = f"/v2/users/{many_spaces.max.id}/spaces?results-per-page=100&page={page}"
            found = many_spaces.api.get(path, bearer=api_token).json
        assert (found["total_results"], len(found["resources"])) == (MANY, 100)
        assert found["resources"][0]["metadata"]["guid"] == f"space-{(page - 1) * 100:05}"
        assert reading.trips <= 4
        assert reading.calls["Query"] == 1


def test_a_filter_reads_the_rows_through_and_gets_none_of_them(
    many_spaces: Fixtures, api: Api, meter: Meter
) -> None:
    api_token = many_spaces.api.token(many_spaces.max)
    rows_a_query = len(api.store.query(keys.spaces_of(many_spaces.max.id, SpaceRole.DEVELOPER)).items)
    for query, (total, others) in FILTERS.items():
        asked = query.format(dev=many_spaces.dev.id, max=many_spaces.max.id)
        path = f"/v2/users/{many_spaces.max.id}/spaces?{asked}"
        with meter.measure() as reading:
            found = many_spaces.api.get(path, bearer=api_token).json
        assert found["total_results"] == total, query
        assert reading.calls["GetItem"] == 0, query
        assert reading.trips <= ceil(MANY / rows_a_query) + others, query
