"""Inlining past what the vectors hold: bounds, levels, orphans, and what the caller may not see."""

from typing import Any

import pytest

from roster.domain import User
from tests.cloud_foundry.fixtures import Scene
from tests.support.directory import Directory
from tests.support.meter import Meter


def entity(scene: Scene, path: str, user: User) -> dict[str, Any]:
    answer = scene.get(path, user)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json["entity"]
    return found


def guids(objects: list[dict[str, Any]]) -> list[str]:
    return [each["metadata"]["guid"] for each in objects]


def test_fifty_are_inlined_and_fifty_one_are_a_link(scene: Scene, directory: Directory) -> None:
    people = scene.fill(scene.acme, 50)
    for user in people[:49]:
        directory.grant(scene.alpha, user)
    path = f"/v2/spaces/{scene.alpha.id}?inline-relations-depth=1"
    assert guids(entity(scene, path, scene.dev)["developers"]) == [scene.dev.id, *(u.id for u in people[:49])]
    directory.grant(scene.alpha, people[49])
    found = entity(scene, path, scene.dev)
    assert "developers" not in found
    assert found["developers_url"] == f"/v2/spaces/{scene.alpha.id}/developers"


def test_no_more_than_two_thousand_items_are_read(scene: Scene, directory: Directory, meter: Meter) -> None:
    """Every space has the same fifty developers; a row and a user are read of each. The last stay links."""
    people = scene.fill(scene.acme, 49)
    for place in range(25):
        space = directory.space(scene.acme, f"s{place}")
        for user in (scene.dev, *people):
            directory.grant(space, user)
    query = "inline-relations-depth=1&include-relations=developers&results-per-page=100"
    token = scene.api.token(scene.dev)
    with meter.measure() as reading:
        page = scene.api.get(f"/v2/users/{scene.dev.id}/spaces?{query}", bearer=token).json
    inlined = [len(each["entity"].get("developers", ())) for each in page["resources"]]
    assert inlined == [1, 1] + [50] * 19 + [0] * 6
    assert reading.calls["BatchGetItem"] <= 2 + 2000 / 100 + 2  # the last of each step's is not full


def test_at_depth_two_the_inlined_are_inlined_in(scene: Scene) -> None:
    path = f"/v2/users/{scene.dev.id}/spaces?inline-relations-depth=2&q=name:alpha"
    (space,) = scene.get(path, scene.root).json["resources"]
    organization = space["entity"]["organization"]["entity"]
    assert guids(organization["managers"]) == [scene.boss.id]
    assert len(organization["users"]) == 5
    assert "spaces" not in organization  # its controller is above it
    (developer,) = space["entity"]["developers"]
    assert guids(developer["entity"]["organizations"]) == [scene.acme.id, scene.globex.id]
    assert developer["entity"]["managed_organizations"] == []
    assert not {"spaces", "managed_spaces", "audited_spaces"} & set(developer["entity"])
    (app,) = space["entity"]["apps"]
    assert app["entity"] == {"name": "app-1", "space_url": f"/v2/spaces/{scene.alpha.id}"}


def test_children_are_those_that_the_caller_sees(scene: Scene) -> None:
    path = f"/v2/spaces/{scene.alpha.id}?inline-relations-depth=2&include-relations=developers,organizations"
    (as_max,) = entity(scene, path, scene.max)["developers"]
    assert guids(as_max["entity"]["organizations"]) == [scene.acme.id]
    (as_root,) = entity(scene, path, scene.root)["developers"]
    assert guids(as_root["entity"]["organizations"]) == [scene.acme.id, scene.globex.id]
    path = f"/v2/organizations/{scene.acme.id}?inline-relations-depth=1"
    assert guids(entity(scene, path, scene.memo)["spaces"]) == []
    assert guids(entity(scene, path, scene.aud)["spaces"]) == [scene.alpha.id]
    assert guids(entity(scene, path, scene.boss)["spaces"]) == [scene.alpha.id, scene.beta.id]


def test_an_organization_is_inlined_for_its_members_only(scene: Scene, directory: Directory) -> None:
    """An import may give a role in a space to somebody who is no member."""
    directory.grant(scene.alpha, scene.stranger)
    path = f"/v2/spaces/{scene.alpha.id}?inline-relations-depth=2&include-relations=organization,users"
    found = entity(scene, path, scene.stranger)
    assert "organization" not in found
    assert scene.get(found["organization_url"], scene.stranger).status == 403
    assert len(entity(scene, path, scene.dev)["organization"]["entity"]["users"]) == 5


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
    scene: Scene, directory: Directory, meter: Meter, who: str, path: str
) -> None:
    """Neither an object nor a url in place of one nor the cost: more than fifty of all come in between."""
    user: User = getattr(scene, who)
    path, token = path.format(alpha=scene.alpha.id, acme=scene.acme.id), scene.api.token(user)
    with meter.measure() as before:
        first = scene.api.get(path, bearer=token)
    for place in range(51):
        home = directory.workspace(f"home-{place}")
        directory.member(home, scene.dev, "ADMIN")
        for role in ("developer", "manager", "auditor"):
            directory.grant(directory.space(home, role), scene.dev, role)
        directory.space(scene.acme, f"hidden {place}")
    with meter.measure() as after:
        second = scene.api.get(path, bearer=token)
    assert first.status == second.status == 200
    assert first.text == second.text
    assert before.calls == after.calls


def test_fs_04_of_a_colleague_there_are_the_spaces_and_organizations_that_the_caller_sees(
    scene: Scene, directory: Directory
) -> None:
    directory.member(scene.globex, scene.boss)
    path = f"/v2/organizations/{scene.acme.id}/users?inline-relations-depth=1&results-per-page=1"
    (as_boss,) = scene.get(path, scene.boss).json["resources"]
    assert as_boss["metadata"]["guid"] == scene.dev.id
    assert guids(as_boss["entity"]["spaces"]) == [scene.alpha.id]
    assert guids(as_boss["entity"]["organizations"]) == [scene.acme.id, scene.globex.id]
    assert as_boss["entity"]["managed_organizations"] == as_boss["entity"]["managed_spaces"] == []
    (as_root,) = scene.get(path, scene.root).json["resources"]
    assert guids(as_root["entity"]["spaces"]) == [scene.alpha.id, scene.gamma.id]
    directory.leave(scene.acme, scene.dev)
    directory.member(scene.acme, scene.dev)
    found = scene.get(path.replace("results-per-page=1", "order-by=guid"), scene.boss).json["resources"]
    (again,) = [each for each in found if each["metadata"]["guid"] == scene.dev.id]
    assert again["entity"]["spaces"] == []


def test_fs_04_the_caller_who_sees_more_than_may_be_read_gets_urls(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v2/spaces/{scene.alpha.id}?inline-relations-depth=2&include-relations=developers,organizations"
    monkeypatch.setattr("roster.dialects.cloud_foundry.inlining.LIMIT", 5)
    directory = scene.directory
    for place in range(6):
        directory.member(directory.workspace(f"home-{place}"), scene.max)
    (developer,) = entity(scene, path, scene.max)["developers"]
    assert "organizations" not in developer["entity"]
    assert "organizations_url" in developer["entity"]


def test_an_app_inlines_the_space_that_it_is_in(scene: Scene) -> None:
    space = entity(scene, "/v2/apps/app-1?inline-relations-depth=1", scene.dev)["space"]
    assert (space["metadata"]["guid"], space["entity"]["name"]) == (scene.alpha.id, "alpha")


def test_orphans_hold_every_object_once_the_inner_before_the_outer(scene: Scene) -> None:
    query = "inline-relations-depth=2&orphan-relations=1&q=name:alpha"
    page = scene.get(f"/v2/users/{scene.dev.id}/spaces?{query}", scene.root).json
    entity = page["resources"][0]["entity"]
    assert "organization" not in entity
    assert entity["organization_url"] == f"/v2/organizations/{scene.acme.id}"
    assert entity["developers"] == [scene.dev.id]
    order = list(page["orphans"])
    assert len(order) == len(set(order))
    for guid, orphan in page["orphans"].items():
        assert orphan["metadata"]["guid"] == guid
    assert order.index(scene.boss.id) < order.index(scene.acme.id)
    assert page["orphans"][scene.acme.id]["entity"]["managers"] == [scene.boss.id]


def test_orphans_come_depth_first_and_in_the_form_met_first(scene: Scene) -> None:
    """Dev is met as a user of acme, with urls only, and is left alone when met again as a developer."""
    names = "organization,users,managers,developers,organizations"
    query = f"inline-relations-depth=2&orphan-relations=1&q=name:alpha&include-relations={names}"
    orphans = scene.get(f"/v2/users/{scene.dev.id}/spaces?{query}", scene.root).json["orphans"]
    users = [scene.dev, scene.max, scene.aud, scene.memo, scene.boss]
    assert list(orphans) == [*(user.id for user in users), scene.acme.id]
    assert "organizations" not in orphans[scene.dev.id]["entity"]


def test_the_inner_of_one_orphan_comes_before_the_next_orphan(scene: Scene, directory: Directory) -> None:
    directory.grant(scene.alpha, scene.memo)
    query = "inline-relations-depth=2&orphan-relations=1&include-relations=developers,organizations"
    path = f"/v2/users/{scene.dev.id}/spaces?{query}&q=name:alpha"
    orphans = scene.get(path, scene.root).json["orphans"]
    assert list(orphans) == [scene.acme.id, scene.globex.id, scene.dev.id, scene.memo.id]
    assert orphans[scene.memo.id]["entity"]["organizations"] == [scene.acme.id]


def test_a_single_object_has_no_orphans_and_stays_whole(scene: Scene) -> None:
    path = f"/v2/spaces/{scene.alpha.id}?inline-relations-depth=1"
    assert scene.get(f"{path}&orphan-relations=1", scene.dev).text == scene.get(path, scene.dev).text


def test_an_empty_list_of_relations_includes_none(scene: Scene) -> None:
    path = f"/v2/spaces/{scene.alpha.id}"
    inlined = scene.get(f"{path}?inline-relations-depth=1&include-relations=", scene.dev)
    assert inlined.text == scene.get(path, scene.dev).text
    everything = entity(scene, f"{path}?inline-relations-depth=1&exclude-relations=", scene.dev)
    assert {"organization", "developers", "apps"} <= set(everything)


def test_without_depth_there_are_no_orphans(scene: Scene) -> None:
    page = scene.get(f"/v2/users/{scene.dev.id}/spaces?orphan-relations=1", scene.dev).json
    assert page["orphans"] == {}
    assert list(page)[-1] == "orphans"


def test_what_is_excluded_is_excluded_at_every_level(scene: Scene) -> None:
    query = "inline-relations-depth=2&exclude-relations=managers,users&q=name:alpha"
    (space,) = scene.get(f"/v2/users/{scene.dev.id}/spaces?{query}", scene.root).json["resources"]
    organization = space["entity"]["organization"]["entity"]
    assert not {"managers", "users"} & (set(space["entity"]) | set(organization))
    assert organization["billing_managers"] == []
    assert "managers_url" in organization


def test_what_is_excluded_cannot_be_included(scene: Scene) -> None:
    query = "inline-relations-depth=1&exclude-relations=managers&include-relations=managers,auditors"
    found = entity(scene, f"/v2/spaces/{scene.alpha.id}?{query}", scene.dev)
    assert guids(found["auditors"]) == [scene.aud.id]
    assert "managers" not in found
