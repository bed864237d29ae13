"""What a command prints, and a reader of it who may leave early: `roster export | head`."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress


def printing(command: Callable[[], int]) -> int:
    """Run a command that prints; its exit code.

    It is 1 where whoever reads the output has left, of which nothing is said, and 2 where the output cannot
    be written, which is said in a line. Nothing is left for the interpreter to write at its end, where
    nobody could answer for it. Passes on what the command raises otherwise, SystemExit too.
    """
    if sys.stdout is None:  # closed by whoever started us; the next file opened would get its number
        _say("standard output is closed")
        return 2
    try:
        try:
            return command()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        return 1
    except OSError as error:
        _say(f"the output: {error.strerror}")
        return 2
    finally:
        _forget()


def _say(what: str) -> None:
    with suppress(OSError):
        print(f"roster: {what}", file=sys.stderr)


def _forget() -> None:
    """Let what can no longer be written go nowhere."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
