"""Time: the moment of a change, the wire's form of it, and the time a request has left."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from roster import bounds

_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII
)


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


def normalized(text: str) -> str:
    """The `instant` that a date-time of RFC 3339 names, with any offset and any fraction of a second.

    The fraction is dropped, as `now` drops it. A leap second is the first second of the next day, as POSIX
    counts. Raises ValueError for any other text, and for what is outside of the calendar in UTC.
    """
    found = _RFC_3339.fullmatch(text) if len(text) <= bounds.MOMENT_CHARACTERS else None
    if found is None:
        raise ValueError("not a date-time of RFC 3339")
    day, minute, second, sign, hours, minutes = found.groups()
    leap = second == "60"
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    local = datetime.fromisoformat(f"{day}T{minute}{'59' if leap else second}")
    try:
        at = local.replace(tzinfo=timezone(-offset if sign == "-" else offset)).astimezone(UTC)
        if leap and (at.hour, at.minute) != (23, 59):
            raise ValueError("not a leap second")
        return instant(at + timedelta(seconds=1) if leap else at)
    except OverflowError as error:
        raise ValueError("outside of the calendar") from error


def ordered_id() -> str:
    """A UUID of version 7 (RFC 9562, 6.2, method 3): what is made later has one that sorts after it.

    It orders what happens within one second of `now`, as far as the machines' clocks agree: to a quarter of
    a microsecond.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    bits = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | (int.from_bytes(os.urandom(8)) >> 2)
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


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
