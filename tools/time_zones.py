"""Writes the names of the time zones into the layer: `.venv-sam/bin/python -m tools.time_zones`.

They come from the package tzdata, which SAM CLI's environment has and pins. The functions need the names
alone, and not every machine has the database.
"""

from importlib import import_module, resources
from pathlib import Path
from textwrap import fill

FILE = Path(__file__).parent.parent / "layers/roster/roster/dialects/time_zones.py"


def text() -> str:
    """The module: every name in the database, links too, in their order."""
    version = import_module("tzdata").IANA_VERSION
    names = sorted(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())
    listed = fill(" ".join(names), width=110, break_long_words=False, break_on_hyphens=False)
    return (
        f'"""The names of the time zones of the IANA database, {version}. Made by tools/time_zones.py.\n\n'
        'Imported where a name is judged, and nowhere else.\n"""\n\n'
        f'_NAMES = """\n{listed}\n"""\n\nNAMES = frozenset(_NAMES.split())\n'
    )


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
