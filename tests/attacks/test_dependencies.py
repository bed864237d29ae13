"""What is installed is what was locked, and nothing that is known to let forged tokens through."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/dependencies/requirements.txt"
LOCKS = [LAYER, *sorted(ROOT.glob("requirements/*.txt"))]

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\n]*)((?:\n    [^\n]+)*)", re.MULTILINE)


def _pins(lock: Path) -> list[tuple[str, str, str, str]]:
    """Each package's name, version, marker and hashes."""
    return _PIN.findall(lock.read_text("utf-8"))


@pytest.mark.row("item-47")
@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_is_pinned_with_its_hashes(lock: Path) -> None:
    lines = lock.read_text("utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(packages) == len(_pins(lock)) > 0
    assert all("--hash=sha256:" in hashes for *_, hashes in _pins(lock))


@pytest.mark.row("item-47")
def test_what_is_deployed_holds_no_package_that_has_let_forged_tokens_through() -> None:
    names = {name.lower() for name, *_ in _pins(LAYER)}
    assert not {"python-jose", "ecdsa", "authlib", "jose"} & names
    (version,) = (version for name, version, *_ in _pins(LAYER) if name == "pyjwt")
    assert tuple(int(part) for part in version.split(".")) >= (2, 15, 1)


@pytest.mark.row("item-47")
def test_the_layers_lock_asks_nothing_of_the_machine_that_builds_it() -> None:
    assert not any(";" in marker for *_, marker, _ in _pins(LAYER))
