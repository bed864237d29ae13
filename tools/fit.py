"""Tells `make` whether a Python is new enough, and whether that Python made the environments.

Prints `fit`, or in one line what is needed. Removes an environment whose Python is gone, and one of another
minor version where it is to be this Python's: `make` then makes it anew. Whatever `python3` is runs this, so
Pythons that are too old must understand it.
"""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)


def lack(name: str, version: "tuple[int, int]", has_pip: bool) -> "str | None":
    """Why the Python of this name cannot be used; None where it can."""
    if version < OLDEST:
        return (
            f"Roster needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and {name} is {version[0]}.{version[1]}: "
            "install one and name it, such as `make run PYTHON=python3.13`"
        )
    if not has_pip:
        return (
            f"{name} has no venv: on Debian and Ubuntu, apt-get install python{version[0]}.{version[1]}-venv"
        )
    return None


def stale(environment: Path, version: "str | None") -> "str | None":
    """Why an environment cannot be used any more; None where it can. It must have this `version`."""
    if not (environment / "bin/python").exists():
        return "its Python is gone"
    written = environment / "pyvenv.cfg"
    lines = written.read_text("utf-8").splitlines() if written.exists() else []
    settings = dict(line.replace(" ", "").split("=", 1) for line in lines if "=" in line)
    found = ".".join(settings.get("version", settings.get("version_info", "")).split(".")[:2])
    return None if version is None or found == version else f"it is of Python {found or 'nobody knows which'}"


def main(name: str, ours: "list[str]", others: "list[str]") -> str:
    """Look at the Python that runs this, at `ours`, which are to be of its version, and at the others."""
    has_pip = Path(".venv/bin/pip").exists() or find_spec("ensurepip") is not None
    needed = lack(name, sys.version_info[:2], has_pip)
    if needed is not None:
        return needed
    for environment in filter(Path.is_dir, map(Path, ours + others)):
        version = "{}.{}".format(*sys.version_info[:2]) if str(environment) in ours else None
        reason = stale(environment, version)
        if reason is not None:
            print(f"roster: {environment} is made anew: {reason}", file=sys.stderr)
            environment.unlink() if environment.is_symlink() else shutil.rmtree(environment)
    return "fit"


if __name__ == "__main__":
    after = sys.argv.index("--")
    print(main(sys.argv[1], sys.argv[2:after], sys.argv[after + 1 :]))
