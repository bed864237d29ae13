"""How often a refused caller's request asks the table; `tests/support/budgets.py` asks for the others."""

import pytest

from tests.support.api import Api
from tests.support.meter import Meter
from tests.workspaces.fixtures import (
    ENDPOINTS,
    IN_A_WORKSPACE,
    OF_USERS,
    Endpoint,
    Fixtures,
    named,
)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_a_caller_without_a_session_costs_one_call_at_most(
    api: Api, fixtures: Fixtures, meter: Meter, endpoint: Endpoint
) -> None:
    for cookie, trips in (("garbage", 0), (f"session_{fixtures.root.id}.{'A' * 43}", 1)):
        with meter.measure() as reading:
            assert endpoint.send(api, fixtures, as_=cookie).status == 401
        assert reading.trips == trips


@pytest.mark.parametrize("endpoint", [*IN_A_WORKSPACE, *OF_USERS], ids=named)
def test_a_caller_without_the_right_costs_one_call(
    api: Api, fixtures: Fixtures, meter: Meter, endpoint: Endpoint
) -> None:
    with meter.measure() as reading:
        assert endpoint.send(api, fixtures, as_=fixtures.stranger).status == 403
    assert reading.calls == {"BatchGetItem": 1}
