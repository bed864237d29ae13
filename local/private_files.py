"""Files with a directory's data, which only their owner may read and write, whatever the umask.

A file is private from its first moment: it is made with mode 0600, never made and tightened later. One that
was there before and is open to others is tightened, with a warning.
"""

import errno
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

MODE = 0o600
_OTHERS = 0o077


def create(path: str | Path) -> None:
    """Make an empty private file; one that is there is kept, and tightened. Raises OSError.

    An existing file is not opened: closing it would end the locks that SQLite holds on it in this process.
    """
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, MODE)
    except FileExistsError:
        tighten(path)
        return
    os.fchmod(file, MODE)  # a umask may have taken the owner's own rights
    os.close(file)


def tighten(path: str | Path) -> None:
    """Take the rights of all others from a file, and say so; one that is absent or no file is left."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode) or not mode & _OTHERS:
        return
    try:
        os.chmod(path, stat.S_IMODE(mode) & ~_OTHERS)
    except OSError as error:
        log.warning("%s is open to other users, and stays so: %s", path, error.strerror)
    else:
        log.warning("%s was open to other users; now only its owner may use it", path)


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A private text file that becomes `path` where the block ends well; else `path` stays as it was.

    Whoever has the old file open does not see the new content. A pipe or a terminal is written to as it is.
    Raises OSError, for a symbolic link to a file too: the link may be somebody else's, and following it would
    put the data, or an end to another file, where nobody looks for it.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as out:
            yield out
        return
    with draft(path) as name, name.open("w", encoding="utf-8") as out:
        yield out


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """An empty private file that becomes `path` where the block ends well; else `path` stays as it was.

    Raises OSError, for a symbolic link too.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "is a symbolic link; name the file itself", str(path))
    tighten(path)
    try:
        file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        os.fchmod(file, MODE)
        yield Path(name)
        os.fsync(file)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    finally:
        os.close(file)
