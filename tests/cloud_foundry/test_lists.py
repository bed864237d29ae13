"""Pages, filters and orders of all lists, beyond what the vectors hold."""

from collections.abc import Callable

import pytest

from roster.db import keys
from roster.db.store import Key, Update, Value
from roster.domain import SpaceRole
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.directory import Directory
from tests.support.meter import Meter


def total(fixtures: Fixtures, path: str) -> int:
    return int(fixtures.get(path, fixtures.root).json["total_results"])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["alpha", "beta", "gamma"]),
        ("order-direction=desc", ["gamma", "beta", "alpha"]),
        ("order-by=name&order-direction=desc", ["gamma", "beta", "alpha"]),
        ("q=name:BETA", ["beta"]),
        ("q=name>alpha&q=name<gamma", ["beta"]),
        ("q=name%20IN%20alpha,gamma", ["alpha", "gamma"]),
        ("q=organization_guid:{acme}", ["alpha", "beta"]),
        ("q=organization_guid:{acme}%3Bname:beta", ["beta"]),
        ("q=developer_guid:{dev}", ["alpha", "gamma"]),
        ("q=developer_guid%20IN%20{max},{dev}", ["alpha", "gamma"]),
        ("q=developer_guid:{max}", []),
        ("q=app_guid:app-1", ["alpha"]),
        ("q=app_guid:nope", []),
        ("q=app_guid>app-1", ["alpha"]),
        ("q=name>", []),
        ("results-per-page=2&page=2", ["gamma"]),
    ],
)
def test_all_spaces(fixtures: Fixtures, query: str, names: list[str]) -> None:
    filled = query.format(acme=fixtures.acme.id, dev=fixtures.dev.id, max=fixtures.max.id)
    assert fixtures.names(f"/v2/spaces?{filled}", fixtures.root) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Acme", "Globex"]),
        ("order-by=name&order-direction=desc", ["Globex", "Acme"]),
        ("q=name:acme", ["Acme"]),
        ("q=space_guid:{alpha}", ["Acme"]),
        ("q=user_guid:{dev}", ["Acme", "Globex"]),
        ("q=user_guid:{memo}", ["Acme"]),
        ("q=manager_guid:{boss}", ["Acme"]),
        ("q=manager_guid:{dev}", []),
        ("q=billing_manager_guid:{boss}", []),
        ("q=auditor_guid:{boss}", []),
        ("q=status:active", ["Acme", "Globex"]),
        ("q=status:suspended", []),
    ],
)
def test_all_organizations(fixtures: Fixtures, query: str, names: list[str]) -> None:
    filled = query.format(
        alpha=fixtures.alpha.id, dev=fixtures.dev.id, memo=fixtures.memo.id, boss=fixtures.boss.id
    )
    assert fixtures.names(f"/v2/organizations?{filled}", fixtures.root) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["root", "dev", "max", "aud", "boss", "memo", "stranger"]),
        ("order-direction=desc&results-per-page=2", ["stranger", "memo"]),
        ("q=space_guid:{alpha}", ["dev"]),
        ("q=managed_space_guid:{alpha}", ["max"]),
        ("q=audited_space_guid:{alpha}", ["aud"]),
        ("q=organization_guid:{acme}", ["dev", "max", "aud", "boss", "memo"]),
        ("q=organization_guid:{acme}&q=space_guid%20IN%20{alpha},nope", ["dev"]),
        ("q=managed_organization_guid:{acme}", ["boss"]),
        ("q=billing_managed_organization_guid:{acme}", []),
        ("q=audited_organization_guid:{acme}", []),
    ],
)
def test_all_users(fixtures: Fixtures, query: str, names: list[str]) -> None:
    filled = query.format(alpha=fixtures.alpha.id, acme=fixtures.acme.id)
    wanted = [getattr(fixtures, name).id for name in names]
    assert fixtures.names(f"/v2/users?{filled}", fixtures.root) == wanted


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/v2/users/{dev}/spaces?order-by=guid", None),
        ("/v2/users/{dev}/spaces?order-by=created_at", ["alpha", "gamma"]),
        ("/v2/users/{dev}/organizations?order-by=name&order-direction=desc", ["Globex", "Acme"]),
        ("/v2/users/{dev}/organizations?q=name:globex", ["Globex"]),
        ("/v2/spaces/{alpha}/apps", ["app-1"]),
        ("/v2/spaces/{alpha}/apps?q=name:APP-1", ["app-1"]),
        ("/v2/spaces/{alpha}/apps?q=space_guid:nope", []),
        ("/v2/spaces/{alpha}/routes?q=anything:1", []),
        ("/v2/organizations/{acme}/spaces?q=name:beta", ["beta"]),
        ("/v2/organizations/{acme}/spaces?q=organization_guid:other", []),
    ],
)
def test_lists_of_relations(fixtures: Fixtures, path: str, names: list[str] | None) -> None:
    filled = path.format(dev=fixtures.dev.id, alpha=fixtures.alpha.id, acme=fixtures.acme.id)
    wanted = names or (
        [] if names == [] else sorted(["alpha", "gamma"], key=lambda name: getattr(fixtures, name).id)
    )
    assert fixtures.names(filled, fixtures.root) == wanted


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/v2/spaces?order-by=created_at", "order_by"),
        ("/v2/organizations?order-by=guid", "order_by"),
        ("/v2/users?order-by=name", "order_by"),
        ("/v2/users?q=name:x", "name"),
        ("/v2/organizations?q=organization_guid:x", "organization_guid"),
        ("/v2/spaces?page=0", "page"),
        ("/v2/spaces?results-per-page=0", "results_per_page"),
        ("/v2/spaces?page=1000000000", "page"),
        ("/v2/spaces?q=%zz", "percent"),
        ("/v2/spaces?q=%00", "NUL"),
        ("/v2/spaces?x=%ff", "UTF-8"),
        ("/v2/spaces?q=app_guid%20IN%20" + ",".join(["a"] * 201), "200 values"),
        ("/v2/spaces?q=" + "%3B".join(f"name>{n}" for n in range(21)), "20 different conditions"),
        ("/v2/spaces?order-by=", "order_by"),
    ],
)
@pytest.mark.row("P-08", "P-12", "P-14")
def test_a_bad_query_is_10005(fixtures: Fixtures, path: str, reason: str) -> None:
    answer = fixtures.get(path, fixtures.root)
    assert (answer.status, answer.json["code"]) == (400, 10005)
    assert answer.json["description"].startswith("The query parameter is invalid: ")
    assert reason in answer.json["description"]


def test_as_many_values_as_a_query_may_name_are_taken(fixtures: Fixtures) -> None:
    values = ",".join(["nope"] * 199 + ["app-1"])
    assert fixtures.names(f"/v2/spaces?q=app_guid%20IN%20{values}", fixtures.root) == ["alpha"]


def test_following_next_url_visits_every_row_once(fixtures: Fixtures, directory: Directory) -> None:
    for place in range(5):
        directory.grant(directory.space(fixtures.acme, f"a;b {place}"), fixtures.dev)
    order = "order-by=name&order-direction=desc"
    path = f"/v2/users/{fixtures.dev.id}/spaces?results-per-page=2&q=name>a%3B%3Ba&{order}"
    seen: list[str] = []
    while path:
        page = fixtures.get(path, fixtures.dev).json
        seen += [each["entity"]["name"] for each in page["resources"]]
        assert page["total_results"] == 7
        path = page["next_url"]
    assert seen == ["gamma", "alpha", *(f"a;b {place}" for place in reversed(range(5)))]


def test_list_parameters_survive_the_link(fixtures: Fixtures) -> None:
    query = "results-per-page=1&include-relations=developers,organization&inline-relations-depth=1"
    page = fixtures.get(f"/v2/users/{fixtures.dev.id}/spaces?{query}", fixtures.dev).json
    assert "include-relations=developers,organization" in page["next_url"]
    following = fixtures.get(page["next_url"], fixtures.dev).json["resources"][0]["entity"]
    assert {"developers", "organization"} <= set(following)
    assert "managers" not in following


def test_a_filter_by_guid_joins_only_what_it_keeps(fixtures: Fixtures, meter: Meter) -> None:
    fixtures.fill(fixtures.globex, 200)
    token = fixtures.api.token(fixtures.root)
    with meter.measure() as reading:
        found = fixtures.api.get(f"/v2/users?q=space_guid:{fixtures.alpha.id}", bearer=token).json
    assert [each["metadata"]["guid"] for each in found["resources"]] == [fixtures.dev.id]
    # Who calls, the space, the head of its developers, their rows, and the users kept.
    assert reading.calls["BatchGetItem"] == 5


def test_totals_and_pages_are_exact(fixtures: Fixtures, directory: Directory) -> None:
    fixtures.fill(fixtures.globex, 5)
    page = fixtures.get(
        f"/v2/organizations/{fixtures.globex.id}/users?results-per-page=4", fixtures.root
    ).json
    assert (page["total_results"], page["total_pages"], len(page["resources"])) == (6, 2, 4)
    beyond = fixtures.get(
        f"/v2/organizations/{fixtures.globex.id}/users?results-per-page=4&page=9", fixtures.root
    ).json
    assert (beyond["resources"], beyond["next_url"]) == ([], None)
    assert "page=8" in beyond["prev_url"]


ITEMS: dict[str, Callable[[Fixtures], tuple[Key, str]]] = {
    "a user's space": lambda on: (
        keys.row(keys.spaces_of(on.dev.id, SpaceRole.DEVELOPER), on.alpha.number),
        "space_id",
    ),
    "a space's developer": lambda on: (
        keys.row(keys.holders_of(on.alpha.id, SpaceRole.DEVELOPER), on.dev.number),
        "user_id",
    ),
    "a member": lambda on: (keys.row(keys.members(on.acme.id), 1), "user_id"),
    "a user's organization": lambda on: (
        keys.row(keys.workspaces_of(on.boss.id), on.acme.number),
        "workspace_id",
    ),
    "a user": lambda on: (keys.user(on.aud.id), "id"),
    "a space": lambda on: (keys.row(keys.SPACES, on.alpha.number), "name"),
    "a membership": lambda on: (keys.member(on.acme.id, on.boss.id), "role"),
}
READ_BY = {
    "dev": ["/v2/spaces", "/v2/users/{dev}/spaces?q=name>a", "/v2/organizations/{acme}/spaces"],
    "boss": [
        "/v2/spaces?inline-relations-depth=1",
        "/v2/organizations",
        "/v2/organizations?q=user_guid:{boss}",
    ],
    "root": [
        "/v2/users?inline-relations-depth=2",
        "/v2/users?q=space_guid:{alpha}",
        "/v2/users?q=organization_guid:{acme}",
        "/v2/spaces?q=developer_guid:{dev}&order-by=name",
        "/v2/spaces/{alpha}/developers",
        "/v2/organizations/{acme}/users?order-by=guid",
        "/v2/organizations/{acme}/managers",
        "/v2/users/{boss}/managed_organizations",
    ],
}


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("spoilt", [None, "no # id", 7], ids=str)
@pytest.mark.row("P-06")
def test_no_list_fails_for_one_item_of_another_shape(fixtures: Fixtures, name: str, spoilt: Value) -> None:
    key, attribute = ITEMS[name](fixtures)
    names = {
        "dev": fixtures.dev.id,
        "boss": fixtures.boss.id,
        "acme": fixtures.acme.id,
        "alpha": fixtures.alpha.id,
    }
    gone = Update(key, remove=(attribute,))
    fixtures.api.store.write(gone if spoilt is None else Update(key, set={attribute: spoilt}))
    for who, paths in READ_BY.items():
        for path in paths:
            answer = fixtures.get(path.format(**names), getattr(fixtures, who))
            assert answer.status == 200, (path, answer.text)


def test_a_list_too_long_to_be_read_through_is_still_paged(
    fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roster.dialects.cloud_foundry.queries.MOST_READ", 2)
    answer = fixtures.get("/v2/spaces?q=name:alpha", fixtures.root)
    assert (answer.status, answer.json["code"]) == (400, 10005)
    assert fixtures.names("/v2/spaces", fixtures.root) == ["alpha", "beta", "gamma"]


@pytest.mark.parametrize(
    "path", ["/v2/spaces", "/v2/organizations/{0.acme.id}/spaces"], ids=["all", "of-one"]
)
def test_fs_05_the_spaces_of_a_caller_are_put_together_within_a_bound(
    fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    rows = len(fixtures.names("/v2/spaces", fixtures.dev))
    monkeypatch.setattr("roster.dialects.cloud_foundry.queries.MOST_READ", rows)
    assert fixtures.get(path.format(fixtures), fixtures.dev).status == 200
    monkeypatch.setattr("roster.dialects.cloud_foundry.queries.MOST_READ", rows - 1)
    answer = fixtures.get(path.format(fixtures), fixtures.dev)
    assert (answer.status, answer.json["code"]) == (400, 10005)
