"""Cold starts in Lambda's own runtime client: a build's functions, compared with what others would deploy.

    make build ARCH=here && .venv/bin/python -m bench.cold_start --rounds 5

CPU and wall time from the start of the process until it asks for its first event, with the bytecode of the
build, and once without any. All run on the same layer of dependencies. A machine is slow or fast for seconds
at a time, so the two that everything is measured by start just before and just after every two others, and a
ratio is one of neighbours. Leaves docs/bench/cold_start.json: medians of all starts, and of their ratios.
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
from typing import Any, NamedTuple

from bench import record
from bench.document import CLIENT, PEERS
from local.runtime_api import Deployed, Environment
from tools.build import HERE, folder
from tools.invoke import PYTHON, functions, table_endpoint
from tools.runtime_python import runs_as, version

FOLDER = Path(__file__).parent / "peers"
SUBJECTS = dict(zip(("boto3_client", "powertools_boto3", "fastapi_mangum"), (CLIENT, *PEERS), strict=True))
"""The peers' modules, and what the page calls them."""
_BETWEEN = 2
"""Others that start between the two that they are measured by."""
_PACKAGES = PYTHON.parents[2] / ".venv-peers"


def measure(build: Path, rounds: int, only: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """A row for each peer and each of a build's functions (of `only`, where it names some)."""
    with table_endpoint() as endpoint, _without_bytecode(build) as bare:
        starts: dict[tuple[str, bool], list[_Start]] = defaultdict(list)
        for place, bytecode in [(bare, False), *[(build, True)] * rounds]:
            peers, ours = list(_peers(place)), list(_ours(place, endpoint, only))
            for start in _round(peers, ours, _BETWEEN if bytecode else len(peers + ours)):
                starts[start.name, bytecode].append(start)
    rows = [
        {
            "subject": SUBJECTS.get(name, name),
            "bytecode": bytecode,
            "cpu_ms": round(median(start.took.cpu for start in some) * 1000, 1),
            "wall_ms": round(median(start.took.wall for start in some) * 1000, 1),
            "of_client": round(median(start.took.cpu / start.client.cpu for start in some), 3),
            "of_powertools": round(median(start.took.cpu / start.powertools.cpu for start in some), 3),
            "wall_of_client": round(median(start.took.wall / start.client.wall for start in some), 3),
        }
        for (name, bytecode), some in starts.items()
    ]
    return sorted(rows, key=lambda row: [CLIENT, *PEERS, row["subject"]].index(row["subject"]))


class _Took(NamedTuple):
    """Seconds of one start."""

    cpu: float
    wall: float


class _Start(NamedTuple):
    """A start, and those of the two peers that stood around it."""

    name: str
    took: _Took
    client: _Took
    powertools: _Took


def _round(peers: list[Deployed], ours: list[Deployed], between: int) -> Iterator[_Start]:
    """Every one started once, the two peers that count around every so many of the others."""
    client, powertools, *more = peers
    others = [*more, *ours]
    for first in range(0, len(others), between):
        some = [client, *others[first : first + between], powertools]
        took = [_start(one) for one in some]
        for one, its in zip(some, took, strict=True):
            yield _Start(one.name, its, took[0], took[-1])


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


def _start(function: Deployed) -> _Took:
    began = perf_counter()
    with Environment(PYTHON, function, log=subprocess.DEVNULL) as environment:
        environment.init()
        wall = perf_counter() - began
        return _Took(_cpu_seconds(environment.pid), wall)


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
    for row in rows:
        kind = "bytecode" if row["bytecode"] else "sources"
        ratios = f"x {row['of_client']:.2f}  x {row['of_powertools']:.2f}"
        print(f"{row['subject']:<28}{kind:<10}{row['cpu_ms']:>8} ms  {ratios}")
    if not given.only:
        record.write("cold_start", rows, rounds=given.rounds, python=version())


if __name__ == "__main__":
    main()
