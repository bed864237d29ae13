"""Time: the moment of a change, the wire's form of it, and the time a request has left."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, in whole seconds: no dialect prints a finer one."""
    return datetime.now(UTC).replace(microsecond=0)


def instant(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`, the form in which the table and every dialect write a moment."""
    # A tenth of strftime's time, and a request writes several.
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def moment(text: str) -> datetime:
    """The moment that an `instant` names. Raises ValueError for any other text."""
    if len(text) != 20 or not text.isascii():  # strptime takes `1` for `01` and digits of any script
        raise ValueError("not YYYY-MM-DDTHH:MM:SSZ")
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, on the monotonic clock, by which an answer must have left."""

    at: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> "Deadline":
        return cls(clock() + seconds, clock)

    def left(self) -> float:
        """Seconds left; negative once the deadline has passed."""
        return self.at - self.clock()
