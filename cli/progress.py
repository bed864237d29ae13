"""Progress bars on the standard error stream."""

import sys
from types import TracebackType
from typing import Any

from tqdm import tqdm

SILENT_BELOW = 10_000  # steps; shorter work is over before a bar is read, unless somebody watches


class Bars:
    """Shows the progress of one task after another; hears what is done, how far, and of how much."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        if total < SILENT_BELOW and not sys.stderr.isatty():
            return
        if self._bar is None or self._bar.desc != what:
            self._close()
            bar: tqdm[Any] = tqdm(
                desc=what, total=total, unit=" items", unit_scale=True, file=sys.stderr, leave=True
            )
            self._bar = bar
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
