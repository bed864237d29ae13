"""Lists listening sockets from /proc, to show that a run listened on no outside address."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TypeAlias

Listener: TypeAlias = tuple[IPv4Address | IPv6Address, int]
"""Address and port."""

_LISTEN = "0A"
_PAUSE = 0.05  # seconds between two looks


def listeners() -> set[Listener]:
    """The TCP sockets that listen in this network namespace."""
    found = set()
    for table in ("tcp", "tcp6"):
        path = Path("/proc/self/net", table)
        rows = path.read_text("ascii").splitlines()[1:] if path.exists() else []
        found |= {_parse(row.split()[1]) for row in rows if row.split()[3] == _LISTEN}
    return found


@contextmanager
def watched() -> Iterator[set[Listener]]:
    """What began to listen inside the block; filled while it runs."""
    before, seen, over = listeners(), set[Listener](), threading.Event()

    def look() -> None:
        while not over.wait(_PAUSE):
            seen.update(listeners() - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def outside(seen: set[Listener]) -> list[str]:
    """Those that another machine could reach, as text."""
    return sorted(f"{address} port {port}" for address, port in seen if not _loopback(address))


def _loopback(address: IPv4Address | IPv6Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _parse(text: str) -> Listener:
    """The kernel writes an address as words of 32 bits, each in the machine's own (little-endian) order."""
    address, _, port = text.partition(":")
    words = (bytes.fromhex(address[place : place + 8])[::-1] for place in range(0, len(address), 8))
    return ip_address(b"".join(words)), int(port, 16)
