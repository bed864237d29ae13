"""What `roster.deferred` gains of a cold start, on the wall clock: a build's functions with and without it.

    make build ARCH=here && .venv/bin/python -m bench.deferral --rounds 30

From the start of the process until it asks for its first event, in turns, each first in every second round.
Decision 0012 keeps the module for a tenth, and says when it goes. On a machine that does something else,
`chrt --fifo 5` before the command gives the starts a core of their own.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from local.runtime_api import Deployed, Environment
from tools import bytecode
from tools.build import HERE, folder
from tools.invoke import PYTHON, functions, table_endpoint

THREE = ("GetWorkspace", "ListUsers", "IssueToken")
"""A read, a list and a form."""


def measure(build: Path, rounds: int, names: tuple[str, ...]) -> Iterator[tuple[str, float, float]]:
    """Of each function its name, and the median seconds of a start with the module and without."""
    with table_endpoint() as endpoint, _without(build) as plain:
        both = [_deployed(place, endpoint) for place in (build, plain)]
        for name in names:
            seconds: tuple[list[float], list[float]] = ([], [])
            for round_ in range(rounds):
                for which in (0, 1) if round_ % 2 else (1, 0):
                    seconds[which].append(_start(both[which][name]))
            yield name, median(seconds[0]), median(seconds[1])


@contextmanager
def _without(build: Path) -> Iterator[Path]:
    """A copy of the build in which Powertools' packages run their own `__init__`."""
    with tempfile.TemporaryDirectory() as place:
        plain = Path(place, "build")
        shutil.copytree(build, plain)
        plain.joinpath("RosterLayer/python/roster/__init__.py").write_text("", "utf-8")
        subprocess.run([PYTHON, bytecode.__file__, plain], check=True)  # noqa: S603
        yield plain


def _deployed(build: Path, endpoint: str) -> Mapping[str, Deployed]:
    table = {"TABLE_NAME": "roster", "TABLE_ENDPOINT": endpoint}
    return {
        name: replace(function, environ={**function.environ, **table})
        for name, function in functions(build).items()
    }


def _start(function: Deployed) -> float:
    began = perf_counter()
    with Environment(PYTHON, function, log=subprocess.DEVNULL) as environment:
        environment.init()
        return perf_counter() - began


def main() -> None:
    """Measure, and print a line a function."""
    parser = argparse.ArgumentParser(prog="bench.deferral", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--only", nargs="+", default=THREE, help="the functions to start")
    given = parser.parse_args()
    for name, with_it, without in measure(folder(HERE), given.rounds, tuple(given.only)):
        gain = 1 - with_it / without
        print(f"{name:<20}{with_it * 1000:>8.1f} ms with, {without * 1000:.1f} ms without: {gain:.1%} less")


if __name__ == "__main__":
    main()
