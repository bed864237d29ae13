"""How often a request asks the table: the budget of every endpoint, authentication included."""

import pytest

from roster.table.meter import Meter
from tests.api import Api
from tests.directory import Directory
from tests.workspaces.scene import (
    ADD_MEMBER,
    CREATE_USER,
    CREATE_WORKSPACE,
    DELETE_USER,
    ENDPOINTS,
    GET_ME,
    GET_USER,
    GET_WORKSPACE,
    LIST_MEMBERS,
    LIST_USERS,
    LIST_WORKSPACES,
    LOGOUT,
    REMOVE_MEMBER,
    UPDATE_USER,
    WRITES,
    Endpoint,
    Scene,
    named,
)

BUDGET = {
    GET_WORKSPACE: 1,
    GET_ME: 2,
    GET_USER: 2,
    LIST_USERS: 4,
    LIST_WORKSPACES: 4,
    LIST_MEMBERS: 5,
    CREATE_WORKSPACE: 4,
    ADD_MEMBER: 4,
    REMOVE_MEMBER: 4,
    CREATE_USER: 4,
    UPDATE_USER: 4,
    DELETE_USER: 4,
    LOGOUT: 4,
}


def test_every_endpoint_has_a_budget() -> None:
    assert set(BUDGET) == set(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_an_endpoint_keeps_to_its_budget(api: Api, scene: Scene, meter: Meter, endpoint: Endpoint) -> None:
    with meter.measure() as reading:
        answer = endpoint.send(api, scene, as_=scene.root)
    assert answer.status == 200
    assert reading.trips <= BUDGET[endpoint], dict(reading.calls)
    assert reading.calls["TransactWriteItems"] == (endpoint in WRITES)
    assert reading.calls["Scan"] == 0


@pytest.mark.parametrize("endpoint", [LIST_USERS, LIST_WORKSPACES, LIST_MEMBERS], ids=named)
@pytest.mark.parametrize("page", [1, 2, 999_999])
def test_a_page_costs_the_same_wherever_it_is(
    api: Api, directory: Directory, scene: Scene, meter: Meter, endpoint: Endpoint, page: int
) -> None:
    for user in (scene.stranger, scene.rival):
        directory.member(scene.acme, user)
    path = endpoint.route.partition(" ")[2].replace("{workspaceId}", scene.acme.id)
    with meter.measure() as reading:
        assert api.get(f"{path}?page={page}&size=2", as_=scene.root).status == 200
    assert reading.trips <= BUDGET[endpoint], dict(reading.calls)


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


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_a_caller_without_the_right_costs_one_call(
    api: Api, scene: Scene, meter: Meter, endpoint: Endpoint
) -> None:
    with meter.measure() as reading:
        answer = endpoint.send(api, scene, as_=scene.stranger)
    if answer.status == 403:
        assert reading.calls == {"BatchGetItem": 1}
