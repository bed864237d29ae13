"""No link of an answer dangles: all of them are followed, and those of their answers too."""

from collections.abc import Iterator
from typing import Any

import pytest

from roster.domain import User
from tests.cloud_foundry.fixtures import Fixtures
from tests.support.api import Api

DEEPEST = "inline-relations-depth=2&results-per-page=1"


def links_in(body: Any) -> Iterator[str]:
    """Every url that a body carries."""
    if isinstance(body, list):
        for each in body:
            yield from links_in(each)
    elif isinstance(body, dict):
        for name, value in body.items():
            if (name == "url" or name.endswith("_url")) and value is not None:
                yield value
            else:
                yield from links_in(value)


def followed(fixtures: Fixtures, user: User, *starts: str) -> dict[str, int]:
    """The status of every address that can be reached from these."""
    waiting, seen = list(starts), dict[str, int]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            answer = fixtures.get(path, user)
            seen[path] = answer.status
            waiting += links_in(answer.json) if answer.status == 200 else []
    return seen


@pytest.fixture
def starts(fixtures: Fixtures) -> list[str]:
    own = f"/v2/users/{fixtures.dev.id}/spaces"
    return [own, f"{own}?{DEEPEST}", f"{own}?{DEEPEST}&q=name:alpha"]


def test_an_administrator_may_follow_every_link(fixtures: Fixtures, starts: list[str]) -> None:
    seen = followed(fixtures, fixtures.root, *starts, "/v2/users", "/v2/spaces", "/v2/organizations")
    assert set(seen.values()) == {200}
    assert len(seen) > 100
    assert "/v2/apps/app-1" in seen


def test_a_developer_may_follow_every_link_but_those_to_others(fixtures: Fixtures, starts: list[str]) -> None:
    seen = followed(fixtures, fixtures.dev, *starts, "/v2/spaces", "/v2/organizations")
    refused = {path for path, status in seen.items() if status != 200}
    others = {user.id for user in (fixtures.max, fixtures.aud, fixtures.boss, fixtures.memo)}
    assert {seen[path] for path in refused} == {403}
    assert {path.split("/")[3] for path in refused} == others  # and never a space that may not be seen


def test_the_links_of_the_root_lead_somewhere(api: Api) -> None:
    links = api.get("/").json["links"]
    for name in ("self", "login", "uaa"):
        assert links[name]["href"] == "http://roster.example"
    assert {name for name, link in links.items() if link is None} == {
        "cloud_controller_v3",
        "logging",
        "log_stream",
    }
