"""Cold starts in Lambda's own runtime client: every function of a build, beside what others would deploy.

    make build ARCH=here && .venv/bin/python -m bench.cold_start --rounds 5

CPU and wall time from the start of the process until it asks for its first event, with the bytecode of the
build, and once without any. Functions and peers take turns, so that a busy machine is busy for all of them,
the peers several in each round, for everything is measured by theirs; they run on the same layer of
dependencies. Leaves docs/bench/cold_start.json, medians of all starts.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import record
from bench.document import CLIENT, PEER, PEERS
from local.runtime_api import Deployed, Environment
from tools.build import HERE, folder
from tools.invoke import PYTHON, functions, table_endpoint
from tools.runtime_python import runs_as, version

FOLDER = Path(__file__).parent / "peers"
SUBJECTS = dict(zip(("boto3_client", "powertools_boto3", "fastapi_mangum"), (CLIENT, *PEERS), strict=True))
"""The peers' modules, and what the page calls them."""
_BETWEEN = 8
"""Functions between two turns of the peers."""
_PACKAGES = PYTHON.parents[2] / ".venv-peers"


def measure(build: Path, rounds: int, only: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """A row for each peer and each of a build's functions (of `only`, where it names some)."""
    with table_endpoint() as endpoint, _without_bytecode(build) as bare:
        turns = [(bare, False), *[(build, True)] * rounds]
        starts: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
        for place, bytecode in turns:
            for function in _in_turns(list(_peers(place)), list(_ours(place, endpoint, only))):
                starts[function.name, bytecode].append(_start(function))
    rows = []
    for (name, bytecode), times in starts.items():
        cpu, wall = (round(median(one) * 1000, 1) for one in zip(*times, strict=True))
        subject = SUBJECTS.get(name, name)
        rows.append({"subject": subject, "bytecode": bytecode, "cpu_ms": cpu, "wall_ms": wall})
    return rows


def _in_turns(peers: list[Deployed], ours: list[Deployed]) -> Iterator[Deployed]:
    """All of ours, and the peers before every few of them."""
    for first in range(0, len(ours), _BETWEEN):
        yield from peers
        yield from ours[first : first + _BETWEEN]


def _peers(build: Path) -> Iterator[Deployed]:
    layer = build / "DependenciesLayer/python"
    [others] = _PACKAGES.glob("lib/python3.*/site-packages")
    for module in SUBJECTS:
        yield Deployed(module, f"{module}.handler", FOLDER, [layer, others])


def _ours(build: Path, endpoint: str, only: frozenset[str]) -> Iterator[Deployed]:
    table = {"TABLE_NAME": "roster", "TABLE_ENDPOINT": endpoint}
    for name, function in functions(build).items():
        if not only or name in only:
            yield replace(function, environ={**function.environ, **table})


@contextmanager
def _without_bytecode(build: Path) -> Iterator[Path]:
    """A copy of the build as SAM alone would leave it."""
    with tempfile.TemporaryDirectory() as place:
        bare = Path(place, "build")
        shutil.copytree(build, bare, ignore=shutil.ignore_patterns("__pycache__"))
        yield bare


def _start(function: Deployed) -> tuple[float, float]:
    """CPU and wall seconds of one start."""
    began = perf_counter()
    with Environment(PYTHON, function, log=subprocess.DEVNULL) as environment:
        environment.init()
        wall = perf_counter() - began
        return _cpu_seconds(environment.pid), wall


def _cpu_seconds(pid: int) -> float:
    """What a process of one thread has used of the processor so far."""
    nanoseconds, *_ = Path(f"/proc/{pid}/schedstat").read_text("utf-8").split()
    return int(nanoseconds) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="functions to start and print, keeping nothing")
    given = parser.parse_args()
    if not runs_as(PYTHON, version()):
        sys.exit(f"cold starts need the functions' own Python {version()}, which is not here")
    rows = measure(folder(HERE), given.rounds, frozenset(given.only))
    cpu = {(row["subject"], row["bytecode"]): row["cpu_ms"] for row in rows}
    for row in rows:
        ours = row["cpu_ms"]
        client, powertools = (cpu[name, row["bytecode"]] for name in (CLIENT, PEER))
        kind = "bytecode" if row["bytecode"] else "sources"
        print(f"{row['subject']:<28}{kind:<10}{ours:>8} ms  x {ours / client:.2f}  x {ours / powertools:.2f}")
    if not given.only:
        record.write("cold_start", rows, rounds=given.rounds, python=version())


if __name__ == "__main__":
    main()
