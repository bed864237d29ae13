"""The key of the deployment, kept next to an embedded store; on AWS it is a secret (docs/operating.md)."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe

SHORTEST = 43  # characters: 256 bits in base64


class NotAKey(ValueError):
    """The file holds no key; the message does not show its text."""


def key_file(store: Path) -> Path:
    """The path of a store's key."""
    return store.with_name(f"{store.name}.key")


def read_or_make(file: Path) -> str:
    """The one or two lines of the key, made where there is no file; its owner alone may read it.

    Processes that start at once agree on one. Raises OSError; NotAKey for a file with a shorter line or none.
    """
    if not file.exists():
        _make(file)
    lines = file.read_text("ascii", errors="replace").split()
    if not lines or any(len(line) < SHORTEST for line in lines):
        raise NotAKey(f"{file} holds no key: a line of at least {SHORTEST} characters, perhaps a second")
    return "\n".join(lines)


def _make(file: Path) -> None:
    """Put a whole file in place, unless another process was quicker."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(f"{token_urlsafe(48)}\n")
        target.flush()
        os.fsync(target.fileno())
    try:
        with suppress(FileExistsError):  # the other's counts
            os.link(draft, file)
    finally:
        draft.unlink()
