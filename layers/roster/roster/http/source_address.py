"""Where a request comes from, as far as it can be believed: what failures are counted by.

    client ──> proxy ──> ... ──> gateway        X-Forwarded-For: <what the client says>, client, proxy, ...

The gateway sees the address of its peer. Where `trusted_proxies` stand in front, each has added its own
peer to the right of X-Forwarded-For, so the client is that many places left of the gateway's peer. What
lies further left is the client's own word and never taken.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

from roster.http.request import Request
from roster.settings import settings

NOWHERE = "unknown"
_HOLDS = 45 + 8  # characters of an address, brackets and a port


def source_of(request: Request) -> str:
    """The source of a request, as a part of a key: an IPv4 address, or the first 64 bits of an IPv6 one.

    One person has a whole /64 of IPv6, so that counting by address would count nobody. A list that is
    shorter than the proxies, or holds no address in that place, gives the gateway's peer instead.
    """
    peer = _address(_peer(request))
    return _counted(_forwarded(request, peer) or peer)


def address_of(request: Request) -> str | None:
    """The address that a request comes from, whole, to be shown to people; None where nothing says so."""
    peer = _address(_peer(request))
    address = _forwarded(request, peer) or peer
    return None if address is None else str(address)


def _peer(request: Request) -> str:
    """What the gateway says of its own peer; an event may lack it."""
    found: object = request.event
    for name in ("requestContext", "http", "sourceIp"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _forwarded(request: Request, peer: IPv4Address | IPv6Address | None) -> IPv4Address | IPv6Address | None:
    """The address that the outermost trusted proxy saw; None where there is none, or nothing says so."""
    proxies = settings().trusted_proxies
    if proxies == 0:
        return None
    # One more than asked for: API Gateway adds its peer to the list, others do not.
    hops = request.headers.get("x-forwarded-for", "").rsplit(",", proxies + 1)[-(proxies + 1) :]
    if peer is not None and _address(hops[-1]) == peer:
        hops.pop()
    return _address(hops[-proxies]) if len(hops) >= proxies else None


def _counted(address: IPv4Address | IPv6Address | None) -> str:
    if address is None:
        return NOWHERE
    if isinstance(address, IPv6Address):
        return address.packed[:8].hex()
    return str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in a text, which may name a port; an IPv4 address within IPv6 is the IPv4 address."""
    text = text.strip(" \t")
    if len(text) > _HOLDS:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
