"""How often a request asks the table, the proof included."""

import pytest

from tests.support.api import Api
from tests.support.meter import Meter
from tests.user_space.fixtures import ENDPOINTS, ROOT, Scene

BUDGET = {"org": 1, "project": 1, "org/detail": 2, "project/detail": 2, "space": 4, "feature": 4}


def test_every_endpoint_has_a_budget() -> None:
    assert set(BUDGET) == set(ENDPOINTS)


@pytest.mark.parametrize("proof", ["bearer", "as_"])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_endpoint_keeps_to_its_budget(
    api: Api, scene: Scene, meter: Meter, endpoint: str, proof: str
) -> None:
    api.cookie(scene.member)
    for who, status in ((scene.member, 200), (scene.boss, 401)):
        with meter.measure() as reading:
            answer = api.get(f"{ROOT}/{endpoint}", headers=scene.headers(who), **{proof: scene.member})
        assert answer.status == status
        assert reading.trips <= BUDGET[endpoint], dict(reading.calls)
        assert reading.calls.keys() <= {"BatchGetItem", "Query"}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_headers_that_are_not_proved_cost_nothing(
    api: Api, scene: Scene, meter: Meter, endpoint: str
) -> None:
    with meter.measure() as reading:
        assert api.get(f"{ROOT}/{endpoint}", headers=scene.headers(scene.member)).status == 401
    assert reading.trips == 0
