"""Where webhooks may go: public addresses by https, however they are written and whatever a name says."""

from collections.abc import Sequence

import pytest

from roster import bounds
from roster.http.targets import NotPublic, PublicTarget, addresses_of, is_public, target_of

PUBLIC = "93.184.215.14"
HOOK = target_of("https://hooks.example.com/in")

_NOT_PUBLIC = {
    "EV-01": [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "127.0.0.1", "127.255.255.254"),  # noqa: S104
        *("100.64.0.1", "100.100.100.200", "100.127.255.255", "168.63.129.16", "192.0.0.192"),
        *("169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    ],
    "EV-02": [
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::ffff:169.254.169.254"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b::5db8:d70e", "64:ff9b:1::1", "100::1", "2002:7f00:1::", "2002::1"),
        *("2001::1", "2001:0:4136:e378::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1"),
        *("2606:2800:21f::1%1", "4000::1"),
    ],
}
NOT_PUBLIC = [
    pytest.param(address, marks=pytest.mark.row(row)) for row, some in _NOT_PUBLIC.items() for address in some
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_never_called(address: str) -> None:
    assert not is_public(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(ValueError, match="must"):
        target_of(f"https://{host}/")
    with pytest.raises(NotPublic):  # nor where a name has it, be it beside a public one
        addresses_of(HOOK, resolve=lambda host, port: [PUBLIC, address])


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_may_be_called(address: str) -> None:
    assert addresses_of(HOOK, resolve=lambda host, port: [address]) == [address]


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "1.2.3"]
    + [
        "hooks.example.0x7f",
        "[::ffff:7f00:1]",
        "[fe80::1%25eth0]",
        "[v1.x]",
        "[::1",
        "127。0。0。1",
        "①②⑦.0.0.1",
    ],
)
@pytest.mark.row("EV-03")
def test_an_address_in_another_spelling_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="must"):
        target_of(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://a.b/"),
        *("//hooks.example.com/", "hooks.example.com", "https:/hooks.example.com", "https:///in", "https://"),
        *("https://localhost/", "https://api.localhost/", "https://printer.local/", "https://db/"),
        *("https://x.internal/", "https://metadata.google.internal/", "https://-a.example.com/"),
        *("https://me@hooks.example.com/", "https://hooks.example.com@10.0.0.1/", "https://a.example.com/#x"),
        *("https://a.example.com:0/", "https://a.example.com:65536/", "https://a.example.com:x/"),
        *("https://a.example.com:/", "https://a.example.com\\@10.0.0.1/", "https://a.example.com/a b"),
        *("https://a.example.com/\r\nHost: b", "https://a.example.com/\t", "https://ä.example.com/"),
        f"https://a.example.com/{'x' * bounds.URL_CHARACTERS}",
    ],
)
@pytest.mark.row("EV-08", "EV-21")
def test_a_url_that_is_not_plainly_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://Hooks.Example.com", PublicTarget("hooks.example.com", 443, "/", True), "hooks.example.com"),
        (
            "https://a.example.com.:8443/b?c=d",
            PublicTarget("a.example.com", 8443, "/b?c=d", True),
            "a.example.com:8443",
        ),
        (
            "https://[2606:2800:21f::1]/x",
            PublicTarget("2606:2800:21f::1", 443, "/x", True),
            "[2606:2800:21f::1]",
        ),
    ],
)
def test_a_url_of_the_web_is_read_in_its_parts(url: str, target: PublicTarget, authority: str) -> None:
    assert target_of(url) == target
    assert target.authority == authority


def test_a_local_server_may_also_call_its_own_machine() -> None:
    plain = target_of("http://127.0.0.1:9000/in", loopback=True)
    assert plain == PublicTarget("127.0.0.1", 9000, "/in", False)
    assert target_of("http://localhost:9000/", loopback=True).host == "localhost"
    assert addresses_of(plain, loopback=True, resolve=lambda host, port: ["127.0.0.1", "::1"])
    for elsewhere in ("http://169.254.169.254/", "https://10.0.0.1/", f"http://{PUBLIC}/"):
        with pytest.raises(ValueError, match="must"):
            target_of(elsewhere, loopback=True)
    with pytest.raises(NotPublic):  # http goes nowhere else
        addresses_of(plain, loopback=True, resolve=lambda host, port: [PUBLIC])


def test_a_name_without_an_address_is_an_error() -> None:
    def none(host: str, port: int) -> Sequence[str]:
        return []

    with pytest.raises(OSError, match="no address"):
        addresses_of(HOOK, resolve=none)
