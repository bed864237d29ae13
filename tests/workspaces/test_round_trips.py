"""What `tests/support/budgets.py` does not ask: pages apart, and callers who are refused."""

import pytest

from tests.support.api import Api
from tests.support.directory import Directory
from tests.support.meter import Meter
from tests.workspaces.fixtures import (
    ENDPOINTS,
    IN_A_WORKSPACE,
    LIST_MEMBERS,
    LIST_USERS,
    LIST_WORKSPACES,
    OF_USERS,
    Endpoint,
    Scene,
    named,
)

LISTS = {LIST_USERS: 4, LIST_WORKSPACES: 4, LIST_MEMBERS: 5}
"""The budget of a page."""


@pytest.mark.parametrize("endpoint", LISTS, ids=named)
@pytest.mark.parametrize("page", [1, 2, 999_999])
def test_a_page_costs_the_same_wherever_it_is(
    api: Api, directory: Directory, scene: Scene, meter: Meter, endpoint: Endpoint, page: int
) -> None:
    for user in (scene.stranger, scene.rival):
        directory.member(scene.acme, user)
    path = endpoint.route.partition(" ")[2].replace("{workspaceId}", scene.acme.id)
    with meter.measure() as reading:
        assert api.get(f"{path}?page={page}&size=2", as_=scene.root).status == 200
    assert reading.trips <= LISTS[endpoint], dict(reading.calls)


def test_own_workspaces_are_joined_in_one_call_more(api: Api, scene: Scene, meter: Meter) -> None:
    with meter.measure() as reading:
        assert len(api.get("/api/workspaces", as_=scene.member).data) == 1
    assert reading.trips <= 5, dict(reading.calls)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_a_caller_without_a_session_costs_one_call_at_most(
    api: Api, scene: Scene, meter: Meter, endpoint: Endpoint
) -> None:
    for cookie, trips in (("garbage", 0), (f"session_{scene.root.id}.{'A' * 43}", 1)):
        with meter.measure() as reading:
            assert endpoint.send(api, scene, as_=cookie).status == 401
        assert reading.trips == trips


@pytest.mark.parametrize("endpoint", [*IN_A_WORKSPACE, *OF_USERS], ids=named)
def test_a_caller_without_the_right_costs_one_call(
    api: Api, scene: Scene, meter: Meter, endpoint: Endpoint
) -> None:
    with meter.measure() as reading:
        assert endpoint.send(api, scene, as_=scene.stranger).status == 403
    assert reading.calls == {"BatchGetItem": 1}
