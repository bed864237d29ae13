"""Finds the functions' own Python on this machine: `python -m tools.runtime_python` prints where it is."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


def version(template: Path = TEMPLATE) -> str:
    """The minor version that the template runs its functions on, such as `3.13`."""
    [found] = re.findall(r"^ +Runtime: python(3\.\d+)$", template.read_text("utf-8"), re.MULTILINE)
    return str(found)


def find(wanted: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """An interpreter of that minor version, on the PATH or among pyenv's; None where there is none."""
    return next((path for path in _candidates(wanted, environ) if runs_as(path, wanted)), None)


def _candidates(wanted: str, environ: Mapping[str, str]) -> Iterator[Path]:
    for folder in environ.get("PATH", "").split(os.pathsep):
        if found := shutil.which(f"python{wanted}", path=folder):
            yield Path(found)
    for pyenv in _pyenvs(environ):
        yield from sorted(pyenv.glob(f"versions/{wanted}.*/bin/python{wanted}"), reverse=True)


def _pyenvs(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where pyenv is: as it says itself, where the PATH has its shims, or in the home."""
    if named := environ.get("PYENV_ROOT"):
        yield Path(named)
        return
    folders = map(Path, environ.get("PATH", "").split(os.pathsep))
    yield from (folder.parent for folder in folders if folder.name == "shims")
    yield Path(environ.get("HOME", "/"), ".pyenv")


def runs_as(path: Path, wanted: str) -> bool:
    """Whether it runs as that version: a shim of pyenv may stand for one that is not switched on."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode == 0 and done.stdout.strip() == wanted


if __name__ == "__main__":
    place = find(version())
    if place is None:
        sys.exit(
            f"no Python {version()} here, neither on the PATH nor among pyenv's: the functions run on it"
        )
    print(place)
