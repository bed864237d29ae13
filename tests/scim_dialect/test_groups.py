"""/scim/v2/{workspaceId}/Groups: members come and go by rows."""

from collections.abc import Callable

import pytest

from roster.domain import Workspace
from tests.scim_dialect.conftest import Provider, op
from tests.support.directory import Directory


@pytest.fixture
def people(provider: Provider) -> list[str]:
    return [provider.user(name) for name in ("ada", "bob", "cid")]


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
