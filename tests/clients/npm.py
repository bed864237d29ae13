"""What npm fetches for a suite: as its lock says, once, into a folder beside the sources."""

import shutil
import subprocess
from pathlib import Path

from tests.clients.conftest import ROOT

LOCK = ("package.json", "package-lock.json")


def installed(folder: Path) -> Path:
    """The `node_modules` of the packages that the folder's lock names; no script of theirs is run."""
    place = ROOT / ".tools" / folder.name
    if not all(_same(folder / name, place / name) for name in LOCK):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in reversed(LOCK):
            shutil.copy(folder / name, place)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, check=True, timeout=300
        )
    return place / "node_modules"


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()
