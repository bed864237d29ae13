"""The document and its page are long and anybody's: caches keep them, and a deployment may hide them."""

import gzip
from collections.abc import Callable

import pytest

from local.gateway import HttpRequest, Response
from tests.support.api import Api, bare

pytestmark = pytest.mark.any_engine

PATHS = pytest.mark.parametrize("path", ["/docs", "/openapi.json"])


def get(api: Api, path: str, **headers: str) -> Response:
    """The response as it goes over the wire: gzip stays gzip."""
    lines = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return api.gateway.handle(HttpRequest.of("GET", path, lines))


def tag(response: Response) -> str:
    return dict(response.headers)["etag"]


@PATHS
def test_fa_08_who_has_it_is_not_sent_it_again(api: Api, path: str) -> None:
    for coding in ("gzip", "identity"):
        first = get(api, path, accept_encoding=coding)
        again = get(api, path, accept_encoding=coding, if_none_match=tag(first))
        assert (first.status, again.status, again.body) == (200, 304, b"")
        for name in ("etag", "cache-control", "vary"):
            assert dict(again.headers)[name] == dict(first.headers)[name]
        assert "content-encoding" not in dict(again.headers)


@PATHS
def test_fa_08_any_cache_may_keep_it_by_coding(api: Api, path: str) -> None:
    packed, plain = get(api, path, accept_encoding="gzip"), get(api, path)
    for response in (packed, plain):
        assert dict(response.headers)["cache-control"] == "public, max-age=300"
        assert dict(response.headers)["vary"] == "Accept-Encoding"
    assert tag(packed) != tag(plain), "the bytes differ, and a strong ETag is of bytes"
    assert gzip.decompress(packed.body) == plain.body


@PATHS
@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("*", 304),
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ('"other"', 200),
        ("{bare}", 200),
        ("", 200),
    ],
)
def test_fa_08_the_tags_are_compared_as_rfc_9110_says(api: Api, path: str, given: str, status: int) -> None:
    present = tag(get(api, path))
    sent = given.format(tag=present, bare=present.strip('"'))
    assert get(api, path, if_none_match=sent).status == status


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("br, GZIP", True),
        ("gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*, gzip;q=0", False),
        ("x-gzipped", False),
        ("br", False),
        ("", False),
    ],
)
def test_fa_08_it_is_compressed_for_who_takes_gzip_alone(api: Api, accepted: str, packed: bool) -> None:
    response = get(api, "/openapi.json", accept_encoding=accepted)
    assert (dict(response.headers).get("content-encoding") == "gzip") == packed


@PATHS
def test_fa_08_it_is_compressed_once(api: Api, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    get(api, path)  # the function has started

    def compress(*_: object, **__: object) -> bytes:
        raise AssertionError("compressed for a request")

    monkeypatch.setattr("gzip.compress", compress)
    monkeypatch.setattr("zlib.compressobj", compress)
    assert get(api, path, accept_encoding="gzip").status == 200


@PATHS
def test_fa_08_a_deployment_may_show_neither(api: Api, deployed: Callable[..., None], path: str) -> None:
    deployed(API_DOCS="none")
    hidden, unrouted = api.get(path), api.get("/no-such-path")
    assert hidden.status == 404
    assert bare(hidden) == bare(unrouted)
    assert api.get(path, headers={"If-None-Match": "*"}).status == 404
