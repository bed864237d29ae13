"""/scim/v2/{workspaceId}/Groups: members come and go by rows."""

from collections.abc import Callable

import pytest

from roster.domain import Workspace
from tests.scim_dialect.conftest import Provider
from tests.support.directory import Directory


@pytest.fixture
def people(provider: Provider) -> list[str]:
    return [provider.user(name) for name in ("ada", "bob", "cid")]


def op(name: str, path: str | None = None, *value: object) -> dict[str, object]:
    given: dict[str, object] = {"op": name} if path is None else {"op": name, "path": path}
    return {**given, "value": value[0]} if value else given


def test_the_sequence_of_entra(provider: Provider, people: list[str]) -> None:
    group = provider.group("Engineers")
    place = f"/Groups/{group}"
    [found] = provider.get('/Groups?excludedAttributes=members&filter=displayName%20eq%20"engineers"').json[
        "Resources"
    ]
    assert (found["id"], "members" in found) == (group, False)
    added = provider.patch(place, op("Add", "members", [{"$ref": None, "value": each} for each in people]))
    assert (added.status, added.text) == (204, "")
    assert provider.members(group) == people
    assert provider.patch(place, op("Add", "members", [{"value": people[0]}])).status == 204  # who is there
    assert provider.members(group) == people
    assert provider.patch(place, op("Remove", "members", [{"value": people[0]}])).status == 204
    assert provider.members(group) == people[1:]
    assert provider.patch(place, op("Remove", f'members[value eq "{people[1]}"]')).status == 204
    assert provider.members(group) == people[2:]
    assert provider.patch(place, op("Replace", "displayName", "Builders")).status == 204
    assert provider.get(place).json["displayName"] == "Builders"
    assert provider.delete(place).status == 204
    assert provider.get(place).status == 404


def test_the_sequence_of_okta(provider: Provider, people: list[str]) -> None:
    group = provider.group("Engineers", *people)
    place = f"/Groups/{group}"
    body = {"displayName": "Engineers", "members": [{"value": people[0], "display": "Ada"}]}
    assert provider.put(place, body).status == 200
    assert provider.members(group) == people[:1]
    renamed = provider.patch(place, op("replace", None, {"id": group, "displayName": "Builders"}))
    assert renamed.status == 204
    both = provider.patch(
        place,
        op("remove", f'members[value eq "{people[0]}"]'),
        op("add", "members", [{"value": people[1]}, {"value": people[2]}]),
    )
    assert both.status == 204
    assert provider.members(group) == people[1:]
    assert provider.put(place, {"displayName": "Builders"}).json["displayName"] == "Builders"
    assert provider.members(group) == people[1:]  # a PUT without members leaves them


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (op("remove", 'members[value eq "nobody"]'), 3),  # a filtered removal that clears all
        (op("remove", 'members[value sw "no-such"]'), 3),
        (op("remove", "members", []), 3),  # a value removal read as "remove all"
        (op("remove", "members", [{"value": "nobody"}]), 3),
        (op("replace", "members", []), 0),
        (op("remove", "members"), 0),
        (op("remove", 'members[type eq "User"]'), 0),
    ],
)
def test_a_removal_removes_those_it_names(
    provider: Provider, people: list[str], operation: dict[str, object], left: int
) -> None:
    group = provider.group("Engineers", *people)
    assert provider.patch(f"/Groups/{group}", operation).status == 204
    assert len(provider.members(group)) == left


def test_members_may_be_removed_one_by_one_in_one_patch(provider: Provider, people: list[str]) -> None:
    """No index shifts while members are removed."""
    group = provider.group("Engineers", *people)
    each = [op("remove", f'members[value eq "{id}"]') for id in people[:2]]
    assert provider.patch(f"/Groups/{group}", *each).status == 204
    assert provider.members(group) == people[2:]


def test_unknown_and_foreign_members_are_refused_alike_and_nothing_is_written(
    provider: Provider, people: list[str], directory: Directory, provider_of: Callable[[Workspace], Provider]
) -> None:
    foreign = provider_of(directory.workspace("globex")).user("eve")
    group = provider.group("Engineers")
    said = []
    for stranger in (foreign, "nobody"):
        with provider.api.no_effect():
            refused = provider.patch(
                f"/Groups/{group}",
                op("replace", "displayName", "Other"),
                op("add", "members", [{"value": people[0]}, {"value": stranger}]),
            )
            assert provider.post("/Groups", {"displayName": "New", "members": [{"value": stranger}]}).status == 400  # fmt: skip # noqa: E501
        said.append((refused.status, refused.text))
    assert said[0] == said[1]
    assert said[0][0] == 400


def test_a_name_is_unique_in_its_workspace(
    provider: Provider, directory: Directory, provider_of: Callable[[Workspace], Provider]
) -> None:
    provider.group("Engineers")
    other = provider.group("Sales")
    for refused in (
        provider.post("/Groups", {"displayName": "ENGINEERS"}),
        provider.patch(f"/Groups/{other}", op("replace", "displayName", "engineers")),
        provider.put(f"/Groups/{other}", {"displayName": "Engineers"}),
    ):
        assert (refused.status, refused.json["scimType"]) == (409, "uniqueness")
    assert provider_of(directory.workspace("globex")).group("Engineers")


def test_the_etag_changes_with_the_members(provider: Provider, people: list[str]) -> None:
    group = provider.group("Engineers")
    place = f"/Groups/{group}"
    tag = provider.get(place).headers["etag"]
    assert provider.get(place, If_None_Match=tag).status == 304
    add = op("add", "members", [{"value": people[0]}])
    assert provider.patch(place, add, If_Match=tag).status == 204
    assert provider.get(place).headers["etag"] != tag
    with provider.api.no_effect():
        assert provider.patch(place, op("remove", "members"), If_Match=tag).status == 412
        assert provider.delete(place, If_Match=tag).status == 412


def test_a_patch_answers_with_the_group_where_attributes_are_asked(provider: Provider) -> None:
    group = provider.group("Engineers")
    answer = provider.patch(f"/Groups/{group}?attributes=displayName", op("add", "externalId", "g1"))
    assert (answer.status, answer.json["displayName"]) == (200, "Engineers")
    [found] = provider.get('/Groups?filter=externalId%20eq%20"g1"').json["Resources"]
    assert found["id"] == group


def test_another_workspaces_group_is_not_there(
    provider: Provider, directory: Directory, provider_of: Callable[[Workspace], Provider]
) -> None:
    place = f"/Groups/{provider_of(directory.workspace('globex')).group('Engineers')}"
    with provider.api.no_effect():
        assert provider.get(place).status == 404
        assert provider.patch(place, op("remove", "members")).status == 404
        assert provider.put(place, {"displayName": "x"}).status == 404
        assert provider.delete(place).status == 404
    assert provider.get("/Groups").json["totalResults"] == 0
