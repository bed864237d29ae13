"""Sessions of browsers.

A login opens one. It lives while it is used, until logout or until the user's `session_version` grows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from roster import bounds
from roster.auth import last_use
from roster.auth.credentials import Credential, same
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attribute, attributes, entity
from roster.db.store import Delete, Equals, Item, Present, Put, Store, Update
from roster.db.transactions import Transaction, item
from roster.domain import Actor, Session, User
from roster.errors import Unauthenticated
from roster.events import Event
from roster.http import source_address
from roster.http.request import Request

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=14)
PROOF_LASTS = timedelta(minutes=10)
"""How long a proof is recent enough for changes of credentials."""
_VERSION = attribute(Session, "session_version")


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a login came from, as its owner is shown it later: an address, and the browser's own name."""

    address: str | None = None
    agent: str | None = None

    @classmethod
    def of(cls, request: Request) -> "Browser":
        """The browser that sends a request."""
        told = request.headers.get("user-agent", "")
        shown = "".join(each for each in told if each.isprintable()).strip()[: bounds.LINE_CHARACTERS]
        return cls(source_address.address_of(request), shown or None)


UNKNOWN = Browser()


def start(store: Store, user: User, *, by: Actor, browser: Browser = UNKNOWN) -> Credential:
    """Open a session: one Transact. The secret in the answer is kept nowhere."""
    work, credential = prepare(user, by=by, browser=browser)
    work.commit(store)
    return credential


def prepare(
    user: User, *, by: Actor, browser: Browser = UNKNOWN, factor: bool = False
) -> tuple[Transaction, Credential]:
    """The transaction that opens a session, and its credential, whose secret is kept nowhere.

    `factor` says that a second factor has proved the user, or a passkey alone.
    """
    work = Transaction(by)
    credential = plan(work, user, browser=browser, factor=factor)
    work.audit(Event.SESSION_STARTED, user.id)
    return work, credential


def prepare_renewal(
    session: Session, user: User, *, by: Actor, factor: bool
) -> tuple[Transaction, Credential]:
    """The transaction that puts another session in this one's place, whose user has just proved who they are,
    and its credential. The commit raises Unauthenticated where this one has ended meanwhile.

    Whoever has copied the former one's secret does not share in the proof (ASVS 5, 7.2.4).
    """
    work = Transaction(by)
    work.do(Delete(keys.session(user.id, session.id), Present()), lambda _: Unauthenticated())
    credential = plan(work, user, browser=Browser(session.address, session.agent), factor=factor)
    work.audit(Event.SESSION_RENEWED, user.id, session_id=session.id)
    return work, credential


def plan(work: Transaction, user: User, *, browser: Browser, factor: bool) -> Credential:
    """The operation that makes a session; its credential, whose secret is kept nowhere."""
    credential = Credential.new("session", user.id)
    at = instant(work.by.at)
    session = Session(
        credential.id,
        user.id,
        at,
        at,
        user.session_version,
        browser.address,
        browser.agent,
        proved_at=at,
        factor=factor,
    )
    expires = int((work.by.at + LIFETIME).timestamp())
    state: Item = {**attributes(session), "digest": credential.digest, "ttl": expires}
    work.do(Put(item(keys.session(user.id, session.id), state)))
    return credential


def live(found: Item | None, credential: Credential, user: User, now: datetime) -> Session | None:
    """The session that the credential proves, if it is alive at this moment."""
    if found is None or not same(found.get("digest"), credential.digest):
        return None
    session = entity(Session, found)
    return session if is_live(session, user, now) else None


def is_live(session: Session, user: User, now: datetime) -> bool:
    """Whether nothing has ended the session: no time, no new password, no suspension."""
    fresh = session.created_at > instant(now - LIFETIME) and session.seen_at > instant(now - IDLE)
    return fresh and session.session_version == user.session_version


def is_proved_lately(session: Session, user: User, now: datetime) -> bool:
    """Whether the user's last proof is recent enough for changes of credentials, and good enough.

    Of who has a second factor it must be by one: the password alone, in a remembered browser or from before
    the factor was enrolled, is not enough to replace it.
    """
    return session.last_proof > instant(now - PROOF_LASTS) and (session.factor or user.factors == 0)


def proved_by_factor(session: Session, at: datetime) -> Update:
    """The operation that notes that the session's user proved a factor just now, by enrolling it."""
    key = keys.session(session.user_id, session.id)
    return Update(key, set={"proved_at": instant(at), "factor": True}, condition=Present())


def touch(store: Store, session: Session, now: datetime) -> None:
    """Move the last use, at most once an hour: one Write, whose failure fails nothing."""
    last_use.move(store, "session", keys.session(session.user_id, session.id), session.seen_at, now)


def renewed(session: Session, version: int) -> Update:
    """The operation that keeps this session alive when a new password gives the user another version."""
    key = keys.session(session.user_id, session.id)
    return Update(key, set={_VERSION: version}, condition=Equals(_VERSION, session.session_version))


def end(store: Store, session: Session, *, by: Actor) -> None:
    """Log out: one Transact; harmless where the session has gone."""
    work = Transaction(by)
    work.do(Delete(keys.session(session.user_id, session.id)))
    work.audit(Event.SESSION_ENDED, session.user_id, session_id=session.id)
    work.commit(store)
