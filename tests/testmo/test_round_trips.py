"""How often a request with expansions, of a later page or of a refused caller asks the table.

`tests/support/budgets.py` asks for the others.
"""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory, settle
from tests.support.meter import Meter
from tests.testmo.fixtures import Fixtures, bulk_users

BUDGET = {
    "/api/v1/users/2?expands=groups,roles,users": 3,
    "/api/v1/users?page=2": 4,
    "/api/v1/users?expands=groups,roles,users": 5,
    "/api/v1/project/1/users?page=3&per_page=15": 5,
}


@pytest.mark.parametrize("path", BUDGET)
def test_expansions_and_later_pages_keep_to_the_budget(
    api: Api, directory: Directory, fixtures: Fixtures, meter: Meter, path: str
) -> None:
    bulk_users(directory, 145, fixtures.web)
    settle(api.store)
    with meter.measure() as reading:
        answer = api.get(path, bearer=fixtures.root)
    assert answer.status == 200
    assert reading.trips <= BUDGET[path], dict(reading.calls)
    assert reading.calls.keys() <= {"GetItem", "BatchGetItem", "Query"}


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/users/2", "/api/v1/groups"])
def test_a_refusal_costs_one_call_at_most(api: Api, fixtures: Fixtures, meter: Meter, path: str) -> None:
    for more, trips, status in (({}, 0, 401), ({"bearer": fixtures.member}, 1, 403)):
        with meter.measure() as reading:
            assert api.get(path, **more).status == status
        assert reading.trips == trips
