"""FB-16: monitors ask `GET /health`, and send HEAD for it and for the pages; elsewhere HEAD has no route."""

import pytest

from roster import dependencies
from roster.db.store import Item, Key
from roster.errors import Unavailable
from tests.support.api import Api, make_dependencies


class _Away:
    """A table that does not answer."""

    def within(self, deadline: object) -> "_Away":
        return self

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        raise Unavailable


def test_fb_16_health_is_200_where_the_table_answers(api: Api) -> None:
    answer = api.get("/health")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


def test_fb_16_health_is_503_where_it_does_not(api: Api) -> None:
    dependencies.use(make_dependencies(_Away(), api.clock))  # type: ignore[arg-type]
    answer = api.get("/health")
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0
    assert api.send("HEAD", "/health").status == 503


def test_fb_16_health_is_seen_where_the_documentation_is_hidden(api: Api, deployed: object) -> None:
    deployed(API_DOCS="none")  # type: ignore[operator]
    assert api.get("/health").status == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/health"], ids=lambda path: f"FB-16-{path}")
def test_head_is_get_without_the_body(api: Api, path: str) -> None:
    got, asked = api.get(path), api.send("HEAD", path)
    assert (asked.status, asked.text) == (200, "")
    assert got.text
    ids = {"x-request-id", "x-vcap-request-id"}
    assert {k: v for k, v in asked.headers.items() if k not in ids} == {
        k: v for k, v in got.headers.items() if k not in ids
    }


@pytest.mark.parametrize(
    "path",
    ["/v2/info", "/api/workspaces", "/api/auth/me", "/api/v1/users", "/nowhere"],
    ids=lambda p: f"FB-16-{p}",
)
def test_head_elsewhere_has_no_route(api: Api, path: str) -> None:
    assert api.send("HEAD", path).status == 404
