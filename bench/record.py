"""What a benchmark leaves: rows in docs/bench/<part>.json, with the day, the commit and the machine."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
DOCS = _ROOT / "docs/bench"


def write(part: str, rows: Sequence[dict[str, Any]], **facts: Any) -> None:
    """Keep the rows of a part; `facts` say how they were made."""
    about = {
        "part": part,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **facts,
    }
    DOCS.mkdir(exist_ok=True)
    text = json.dumps({**about, "rows": list(rows)}, indent=1)
    (DOCS / f"{part}.json").write_text(f"{text}\n", encoding="utf-8")


def read(part: str) -> dict[str, Any]:
    """The rows of a part's last run."""
    found: dict[str, Any] = json.loads((DOCS / f"{part}.json").read_text("utf-8"))
    return found


def commit() -> str:
    """The commit that was measured; `+` after it where the tree has changed since."""
    named = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs", ":!README.md")
    return f"{named}+" if changed else named


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.strip()
