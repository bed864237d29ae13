"""The repository keeps text, and the plots that documents show; what is built or fetched is not kept."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def kept() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("a copy without its history has no list of what is kept")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.rstrip("\0").split("\0")


def is_text(name: str) -> bool:
    try:
        return "\0" not in (ROOT / name).read_text()
    except UnicodeDecodeError:
        return False


def test_nothing_is_kept_but_text_and_plots() -> None:
    files = [name for name in kept() if (ROOT / name).is_file()]
    plots = [name for name in files if name.startswith("docs/") and name.endswith(".png")]
    assert [name for name in files if not is_text(name)] == plots
