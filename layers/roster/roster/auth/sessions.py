"""Sessions of browsers: opened by a login, alive while used, ended by logout or with the user's epoch."""

from datetime import datetime, timedelta

from roster.auth.credentials import Credential, same
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, entity
from roster.db.store import Delete, Equals, Item, Put, Refused, Store, Update
from roster.db.transactions import Transaction, item
from roster.domain import Actor, Session, User
from roster.errors import Unavailable
from roster.events import Event

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=14)
TOUCH = timedelta(hours=1)  # how stale the last use may stand before it is moved


def start(store: Store, user: User, forgotten: Delete | None = None, *, by: Actor) -> Credential:
    """Open a session: one Transact, in which the failures before it are `forgotten`.

    The secret in the answer is kept nowhere.
    """
    credential = Credential.new("session", user.id)
    at = instant(by.at)
    session = Session(credential.id, user.id, at, at, user.epoch)
    expires = int((by.at + LIFETIME).timestamp())
    state: Item = {**attributes(session), "digest": credential.digest, "ttl": expires}
    work = Transaction(by)
    work.do(Put(item(keys.session(user.id, session.id), state)))
    if forgotten is not None:
        work.do(forgotten)
    work.audit(Event.SESSION_STARTED, user.id)
    work.commit(store)
    return credential


def live(found: Item | None, credential: Credential, user: User, now: datetime) -> Session | None:
    """The session that the credential proves, if it is alive at this moment."""
    if found is None or not same(found.get("digest"), credential.digest):
        return None
    session = entity(Session, found)
    fresh = session.created_at > instant(now - LIFETIME) and session.seen_at > instant(now - IDLE)
    return session if fresh and session.epoch == user.epoch else None


def touch(store: Store, session: Session, now: datetime) -> None:
    """Move the last use, at most once an hour: one Write, whose failure fails nothing."""
    if session.seen_at > instant(now - TOUCH):
        return
    key = keys.session(session.user_id, session.id)
    try:
        store.write(Update(key, set={"seen_at": instant(now)}, condition=Equals("seen_at", session.seen_at)))
    except (Refused, Unavailable):
        return


def renewed(session: Session, epoch: int) -> Update:
    """The operation by which this session outlives the epoch that a password change ends."""
    key = keys.session(session.user_id, session.id)
    return Update(key, set={"epoch": epoch}, condition=Equals("epoch", session.epoch))


def end(store: Store, session: Session, *, by: Actor) -> None:
    """Log out: one Transact; harmless where the session has gone."""
    work = Transaction(by)
    work.do(Delete(keys.session(session.user_id, session.id)))
    work.audit(Event.SESSION_ENDED, session.user_id)
    work.commit(store)
