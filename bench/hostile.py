"""`make run` under attack: eight hostile clients, and what a well-behaved one waits for meanwhile.

.venv/bin/python -m bench.hostile --seconds 60

Serves the demo on a port of its own, on the loopback. The hostile clients (in a process of their own, so that
their work is not taken for waiting) send what a server should refuse cheaply: bodies with 250,000 unknown
fields, names of 4 MB, filters given 190 times. Prints one table, and stops by itself; exit code 1 where any
answer was a 5xx. Memory is read from /proc, so it is told on Linux alone.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic
from urllib.parse import urlencode

from cli import demo
from roster.settings import Settings
from tests.support.served import Served, served

CLIENTS = 8
FIELDS = 250_000
LONG = 4 * 1024 * 1024
TIMES = 190
MOST_REQUESTS = 100_000  # of one hostile client, however fast the server is
PATIENCE = 40.0  # seconds for one answer; the gateway itself gives up after thirty
IDLE_SECONDS = 10.0
PACE = 0.05  # seconds from one request of the well-behaved client to the next
LOOK = 0.2  # seconds between two looks at the memory
SETTLE = 2.0  # seconds after the attack until memory is read for the last time
ASKED = "/v2/info"

LOST = "no answer"
"""The connection ended, or nothing came in time."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One kind of hostile request, as it is sent."""

    name: str
    request: bytes


def attacks(host: str, cookie: str) -> list[Attack]:
    """Every kind; `cookie` is the session of the demo's administrator, so that creations reach their body."""
    unknown = ",".join(f'"x{number}":0' for number in range(FIELDS))
    long = "a" * LONG
    session = {"Cookie": cookie}
    bearer = {"Authorization": f"bearer {demo.ADMIN_TOKEN}"}
    user = {"email": "new@demo.test", "fullName": "New", "password": "difference engine", "roles": ["USER"]}

    def post(path: str, body: str, kind: str = "application/json", **headers: str) -> bytes:
        more = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
        return _head("POST", path, host, more) + body.encode()

    def with_unknown(fields: Mapping[str, object]) -> str:
        return f"{json.dumps(fields)[:-1]},{unknown}}}"

    def listed(path: str, condition: str) -> bytes:
        return _head("GET", f"{path}?{'&'.join([f'q={condition}'] * TIMES)}", host, bearer)

    login = {"email": demo.ADMIN, "password": "not this one"}
    grant = urlencode({"grant_type": "password", "client_id": "cf", "username": long, "password": "x"})
    return [
        Attack("login, unknown fields", post("/api/auth/login", with_unknown(login))),
        Attack("create user, unknown fields", post("/api/admin/users", with_unknown(user), **session)),
        Attack(
            "create workspace, unknown fields",
            post("/api/workspaces", with_unknown({"key": "new", "name": "New"}), **session),
        ),
        Attack("login, long email", post("/api/auth/login", json.dumps({**login, "email": long}))),
        Attack(
            "token, long username",
            post("/oauth/token", grant, "application/x-www-form-urlencoded"),
        ),
        Attack("list of users, filters", listed("/v2/users", "space_guid:s-playground")),
        Attack("list of spaces, filters", listed("/v2/spaces", "organization_guid:ws-northwind")),
        Attack("list of organizations, filters", listed("/v2/organizations", "space_guid:s-playground")),
    ]


def _head(method: str, path: str, host: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {headers[name]}" for name in headers)]
    return "\r\n".join([*lines, "\r\n"]).encode()


# The hostile clients.


@dataclass(frozen=True, slots=True)
class Attacked:
    """When an attack began and ended, by `time.monotonic`, and how often each kind got which status."""

    began: float
    ended: float
    statuses: dict[str, Counter[str]]


def attack(port: int, kinds: list[Attack], seconds: float) -> Attacked:
    """Send for so long. Runs in a process of its own."""
    return asyncio.run(_attack(port, kinds, seconds))


async def _attack(port: int, kinds: list[Attack], seconds: float) -> Attacked:
    statuses: dict[str, Counter[str]] = {kind.name: Counter() for kind in kinds}
    began = monotonic()
    async with asyncio.TaskGroup() as group:
        for first in range(CLIENTS):
            turn = first % len(kinds)
            group.create_task(_client(port, [*kinds[turn:], *kinds[:turn]], began + seconds, statuses))
    return Attacked(began, began + seconds, statuses)


async def _client(port: int, kinds: list[Attack], until: float, statuses: dict[str, Counter[str]]) -> None:
    """One request after the other, of each kind in turn, over one connection while it lives."""
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for number in range(MOST_REQUESTS):
        if monotonic() >= until:
            break
        kind = kinds[number % len(kinds)]
        status = LOST
        with suppress(OSError, EOFError, TimeoutError, ValueError):
            async with asyncio.timeout(PATIENCE):
                connection = connection or await asyncio.open_connection("127.0.0.1", port)
                status = await _answered(*connection, kind.request)
        statuses[kind.name][status] += 1
        if connection is not None and (status == LOST or connection[0].at_eof()):
            connection[1].transport.abort()
            connection = None
    if connection is not None:
        connection[1].transport.abort()


async def _answered(source: asyncio.StreamReader, sink: asyncio.StreamWriter, request: bytes) -> str:
    """The status of the answer, read to its end. The server may answer before it has read all."""
    sink.write(request)
    sending = asyncio.create_task(sink.drain())
    try:
        head = (await source.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        left = int(head.partition("content-length:")[2].split(maxsplit=1)[0])
        while left > 0 and (part := await source.read(min(left, 65_536))):
            left -= len(part)
        await sending
    finally:
        sending.cancel()
        with suppress(OSError, asyncio.CancelledError):
            await sending
    return head.split(maxsplit=2)[1]


# The well-behaved client.


@dataclass(frozen=True, slots=True)
class Reply:
    """When a request was sent, by `time.monotonic`, how long its answer took, and its status."""

    sent: float
    seconds: float
    status: str


def ask(port: int, goes_on: Callable[[], bool]) -> list[Reply]:
    """Ask one thing at a steady pace while `goes_on`, whether or not answers have come.

    Whoever waited for one answer before the next request would ask seldom just when it takes long.
    """
    return asyncio.run(_ask(port, goes_on))


async def _ask(port: int, goes_on: Callable[[], bool]) -> list[Reply]:
    request = _head("GET", ASKED, f"127.0.0.1:{port}", {"Connection": "close"})

    async def one() -> Reply:
        sent, status = monotonic(), LOST
        with suppress(OSError, EOFError, TimeoutError, ValueError):
            async with asyncio.timeout(PATIENCE):
                source, sink = await asyncio.open_connection("127.0.0.1", port)
                try:
                    status = await _answered(source, sink, request)
                finally:
                    sink.close()
        return Reply(sent, monotonic() - sent, status)

    tasks = []
    while goes_on():
        tasks.append(asyncio.create_task(one()))
        await asyncio.sleep(PACE)
    return await asyncio.gather(*tasks)


# Memory.


def resident(server: int) -> dict[int, int]:
    """The resident bytes of the server's worker processes, by pid; Linux only."""
    found = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):  # no process, or one that has just ended
            pid = int(folder.name)
            # After the name in brackets, which may hold anything: state, parent.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == server:
                lines = (folder / "status").read_text().splitlines()
                # A process that has ended, but was not waited for, has none.
                found[pid] = sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024
    return found


class Watch:
    """Looks at the workers' memory until it is stopped: the most they had together, and one of them."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._over = Event()
        self.together = self.one = 0
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            each = resident(self._server).values()
            self.together = max(self.together, sum(each))
            self.one = max(self.one, max(each, default=0))

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


# The whole.


def main() -> int:
    """Serve, measure, attack, and print the table; the exit code."""
    parser = argparse.ArgumentParser(prog="bench.hostile", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="of the attack")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds of quiet before it")
    asked = parser.parse_args()
    real = Settings()
    cost = {
        "ARGON2_MEMORY_KIB": str(real.argon2_memory_kib),
        "ARGON2_ITERATIONS": str(real.argon2_iterations),
    }
    with TemporaryDirectory() as folder, served(Path(folder), **cost) as server:
        rows, failed = _measured(server, asked.seconds, asked.idle)
    for line in table(rows):
        print(line)
    return 1 if failed else 0


def _measured(server: Served, seconds: float, idle: float) -> tuple[list[tuple[str, str]], bool]:
    host = server.url.rpartition("/")[2]
    port = int(host.rpartition(":")[2])
    kinds = attacks(host, server.login(demo.ADMIN, demo.PASSWORD))
    pid = server.process.pid
    ask(port, _for(1))  # nobody pays for the first call
    print(f"bench.hostile: {idle:g} seconds of quiet, then {seconds:g} of attack", file=sys.stderr)
    quiet = ask(port, _for(idle))
    linux = sys.platform == "linux"
    before = resident(pid) if linux else {}
    watch = Watch(pid) if linux else None
    # `spawn`: this process has threads, and the other needs nothing of it.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        under_way = other.submit(attack, port, kinds, seconds)
        asked = ask(port, lambda: not under_way.done())
        hostile = under_way.result()
    during = [reply for reply in asked if hostile.began <= reply.sent < hostile.ended]
    Event().wait(SETTLE)
    if watch is not None:
        watch.stop()
    after = resident(pid) if linux else {}

    counts = {**hostile.statuses, f"GET {ASKED}": Counter(reply.status for reply in [*quiet, *asked])}
    rows = [(name, _told(each)) for name, each in counts.items()]
    failures = sum(_failures(each) for each in counts.values())
    rows.append(("5xx in all", str(failures)))
    if watch is not None:
        together = (sum(before.values()), watch.together, sum(after.values()))
        one = (max(before.values(), default=0), watch.one, max(after.values(), default=0))
        rows.append((f"memory of the {len(before)} workers, before / most / after", _megabytes(together)))
        rows.append(("memory of the largest worker, before / most / after", _megabytes(one)))
    else:
        rows.append(("memory of the workers", "not measured: it is read from /proc, which is Linux's"))
    rows += latency([reply.seconds for reply in quiet], [reply.seconds for reply in during])
    return rows, failures > 0


def latency(quiet: list[float], attacked: list[float]) -> Iterator[tuple[str, str]]:
    """What the well-behaved client waited, and how many times the idle median that is."""
    idle, busy = median(quiet), median(attacked)
    late = sorted(attacked)[len(attacked) * 95 // 100]
    yield f"GET {ASKED}, idle: median of {len(quiet)}", f"{idle * 1000:.1f} ms"
    yield f"GET {ASKED}, attacked: median of {len(attacked)}", _times(busy, idle)
    yield f"GET {ASKED}, attacked: 95 in 100 within", _times(late, idle)


def _times(seconds: float, idle: float) -> str:
    return f"{seconds * 1000:.1f} ms, {seconds / idle:.1f} times the idle median"


def _for(seconds: float) -> Callable[[], bool]:
    """Whether less than that has passed since now."""
    end = monotonic() + seconds
    return lambda: monotonic() < end


def _failures(counts: Counter[str]) -> int:
    return sum(count for status, count in counts.items() if status.startswith("5"))


def _told(counts: Counter[str]) -> str:
    each = ", ".join(f"{count} x {status}" for status, count in sorted(counts.items()))
    return f"{each or 'never sent'}; 5xx: {_failures(counts)}"


def _megabytes(sizes: tuple[int, int, int]) -> str:
    return " / ".join(f"{size / 2**20:.0f}" for size in sizes) + " MB"


def table(rows: list[tuple[str, str]]) -> Iterator[str]:
    """The rows in two columns."""
    width = max(len(name) for name, _ in rows)
    for name, told in rows:
        yield f"{name:<{width}}  {told}"


if __name__ == "__main__":
    sys.exit(main())
