"""Where a request comes from: the gateway's peer, or what trusted proxies saw, and never a client's word."""

from collections.abc import Callable
from typing import Any

import pytest

from roster.http.request import Request
from roster.http.source_address import source_of

PEER, CLIENT, FORGED = "203.0.113.9", "198.51.100.7", "192.0.2.66"
Deploy = Callable[..., None]


def source(peer: Any, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    event = {"requestContext": {"http": {"sourceIp": peer}}, "headers": headers}
    return source_of(Request.of(event, None, 1))


@pytest.mark.parametrize("forwarded", [None, "", FORGED, f"{FORGED}, {CLIENT}", f"{FORGED}, {PEER}", ",,,"])
def test_fs_19_without_proxies_the_header_counts_for_nothing(forwarded: str | None) -> None:
    assert source(PEER, forwarded) == PEER


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, CLIENT, CLIENT),
        (1, f"{FORGED}, {CLIENT}", CLIENT),
        (1, f"{FORGED},{FORGED} , {CLIENT}", CLIENT),
        (1, f"{FORGED}, {CLIENT}, {PEER}", CLIENT),  # API Gateway adds its own peer
        (2, f"{FORGED}, {CLIENT}, 10.0.0.1", CLIENT),
        (2, f"{FORGED}, {CLIENT}, 10.0.0.1, {PEER}", CLIENT),
        (1, f"{CLIENT}:50123", CLIENT),
        (1, "[2001:db8::1]:443", "20010db800000000"),
    ],
)
def test_fs_19_a_trusted_proxy_says_who_its_peer_was(
    deployed: Deploy, proxies: int, forwarded: str, expected: str
) -> None:
    deployed(TRUSTED_PROXIES=str(proxies))
    assert source(PEER, forwarded) == expected


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (1, None),
        (1, ""),
        (1, PEER),
        (1, "unknown"),
        (1, f"{FORGED}, _hidden"),
        (1, f"{FORGED}, "),
        (1, f"{FORGED}, 1.2.3.4.5"),
        (1, f"{FORGED}, {'1' * 100_000}"),
        (2, FORGED),
        (2, f"{FORGED}, {PEER}"),
        (2, f"x, {CLIENT}"),
        (5, f"{FORGED}, {FORGED}, {FORGED}"),
    ],
)
def test_fs_19_a_short_or_crooked_list_gives_the_peer(
    deployed: Deploy, proxies: int, forwarded: str | None
) -> None:
    deployed(TRUSTED_PROXIES=str(proxies))
    assert source(PEER, forwarded) == PEER


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:DB8:1:2::1", "2001:0db8:0001:0002:0:0:0:5", True),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
    ],
)
def test_fs_19_ipv6_counts_by_64_bits(one: str, other: str, same: bool) -> None:
    assert (source(one) == source(other)) is same


@pytest.mark.parametrize("peer", [None, 7, "", "192.168.0.1/32", "localhost", {"a": 1}, "x" * 100_000])
def test_a_peer_that_is_no_address_is_one_source_for_all(peer: Any) -> None:
    assert source(peer) == "unknown"
    assert source_of(Request.of({}, None, 1)) == "unknown"
    assert source_of(Request.of({"requestContext": {"http": "x"}}, None, 1)) == "unknown"
