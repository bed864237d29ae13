"""Writes `functions/site/openapi.json`: `python -m tools.openapi`; `--check` says whether it is fresh."""

import json
import sys
from pathlib import Path

from tools.openapi.document import ROOT, build

FILE = ROOT / "functions/site/openapi.json"


def text() -> str:
    """The document as the file holds it."""
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str], file: Path = FILE) -> int:
    """Write the file, or with `--check` compare: 1 where it is not what would be written."""
    if "--check" not in arguments:
        file.write_text(text(), "utf-8")
        return 0
    fresh = file.exists() and file.read_text("utf-8") == text()
    if not fresh:
        print(f"{file} is stale: python -m tools.openapi", file=sys.stderr)
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
