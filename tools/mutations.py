"""Removes the checks of `tools/guards.py`, one at a time, in copies of the tree; a test must fail for each.

Run as `python -m tools.mutations [NAME...]`, in the tests' environment. Prints a table; the exit code is 1
where a mutation survives, and where a guard cannot be judged: its text is not found, or its tests do not
run, or fail without it being touched.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from cli.output import printing
from local.gateway import TRANSLATIONS
from tools.guards import GUARDS, Guard

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".tools", ".aws-sam*", ".*_cache", "node_modules")
"""What a copy of the tree goes without. Bytecode comes along, and so do translations of the template: to make
them anew takes longer than most guards' tests.
"""
SECONDS = 300  # for the tests of one guard, on a machine that is busy


class Useless(Exception):
    """A guard that this tool cannot judge, and why."""


def main(names: Sequence[str]) -> int:
    """Try the checks of these names, or all. Returns the exit code."""
    guards = [guard for guard in GUARDS if not names or guard.name in names]
    caught: dict[str, str] = {}
    with ExitStack() as stack:
        trees = SimpleQueue[Path]()
        workers = os.cpu_count() or 1
        for _ in range(workers):
            trees.put(stack.enter_context(_copied()))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        for guard, (test, why) in zip(guards, pool.map(partial(_judge, trees), guards), strict=True):
            print(f"{guard.name:<45} {test or f'NOT PROVED: {why}'}", flush=True)
            if test:
                caught[guard.name] = test
    for name, test in _red(ROOT, caught).items():
        print(f"{name:<45} NOT PROVED: {test} fails with the guard too")
        del caught[name]
    print(f"{len(caught)} of {len(guards)} caught")
    return 0 if guards and len(caught) == len(guards) else 1


@contextmanager
def _copied() -> Iterator[Path]:
    """A copy of the tree, which goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="roster-mutation-") as folder:
        tree = Path(shutil.copytree(ROOT, Path(folder) / "tree", ignore=LEFT_OUT))
        if TRANSLATIONS.is_dir():
            shutil.copytree(TRANSLATIONS, tree / TRANSLATIONS.relative_to(ROOT))
        yield tree


def _judge(trees: "SimpleQueue[Path]", guard: Guard) -> tuple[str | None, str]:
    """The test that fails without the guard, in one of these trees; or why there is none."""
    tree = trees.get()
    try:
        return _caught(tree, guard), "it can be taken away and all tests pass"
    except (Useless, subprocess.TimeoutExpired) as error:
        return None, str(error)
    finally:
        trees.put(tree)


def _caught(tree: Path, guard: Guard) -> str | None:
    """The first test that fails without the guard; None where all pass."""
    with _mutated(tree / guard.file, guard.text, guard.without):
        return next(iter(_failures(tree, guard.tests, "-x")), None)


def _red(tree: Path, caught: Mapping[str, str]) -> dict[str, str]:
    """Of the tests that noticed guards, by the guards' names, those that fail with all guards in place."""
    failures = _failures(tree, sorted(set(caught.values()))) if caught else []
    return {name: test for name, test in caught.items() if test in failures}


@contextmanager
def _mutated(path: Path, text: str, without: str) -> Iterator[None]:
    """The file with one place changed, as long as the block lasts."""
    if not path.exists():
        raise Useless(f"there is no {path.name}")
    whole = path.read_text("utf-8")
    if whole.count(text) != 1:
        raise Useless(f"{path.name} has the guard's text {whole.count(text)} times")
    path.write_text(whole.replace(text, without), "utf-8")
    try:
        yield
    finally:
        path.write_text(whole, "utf-8")


def _failures(tree: Path, tests: Sequence[str], *options: str) -> list[str]:
    """The names of the tests that fail, in order. Raises Useless where they cannot run."""
    missing = [test for test in tests if not (tree / test.partition("::")[0]).exists()]
    if missing:
        raise Useless(f"there is no {missing[0]}")
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", *options]
    # Bytecode is read, never written: else what changes twice in a second would be that of before.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(  # noqa: S603 - our own tests
        [*command, *tests],
        cwd=tree,
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    failures = [found[1] for found in re.finditer(r"^FAILED (.+?)( - .*)?$", ran.stdout, re.MULTILINE)]
    if ran.returncode not in (0, 1) or (ran.returncode == 1 and not failures):
        raise Useless(f"the tests do not run: {ran.stdout[-300:]}")
    return failures


if __name__ == "__main__":
    sys.exit(printing(lambda: main(sys.argv[1:])))
