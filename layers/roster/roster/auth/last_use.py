"""When a session or an API token was last used, kept to the hour: all that a reading request writes."""

from datetime import datetime, timedelta

from roster import security_log
from roster.clock import instant
from roster.db.store import Absent, Condition, Equals, Key, Present, Refused, Store, Update, all_of
from roster.domain import Instant
from roster.errors import Unavailable

TOUCH = timedelta(hours=1)  # how old the last use may stand before it is moved


def move(store: Store, kind: str, credential: Key, seen_at: Instant | None, now: datetime) -> None:
    """Move the last use of a credential that was read, at most once an hour: one Write.

    `kind` is its name in the log, and `seen_at` what stands there: None where it was never used. A failure
    fails nothing, and a credential that has ended meanwhile is not made again.
    """
    if seen_at is not None and seen_at > instant(now - TOUCH):
        return
    never: Condition = all_of(Present(), Absent("seen_at"))
    unmoved = never if seen_at is None else Equals("seen_at", seen_at)
    try:
        store.write(Update(credential, set={"seen_at": instant(now)}, condition=unmoved))
    except Refused:
        return
    except Unavailable as error:
        security_log.not_touched(kind, error.fault)
