"""`make run` under load: the demo over HTTP on the embedded store, clients and server on one machine.

.venv/bin/python -m bench.load --seconds 300
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench import record
from tests.support.served import Served, served

ADMIN = "Bearer demo-token-of-amara-okafor-who-administers"
SPACE_HEADERS = {"X-Org-Id": "ws-northwind", "X-Project-Id": "p-web", "X-User-Id": "u-0000003"}
ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("/api/v1/user", {"Authorization": ADMIN}),
    ("/api/v1/users", {"Authorization": ADMIN}),
    ("/api/v1/users/3", {"Authorization": ADMIN}),
    ("/minimal/rest/user/v1/org", SPACE_HEADERS),
    ("/minimal/rest/user/v1/project/detail", SPACE_HEADERS),
    ("/api/workspace/auth/me?access_token=demo-token-of-ingrid-lindqvist-who-develops", {}),
    ("/api/workspaces", {}),
    ("/api/workspaces/ws-northwind", {}),
)
"""Reads of four dialects; those without a credential go with the administrator's session."""


def main() -> None:
    """Serve the demo, ask until the time is up, and keep the row."""
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--clients", type=int, default=4, help="connections, each with one request under way")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, served(Path(folder), IDENTITY_HEADER_PROOF="none") as server:
        cookie = server.login("amara.okafor@demo.test", "roster-demo-2016")
        requests = [_request(server, path, {"Cookie": cookie, **more}) for path, more in ASKED]
        print(f"bench.load: {asked.clients} clients, {asked.seconds:g} seconds", file=sys.stderr)
        row = asyncio.run(_load(int(server.url.rpartition(":")[2]), requests, asked.clients, asked.seconds))
    record.write("load", [row], engine="the embedded store, a file")


def _request(server: Served, path: str, headers: dict[str, str]) -> bytes:
    if "Authorization" in headers:
        del headers["Cookie"]
    lines = [f"GET {path} HTTP/1.1", f"Host: {server.url.rpartition('/')[2]}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "\r\n"]).encode()


async def _load(port: int, requests: Sequence[bytes], clients: int, seconds: float) -> dict[str, object]:
    taken: list[float] = []
    statuses: Counter[int] = Counter()
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for first in range(clients):
            turned = [*requests[first:], *requests[:first]]
            group.create_task(_client(port, turned, began + seconds, taken, statuses))
    elapsed = perf_counter() - began
    taken.sort()
    return {
        "subject": "make run",
        "clients": clients,
        "requests": len(taken),
        "errors": len(taken) - statuses[200],
        "per_second": round(len(taken) / elapsed),
        "p50_ms": round(taken[len(taken) // 2] * 1000, 1),
        "p99_ms": round(taken[len(taken) * 99 // 100] * 1000, 1),
    }


async def _client(
    port: int, requests: Sequence[bytes], until: float, taken: list[float], statuses: Counter[int]
) -> None:
    """One connection, one request after the other."""
    source, sink = await asyncio.open_connection("127.0.0.1", port)
    try:
        while (began := perf_counter()) < until:
            sink.write(requests[len(taken) % len(requests)])
            head = await source.readuntil(b"\r\n\r\n")
            await source.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            taken.append(perf_counter() - began)
            statuses[int(head[9:12])] += 1
    finally:
        sink.close()


if __name__ == "__main__":
    main()
