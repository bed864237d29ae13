"""Links by which a user chooses a password without knowing the present one.

A user has one at most: a later one takes its place. It dies with a new password, another address and a
suspension. Whoever asks for one by an address learns nothing of the address: what is answered is the same,
and so are the calls to the table, for one that nobody has.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from roster.auth import links, login_throttle, passwords, sessions, source_failures
from roster.auth.credentials import Credential
from roster.auth.links import LinkToken
from roster.auth.login import address_of
from roster.auth.sessions import Browser
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, entity
from roster.db.store import (
    Absent,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Put,
    Store,
    Update,
    all_of,
)
from roster.db.transactions import SCHEMA, ReadConflict, Transaction, item, retry_on_conflict
from roster.directory import factors, mail, users
from roster.directory.emails import canonical
from roster.domain import Actor, PasswordLink, User, UserKind
from roster.errors import FieldError, NotFound, ValidationFailed
from roster.events import Event
from roster.settings import settings

RESET_LIFETIME = timedelta(hours=1)
ACCOUNT_LIFETIME = timedelta(days=7)
MOST = 3
"""Links that may be asked for by an address within the window."""
WINDOW = timedelta(hours=1)


def plan(work: Transaction, user: User, *, first: bool, public_url: str) -> tuple[PasswordLink, LinkToken]:
    """The operations that give a user a link, and its mail where mails are written.

    `first` invites a new user, who has no password yet. Raises Unavailable without a key of the deployment.
    """
    sealed = links.seal(links.keys(), "account" if first else "reset", user.id)
    expires = work.by.at + (ACCOUNT_LIFETIME if first else RESET_LIFETIME)
    link = PasswordLink(
        user.id,
        canonical(user.email),
        user.session_version,
        instant(work.by.at),
        instant(expires),
        first,
        sealed.nonce,
        sealed.digest,
        public_url,
        mailed=not settings().shows_links,
    )
    state: Item = {**attributes(link), "ttl": int(expires.timestamp())}
    work.do(Put(item(keys.password_link(user.id), state)))
    if settings().writes_mail:
        mail.order(work, keys.mail_of_user(user.id), link.nonce, user_id=user.id)
    return link, sealed.token


def create(store: Store, user_id: str, public_url: str, *, by: Actor) -> tuple[PasswordLink, LinkToken]:
    """Make a link for a user: one Get, one Transact. Raises NotFound where the user is not there."""
    links.keys()  # a deployment without one answers nothing of the user

    def attempt() -> tuple[PasswordLink, LinkToken]:
        user = users.alive(store, user_id)
        work = Transaction(by)
        work.do(Check(keys.user(user.id), _still(user)))
        made = plan(work, user, first=False, public_url=public_url)
        work.audit(Event.PASSWORD_LINK_CREATED, user.id)
        work.commit(store)
        return made

    return retry_on_conflict(attempt)


def forget(store: Store, email: str, source: str, public_url: str, *, by: Actor) -> None:
    """Send a link to whoever has this address: one BatchGet, one Get, one Transact, also where nobody
    has it; the first alone where the address or the source asked too often.

    Without mail nothing is sent; the audit tells that it was asked.
    """
    if settings().writes_mail:
        links.keys()  # for any address, so that its first reading tells nothing of one
    address = address_of(email)
    lock_key, counter = keys.email(address), keys.forgotten(address)
    from_there = source_failures.counter(source, by.at, keys.source_forgotten)
    found = store.batch_get([lock_key, counter, from_there])
    seen, lock = found.get(counter), found.get(lock_key)
    count = _next(seen, by.at)
    if count is None or source_failures.is_over(found.get(from_there)):
        return
    user = users.of_item(store.get(keys.user("nobody" if lock is None else str(lock["user_id"]))))
    work = Transaction(by)
    work.do(Update(counter, set=count, condition=_same(seen)))
    work.do(source_failures.counted(from_there, by.at))
    if lock is not None and user is not None and user.active and user.kind is UserKind.PERSON:
        work.do(Check(keys.user(user.id), _still(user)))
        if settings().writes_mail:
            plan(work, user, first=False, public_url=public_url)
        work.audit(Event.PASSWORD_FORGOTTEN, user.id, mailed=settings().writes_mail)
    else:  # as many operations
        for place in range(4 if settings().writes_mail else 2):
            work.do(Check(keys.token("nobody", str(place)), Absent()))
    with suppress(ReadConflict):  # another request for the address was quicker, or the user has changed
        work.commit(store)


def reset(store: Store, text: str, password: str, *, end_tokens: bool, by: Actor) -> User:
    """Spend a link for a new password, which ends every session: one BatchGet, one Transact, one hash, and
    perhaps one Query.

    API tokens end with `end_tokens`, and where the address was never proved: who held the account until now
    may not be its owner, so that then second factors end too. Raises ValidationFailed for a link that is
    dead, and for a password that may not be this user's, which does not spend the link.
    """
    token = LinkToken.read(text)
    if token is None or token.kind != "reset":
        raise _dead()
    _, user = _read(store, token, by.at) or _refuse()
    passwords.demand_fit("password", password, user)
    digest = passwords.digest(password)

    def attempt() -> User:
        link, present = _read(store, token, by.at) or _refuse()
        ends = end_tokens or not present.email_verified
        ends_factors = present.factors > 0 and not present.email_verified
        after = replace(
            present,
            factors=0 if ends_factors else present.factors,
            email_verified=present.email_verified or link.mailed,
            token_version=present.token_version + ends,
            must_change_password=False,
        )
        work, changed = users.prepare_change(present, after, by=by, password=digest)
        work.do(Delete(keys.password_link(present.id), Equals("digest", link.digest)), lambda _: _dead())
        work.do(login_throttle.forgotten(keys.attempts(link.email)))
        if ends:
            users.plan_cleanup_of_tokens(work, present.id)
        if ends_factors:
            factors.plan_removal(work, store, present.id)
        work.commit(store)
        return changed

    return retry_on_conflict(attempt)


def invited(store: Store, token: LinkToken, now: datetime) -> tuple[PasswordLink, User]:
    """The link of a new user without a password, and the user: one BatchGet. Raises NotFound."""
    found = _read(store, token, now)
    if found is None:
        raise NotFound("invitation")
    return found


def choose_first(
    store: Store,
    token: LinkToken,
    full_name: str | None,
    password: str,
    *,
    by: Actor,
    browser: Browser = sessions.UNKNOWN,
) -> tuple[User, Credential]:
    """Spend the link of a new user for their first password and a session: one BatchGet, one Transact.

    Raises NotFound for a link that is dead, and ValidationFailed for a password that may not be theirs.
    """
    _, user = invited(store, token, by.at)
    passwords.demand_fit("password", password, replace(user, full_name=full_name or user.full_name))
    digest = passwords.digest(password)

    def attempt() -> tuple[User, Credential]:
        link, present = invited(store, token, by.at)
        after = replace(
            present,
            full_name=full_name or present.full_name,
            email_verified=present.email_verified or link.mailed,
        )
        work, changed = users.prepare_change(present, after, by=by, password=digest)
        spent = Delete(keys.password_link(present.id), Equals("digest", link.digest))
        work.do(spent, lambda _: NotFound("invitation"))
        opening, credential = sessions.prepare(changed, by=by, browser=browser)
        work.operations += opening.operations
        work.commit(store)
        return changed, credential

    return retry_on_conflict(attempt)


def _read(store: Store, token: LinkToken, now: datetime) -> tuple[PasswordLink, User] | None:
    """The link and the user, where the token proves it and it is alive: one BatchGet."""
    (user_id,) = token.ids
    link_key, user_key = keys.password_link(user_id), keys.user(user_id)
    found = store.batch_get([link_key, user_key])
    user, held = users.of_item(found.get(user_key)), found.get(link_key)
    if user is None or held is None:
        return None
    link = entity(PasswordLink, held)
    alive = (
        token.proves(link.digest)
        and link.first == (token.kind == "account")
        and link.expires_at > instant(now)
        and is_of(link, user)
    )
    return (link, user) if alive else None


def is_of(link: PasswordLink, user: User) -> bool:
    """Whether a link is still the user's: nothing that kills links has happened since it was made."""
    return (
        user.active and link.session_version == user.session_version and link.email == canonical(user.email)
    )


def _still(user: User) -> Condition:
    return all_of(Absent("deleted_at"), Equals("revision", user.revision))


def _next(seen: Item | None, now: datetime) -> Item | None:
    """The counter of an address with one request more; None where there were too many."""
    moment = int(now.timestamp())
    since, count = (_whole(seen, name) for name in ("since", "count"))
    if since <= moment - int(WINDOW.total_seconds()):
        since, count = moment, 0
    if count >= MOST:
        return None
    return {"v": SCHEMA, "since": since, "count": count + 1, "ttl": since + int(WINDOW.total_seconds())}


def _same(seen: Item | None) -> Condition:
    """That nobody asked since it was read."""
    if seen is None:
        return Absent()
    return all_of(*(Equals(name, seen[name]) for name in ("since", "count") if name in seen))


def _whole(found: Item | None, name: str) -> int:
    value = (found or {}).get(name, 0)
    return value if type(value) is int else 0


def _dead() -> ValidationFailed:
    return ValidationFailed(FieldError("token", "is spent, dead or not one that was given"))


def _refuse() -> tuple[PasswordLink, User]:
    raise _dead()
