"""Where the deployment calls out to, as somebody else says: https and public addresses alone (SSRF).

A URL is checked twice. `target_of` reads it when it is written down, and refuses what can be seen in it.
`addresses_of` looks its name up before each connection and refuses every address that is not public; the
connection then goes to an address that was checked, so that a second look-up cannot answer otherwise.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from roster import bounds

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name, for a port. Raises OSError where it has none."""

_URL = re.compile(r"[!#-;=?-\[\]_a-z~]+")
"""What RFC 3986 has in a URL: printable ASCII without `"`, `<`, `>`, `\\`, `^`, `` ` ``, `{`, `|` and `}`."""
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".home.arpa")

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in (
        # IANA's registries of special-purpose addresses. `is_global` knows most; which, its version decides.
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; 100.100.100.200 tells metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # tells metadata, though it is a public address
        "169.254.0.0/16",  # link-local; 169.254.169.254 tells metadata, 169.254.170.2 credentials
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # of protocols; Teredo, which holds an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",
    )
)
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
"""All that is given out of IPv6. Outside are loopback, link-local, site-local, private and multicast
addresses, and the forms that hold an IPv4 address: mapped, compatible, translated (64:ff9b::/96).
"""


class NotPublic(Exception):
    """An address of the target is not public."""


@dataclass(frozen=True, slots=True)
class PublicTarget:
    """A URL that may be called, in its parts; `path` has the query."""

    host: str
    port: int
    path: str
    secure: bool

    @property
    def authority(self) -> str:
        """The `Host` that it is asked for by."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def target_of(url: str, *, loopback: bool = False) -> PublicTarget:
    """The target that a URL names. Raises ValueError, with words for whoever wrote it, where it may not.

    With `loopback`, for a local server, it may also be of this machine, and http there.
    """
    if len(url) > bounds.URL_CHARACTERS:
        raise ValueError(f"must have at most {bounds.URL_CHARACTERS} characters")
    if _URL.fullmatch(url) is None or "[" in url.partition("://")[2].partition("/")[2]:
        raise ValueError("must be a URL in ASCII")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("must have a host name, or an address as it is usually written") from None
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise ValueError("must be https")
    if "@" in parts.netloc or "#" in url:
        raise ValueError("must have neither a user nor a fragment")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("must have a port of 1 to 65535, or none") from None
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError("must have a port of 1 to 65535, or none")
    if parts.netloc.startswith("[") and ":" not in host:  # an address of the future
        raise ValueError("must have a host name, or an address as it is usually written")
    secure = parts.scheme == "https"
    host = host.removesuffix(".")
    _demand_public_host(host, loopback=loopback, secure=secure)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return PublicTarget(host, port or (443 if secure else 80), path, secure)


def _demand_public_host(host: str, *, loopback: bool, secure: bool) -> None:
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        if not (loopback and host == "localhost"):
            _demand_public_name(host)
        return
    if not may_be_called(address, loopback=loopback, secure=secure):
        raise ValueError("must have a public address")


def _demand_public_name(host: str) -> None:
    if not host.isascii() or _NAME.fullmatch(host) is None or len(host) > 253:
        raise ValueError("must have a full host name")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):  # 127.1 and 0x7f.0.0.1 are addresses to some resolvers
        raise ValueError("must have a full host name, or an address as it is usually written")
    if host.endswith(_PRIVATE_NAMES):
        raise ValueError("must have a public host name")


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, of a single machine."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address) and (known.scope_id or known not in _PUBLIC_IPV6):
        return False
    special = known.is_multicast or known.is_unspecified or known.is_reserved or not known.is_global
    return not special and not any(
        known.version == network.version and known in network for network in _NOT_PUBLIC
    )


def may_be_called(address: str, *, loopback: bool, secure: bool) -> bool:
    """Whether an address may be connected to: a public one, by TLS; with `loopback` also this machine's."""
    if loopback and (address == "::1" or address.startswith("127.")):
        return True
    return secure and is_public(address)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the machine's resolver finds them. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def addresses_of(
    target: PublicTarget, *, loopback: bool = False, resolve: Resolve = look_up
) -> Sequence[str]:
    """The addresses of a target, every one checked.

    Raises OSError where the name has none, and NotPublic where any of them may not be called: a name that
    has a public address beside a private one is no mistake.
    """
    found = resolve(target.host, target.port)
    if not found:
        raise OSError("the name has no address")
    if not all(may_be_called(each, loopback=loopback, secure=target.secure) for each in found):
        raise NotPublic
    return found
