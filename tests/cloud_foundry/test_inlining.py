"""Inlining past what the vectors hold: bounds, levels, orphans, and what the caller may not see."""

from typing import Any

import pytest

from roster.domain import User
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.directory import Directory
from tests.support.meter import Meter


def entity(fixtures: Fixtures, path: str, user: User) -> dict[str, Any]:
    answer = fixtures.get(path, user)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json["entity"]
    return found


def guids(objects: list[dict[str, Any]]) -> list[str]:
    return [each["metadata"]["guid"] for each in objects]


def test_fifty_are_inlined_and_fifty_one_are_a_link(fixtures: Fixtures, directory: Directory) -> None:
    people = fixtures.fill(fixtures.acme, 50)
    for user in people[:49]:
        directory.grant(fixtures.alpha, user)
    path = f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=1"
    assert guids(entity(fixtures, path, fixtures.dev)["developers"]) == [
        fixtures.dev.id,
        *(u.id for u in people[:49]),
    ]
    directory.grant(fixtures.alpha, people[49])
    found = entity(fixtures, path, fixtures.dev)
    assert "developers" not in found
    assert found["developers_url"] == f"/v2/spaces/{fixtures.alpha.id}/developers"


def test_no_more_than_two_thousand_items_are_read(
    fixtures: Fixtures, directory: Directory, meter: Meter
) -> None:
    """Every space has the same fifty developers; a row and a user are read of each. The last stay links."""
    people = fixtures.fill(fixtures.acme, 49)
    for place in range(25):
        space = directory.space(fixtures.acme, f"s{place}")
        for user in (fixtures.dev, *people):
            directory.grant(space, user)
    query = "inline-relations-depth=1&include-relations=developers&results-per-page=100"
    token = fixtures.api.token(fixtures.dev)
    with meter.measure() as reading:
        page = fixtures.api.get(f"/v2/users/{fixtures.dev.id}/spaces?{query}", bearer=token).json
    inlined = [len(each["entity"].get("developers", ())) for each in page["resources"]]
    assert inlined == [1, 1] + [50] * 19 + [0] * 6
    assert reading.calls["BatchGetItem"] <= 2 + 2000 / 100 + 2  # the last of each step's is not full


def test_at_depth_two_the_inlined_are_inlined_in(fixtures: Fixtures) -> None:
    path = f"/v2/users/{fixtures.dev.id}/spaces?inline-relations-depth=2&q=name:alpha"
    (space,) = fixtures.get(path, fixtures.root).json["resources"]
    organization = space["entity"]["organization"]["entity"]
    assert guids(organization["managers"]) == [fixtures.boss.id]
    assert len(organization["users"]) == 5
    assert "spaces" not in organization  # its controller is above it
    (developer,) = space["entity"]["developers"]
    assert guids(developer["entity"]["organizations"]) == [fixtures.acme.id, fixtures.globex.id]
    assert developer["entity"]["managed_organizations"] == []
    assert not {"spaces", "managed_spaces", "audited_spaces"} & set(developer["entity"])
    (app,) = space["entity"]["apps"]
    assert app["entity"] == {"name": "app-1", "space_url": f"/v2/spaces/{fixtures.alpha.id}"}


def test_children_are_those_that_the_caller_sees(fixtures: Fixtures) -> None:
    path = (
        f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=2&include-relations=developers,organizations"
    )
    (as_max,) = entity(fixtures, path, fixtures.max)["developers"]
    assert guids(as_max["entity"]["organizations"]) == [fixtures.acme.id]
    (as_root,) = entity(fixtures, path, fixtures.root)["developers"]
    assert guids(as_root["entity"]["organizations"]) == [fixtures.acme.id, fixtures.globex.id]
    path = f"/v2/organizations/{fixtures.acme.id}?inline-relations-depth=1"
    assert guids(entity(fixtures, path, fixtures.memo)["spaces"]) == []
    assert guids(entity(fixtures, path, fixtures.aud)["spaces"]) == [fixtures.alpha.id]
    assert guids(entity(fixtures, path, fixtures.boss)["spaces"]) == [fixtures.alpha.id, fixtures.beta.id]


def test_an_organization_is_inlined_for_its_members_only(fixtures: Fixtures, directory: Directory) -> None:
    """An import may give a role in a space to somebody who is no member."""
    directory.grant(fixtures.alpha, fixtures.stranger)
    path = f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=2&include-relations=organization,users"
    found = entity(fixtures, path, fixtures.stranger)
    assert "organization" not in found
    assert fixtures.get(found["organization_url"], fixtures.stranger).status == 403
    assert len(entity(fixtures, path, fixtures.dev)["organization"]["entity"]["users"]) == 5


@pytest.mark.parametrize(
    ("who", "path"),
    [
        pytest.param(
            "max",
            "/v2/spaces/{alpha}?inline-relations-depth=2&include-relations=developers,organizations,managed_organizations",
            id="FS-04-organizations-of-a-developer",
        ),
        pytest.param(
            "aud",
            "/v2/organizations/{acme}/users?inline-relations-depth=1",
            id="FS-04-spaces-of-a-member",
        ),
        pytest.param("aud", "/v2/organizations?inline-relations-depth=2", id="FS-04-everything"),
        pytest.param("memo", "/v2/organizations?inline-relations-depth=1", id="FS-04-hidden-spaces"),
    ],
)
def test_nothing_inlined_tells_what_there_is_that_the_caller_does_not_see(
    fixtures: Fixtures, directory: Directory, meter: Meter, who: str, path: str
) -> None:
    """Neither an object nor a url in place of one nor the cost: more than fifty of all come in between."""
    user: User = getattr(fixtures, who)
    path, token = path.format(alpha=fixtures.alpha.id, acme=fixtures.acme.id), fixtures.api.token(user)
    with meter.measure() as before:
        first = fixtures.api.get(path, bearer=token)
    for place in range(51):
        home = directory.workspace(f"home-{place}")
        directory.member(home, fixtures.dev, "ADMIN")
        for role in ("developer", "manager", "auditor"):
            directory.grant(directory.space(home, role), fixtures.dev, role)
        directory.space(fixtures.acme, f"hidden {place}")
    with meter.measure() as after:
        second = fixtures.api.get(path, bearer=token)
    assert first.status == second.status == 200
    assert first.text == second.text
    assert before.calls == after.calls


def test_fs_04_of_a_colleague_there_are_the_spaces_and_organizations_that_the_caller_sees(
    fixtures: Fixtures, directory: Directory
) -> None:
    directory.member(fixtures.globex, fixtures.boss)
    path = f"/v2/organizations/{fixtures.acme.id}/users?inline-relations-depth=1&results-per-page=1"
    (as_boss,) = fixtures.get(path, fixtures.boss).json["resources"]
    assert as_boss["metadata"]["guid"] == fixtures.dev.id
    assert guids(as_boss["entity"]["spaces"]) == [fixtures.alpha.id]
    assert guids(as_boss["entity"]["organizations"]) == [fixtures.acme.id, fixtures.globex.id]
    assert as_boss["entity"]["managed_organizations"] == as_boss["entity"]["managed_spaces"] == []
    (as_root,) = fixtures.get(path, fixtures.root).json["resources"]
    assert guids(as_root["entity"]["spaces"]) == [fixtures.alpha.id, fixtures.gamma.id]
    directory.leave(fixtures.acme, fixtures.dev)
    directory.member(fixtures.acme, fixtures.dev)
    found = fixtures.get(path.replace("results-per-page=1", "order-by=guid"), fixtures.boss).json["resources"]
    (again,) = [each for each in found if each["metadata"]["guid"] == fixtures.dev.id]
    assert again["entity"]["spaces"] == []


def test_fs_04_the_caller_who_sees_more_than_may_be_read_gets_urls(
    fixtures: Fixtures, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = (
        f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=2&include-relations=developers,organizations"
    )
    monkeypatch.setattr("roster.dialects.cloud_foundry.inlining.LIMIT", 5)
    directory = fixtures.directory
    for place in range(6):
        directory.member(directory.workspace(f"home-{place}"), fixtures.max)
    (developer,) = entity(fixtures, path, fixtures.max)["developers"]
    assert "organizations" not in developer["entity"]
    assert "organizations_url" in developer["entity"]


def test_an_app_inlines_the_space_that_it_is_in(fixtures: Fixtures) -> None:
    space = entity(fixtures, "/v2/apps/app-1?inline-relations-depth=1", fixtures.dev)["space"]
    assert (space["metadata"]["guid"], space["entity"]["name"]) == (fixtures.alpha.id, "alpha")


def test_orphans_hold_every_object_once_the_inner_before_the_outer(fixtures: Fixtures) -> None:
    query = "inline-relations-depth=2&orphan-relations=1&q=name:alpha"
    page = fixtures.get(f"/v2/users/{fixtures.dev.id}/spaces?{query}", fixtures.root).json
    entity = page["resources"][0]["entity"]
    assert "organization" not in entity
    assert entity["organization_url"] == f"/v2/organizations/{fixtures.acme.id}"
    assert entity["developers"] == [fixtures.dev.id]
    order = list(page["orphans"])
    assert len(order) == len(set(order))
    for guid, orphan in page["orphans"].items():
        assert orphan["metadata"]["guid"] == guid
    assert order.index(fixtures.boss.id) < order.index(fixtures.acme.id)
    assert page["orphans"][fixtures.acme.id]["entity"]["managers"] == [fixtures.boss.id]


def test_orphans_come_depth_first_and_in_the_form_met_first(fixtures: Fixtures) -> None:
    """Dev is met as a user of acme, with urls only, and is left alone when met again as a developer."""
    names = "organization,users,managers,developers,organizations"
    query = f"inline-relations-depth=2&orphan-relations=1&q=name:alpha&include-relations={names}"
    orphans = fixtures.get(f"/v2/users/{fixtures.dev.id}/spaces?{query}", fixtures.root).json["orphans"]
    users = [fixtures.dev, fixtures.max, fixtures.aud, fixtures.memo, fixtures.boss]
    assert list(orphans) == [*(user.id for user in users), fixtures.acme.id]
    assert "organizations" not in orphans[fixtures.dev.id]["entity"]


def test_the_inner_of_one_orphan_comes_before_the_next_orphan(
    fixtures: Fixtures, directory: Directory
) -> None:
    directory.grant(fixtures.alpha, fixtures.memo)
    query = "inline-relations-depth=2&orphan-relations=1&include-relations=developers,organizations"
    path = f"/v2/users/{fixtures.dev.id}/spaces?{query}&q=name:alpha"
    orphans = fixtures.get(path, fixtures.root).json["orphans"]
    assert list(orphans) == [fixtures.acme.id, fixtures.globex.id, fixtures.dev.id, fixtures.memo.id]
    assert orphans[fixtures.memo.id]["entity"]["organizations"] == [fixtures.acme.id]


def test_a_single_object_has_no_orphans_and_stays_whole(fixtures: Fixtures) -> None:
    path = f"/v2/spaces/{fixtures.alpha.id}?inline-relations-depth=1"
    assert (
        fixtures.get(f"{path}&orphan-relations=1", fixtures.dev).text == fixtures.get(path, fixtures.dev).text
    )


def test_an_empty_list_of_relations_includes_none(fixtures: Fixtures) -> None:
    path = f"/v2/spaces/{fixtures.alpha.id}"
    inlined = fixtures.get(f"{path}?inline-relations-depth=1&include-relations=", fixtures.dev)
    assert inlined.text == fixtures.get(path, fixtures.dev).text
    everything = entity(fixtures, f"{path}?inline-relations-depth=1&exclude-relations=", fixtures.dev)
    assert {"organization", "developers", "apps"} <= set(everything)


def test_without_depth_there_are_no_orphans(fixtures: Fixtures) -> None:
    page = fixtures.get(f"/v2/users/{fixtures.dev.id}/spaces?orphan-relations=1", fixtures.dev).json
    assert page["orphans"] == {}
    assert list(page)[-1] == "orphans"


def test_what_is_excluded_is_excluded_at_every_level(fixtures: Fixtures) -> None:
    query = "inline-relations-depth=2&exclude-relations=managers,users&q=name:alpha"
    (space,) = fixtures.get(f"/v2/users/{fixtures.dev.id}/spaces?{query}", fixtures.root).json["resources"]
    organization = space["entity"]["organization"]["entity"]
    assert not {"managers", "users"} & (set(space["entity"]) | set(organization))
    assert organization["billing_managers"] == []
    assert "managers_url" in organization


def test_what_is_excluded_cannot_be_included(fixtures: Fixtures) -> None:
    query = "inline-relations-depth=1&exclude-relations=managers&include-relations=managers,auditors"
    found = entity(fixtures, f"/v2/spaces/{fixtures.alpha.id}?{query}", fixtures.dev)
    assert guids(found["auditors"]) == [fixtures.aud.id]
    assert "managers" not in found
