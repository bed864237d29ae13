"""Sessions of browsers.

A login opens one. It lives while it is used, until logout or until the user's `session_version` grows.
"""

from datetime import datetime, timedelta

from roster import security_log
from roster.auth.credentials import Credential, same
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attribute, attributes, entity
from roster.db.store import Delete, Equals, Item, Put, Refused, Store, Update
from roster.db.transactions import Transaction, item
from roster.domain import Actor, Session, User
from roster.errors import Unavailable
from roster.events import Event

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=14)
_VERSION = attribute(Session, "session_version")
TOUCH = timedelta(hours=1)  # how stale the last use may stand before it is moved


def start(store: Store, user: User, *, by: Actor) -> Credential:
    """Open a session: one Transact. The secret in the answer is kept nowhere."""
    work, credential = prepare(user, by=by)
    work.commit(store)
    return credential


def prepare(user: User, *, by: Actor) -> tuple[Transaction, Credential]:
    """The transaction that opens a session, and its credential, whose secret is kept nowhere."""
    credential = Credential.new("session", user.id)
    at = instant(by.at)
    session = Session(credential.id, user.id, at, at, user.session_version)
    expires = int((by.at + LIFETIME).timestamp())
    state: Item = {**attributes(session), "digest": credential.digest, "ttl": expires}
    work = Transaction(by)
    work.do(Put(item(keys.session(user.id, session.id), state)))
    work.audit(Event.SESSION_STARTED, user.id)
    return work, credential


def live(found: Item | None, credential: Credential, user: User, now: datetime) -> Session | None:
    """The session that the credential proves, if it is alive at this moment."""
    if found is None or not same(found.get("digest"), credential.digest):
        return None
    session = entity(Session, found)
    fresh = session.created_at > instant(now - LIFETIME) and session.seen_at > instant(now - IDLE)
    return session if fresh and session.session_version == user.session_version else None


def touch(store: Store, session: Session, now: datetime) -> None:
    """Move the last use, at most once an hour: one Write, whose failure fails nothing."""
    if session.seen_at > instant(now - TOUCH):
        return
    key = keys.session(session.user_id, session.id)
    try:
        store.write(Update(key, set={"seen_at": instant(now)}, condition=Equals("seen_at", session.seen_at)))
    except Refused:
        return
    except Unavailable as error:
        security_log.session_not_touched(error.fault)


def renewed(session: Session, version: int) -> Update:
    """The operation that keeps this session alive when a new password gives the user another version."""
    key = keys.session(session.user_id, session.id)
    return Update(key, set={_VERSION: version}, condition=Equals(_VERSION, session.session_version))


def end(store: Store, session: Session, *, by: Actor) -> None:
    """Log out: one Transact; harmless where the session has gone."""
    work = Transaction(by)
    work.do(Delete(keys.session(session.user_id, session.id)))
    work.audit(Event.SESSION_ENDED, session.user_id)
    work.commit(store)
