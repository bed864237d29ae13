"""The programs of npm that check the console; `make` puts them into .tools, by the lock beside this."""

from pathlib import Path

from tests.support.served import ROOT

MODULES = ROOT / ".tools" / "console" / "node_modules"
SETTINGS = ROOT / "tests" / "console" / "npm"


def package_file(path: str) -> Path:
    """A file of a package. Fails, not skips: `make real` must not pass without it."""
    file = MODULES / path
    assert file.is_file(), "run `make .tools/console/made`, which needs npm"
    return file
