"""Who may do what: every endpoint, every kind of caller, one's own workspace, another's and none."""

import pytest

from tests.support.api import Api, in_process
from tests.workspaces.fixtures import (
    ADD_MEMBER,
    CREATE_WORKSPACE,
    DELETE_USER,
    ENDPOINTS,
    GET_ME,
    GET_USER,
    GET_WORKSPACE,
    IN_A_WORKSPACE,
    LIST_MEMBERS,
    LIST_WORKSPACES,
    LOGOUT,
    NOWHERE,
    OF_USERS,
    REMOVE_MEMBER,
    UPDATE_USER,
    Endpoint,
    Fixtures,
    assert_refused,
    bare,
    named,
)

pytestmark = pytest.mark.any_engine

EVERYBODY = {"root", "boss", "member", "rival", "stranger"}
ALLOWED = {
    CREATE_WORKSPACE: {"root"},
    LIST_WORKSPACES: EVERYBODY,
    GET_WORKSPACE: {"root", "boss", "member"},
    ADD_MEMBER: {"root", "boss"},
    LIST_MEMBERS: {"root", "boss", "member"},
    REMOVE_MEMBER: {"root", "boss"},
    **{endpoint: {"root"} for endpoint in OF_USERS},
    GET_ME: EVERYBODY,
    LOGOUT: EVERYBODY,
}

NO_IDS = [
    pytest.param("%00", id="P-02-nul"),
    pytest.param("%0a", id="P-02-newline"),
    pytest.param("%2e%2e", id="P-02-dots"),
    pytest.param("a%20b", id="P-02-space"),
    pytest.param("%3f", id="P-02-question"),
    pytest.param("%E2%80%8B", id="P-02-zero-width"),
    pytest.param("%FF", id="P-02-no-utf-8"),
    pytest.param("ws%23x", id="P-03-delimiter"),
    pytest.param("ws-1%23MEMBER%23u-2", id="P-03-key"),
    pytest.param("..%252f..%252fadmin%252fusers", id="P-01-traversal"),
    pytest.param("x%252Fmembers", id="P-01-slash"),
    pytest.param("%2561", id="twice-encoded"),
    pytest.param("x" * 65, id="65-characters"),
    pytest.param("x" * 8_000, id="P-28-8-kB"),
]


def test_the_table_below_knows_every_endpoint() -> None:
    assert set(ALLOWED) == set(ENDPOINTS)


@pytest.mark.parametrize("who", sorted(EVERYBODY))
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
@pytest.mark.row("Z-04", "Z-05", "Z-08")
def test_an_endpoint_serves_whom_it_is_for(
    api: Api, fixtures: Fixtures, endpoint: Endpoint, who: str
) -> None:
    if who in ALLOWED[endpoint]:
        assert endpoint.send(api, fixtures, as_=getattr(fixtures, who)).status == 200
    else:
        with api.no_effect():
            assert_refused(endpoint.send(api, fixtures, as_=getattr(fixtures, who)), 403)


@pytest.mark.parametrize("who", ["boss", "member", "stranger"])
@pytest.mark.parametrize("endpoint", IN_A_WORKSPACE, ids=named)
@pytest.mark.row("Z-03", "Z-05", "item-12")
def test_a_foreign_workspace_and_none_are_the_same_bytes(
    api: Api, fixtures: Fixtures, endpoint: Endpoint, who: str
) -> None:
    with api.no_effect():
        foreign = endpoint.send(api, fixtures, workspace=fixtures.globex.id, as_=getattr(fixtures, who))
        unknown = endpoint.send(api, fixtures, workspace=NOWHERE, as_=getattr(fixtures, who))
    assert_refused(foreign, 403)
    assert bare(foreign) == bare(unknown)


@pytest.mark.parametrize("endpoint", IN_A_WORKSPACE, ids=named)
def test_a_platform_admin_is_told_that_a_workspace_is_not_there(
    api: Api, fixtures: Fixtures, endpoint: Endpoint
) -> None:
    with api.no_effect():
        assert_refused(endpoint.send(api, fixtures, workspace=NOWHERE, as_=fixtures.root), 404)


@pytest.mark.parametrize("impossible", NO_IDS)
def test_an_impossible_workspace_is_as_unknown_as_any(api: Api, fixtures: Fixtures, impossible: str) -> None:
    with api.no_effect():
        for endpoint in IN_A_WORKSPACE:
            assert_refused(endpoint.send(api, fixtures, workspace=impossible, as_=fixtures.root), 404)
            refused = endpoint.send(api, fixtures, workspace=impossible, as_=fixtures.boss)
            assert bare(refused) == bare(endpoint.send(api, fixtures, workspace=NOWHERE, as_=fixtures.boss))


@pytest.mark.parametrize("impossible", NO_IDS)
def test_an_impossible_user_is_not_there(api: Api, fixtures: Fixtures, impossible: str) -> None:
    with api.no_effect():
        for endpoint in (REMOVE_MEMBER, GET_USER, UPDATE_USER, DELETE_USER):
            assert_refused(endpoint.send(api, fixtures, user=impossible, as_=fixtures.root), 404)


@pytest.mark.row("Z-23")
def test_nothing_inside_an_answer_is_named_like_a_secret_or_a_key(api: Api, fixtures: Fixtures) -> None:
    for endpoint in (LIST_WORKSPACES, GET_WORKSPACE, LIST_MEMBERS, *OF_USERS[:4], GET_ME):
        text = endpoint.send(api, fixtures, as_=fixtures.root).text.replace("mustChangePassword", "").lower()
        for word in ("hash", "digest", "epoch", "revision", '"pk"', '"sk"', "password", "token"):
            assert word not in text, endpoint.name


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
@pytest.mark.parametrize(
    "event",
    [{}, None, [], "x", 7, {"key1": "value1", "key2": "value2"}, {"requestContext": [], "headers": 5}],
    ids=["bare", "null", "list", "text", "number", "console", "crooked"],
)
def test_what_is_no_request_is_answered_all_the_same(api: Api, endpoint: Endpoint, event: object) -> None:
    functions = {route.key: route.function for route in api.gateway.routes.routes}
    with api.no_effect():
        answer = in_process(functions[endpoint.route], event)  # type: ignore[arg-type]
    assert answer["statusCode"] == 401


def test_fb_15_a_refusal_says_who_may(api: Api, fixtures: Fixtures) -> None:
    told = {
        "/api/admin/users": "You may not do this. A platform ADMIN may.",
        f"/api/workspaces/{fixtures.globex.id}": (
            "You may not do this. A member of the workspace and a platform ADMIN may."
        ),
    }
    for path, message in told.items():
        assert api.get(path, as_=fixtures.member).json["message"] == message
    body = {"userId": fixtures.stranger.id, "role": "MEMBER"}
    answer = api.post(f"/api/workspaces/{fixtures.acme.id}/members", body, as_=fixtures.member)
    message = "You may not do this. An ADMIN of the workspace and a platform ADMIN may."
    assert answer.json["message"] == message
