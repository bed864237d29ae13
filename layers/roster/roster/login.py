"""Login by e-mail and password."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from roster import journal, passwords
from roster.credentials import Credential
from roster.emails import NotAnAddress, canonical
from roster.errors import Flaw, NotKnown, Unfit
from roster.model import Actor, Session, User
from roster.table import attempts, keys, sessions, users
from roster.table.store import Item, Key, Store
from roster.table.transaction import Transaction


def by_password(store: Store, email: str, password: str, *, by: Actor) -> tuple[User, Credential]:
    """The user and a new session: two BatchGets, one Write, one Transact, and one hash computed.

    Raises NotKnown as `proved` does.
    """
    address = address_of(email)
    user = proved(store, address, password, store.batch_get(asked_of(address)), by.at)
    return user, sessions.start(store, user, address, by=by)


def asked_of(address: str) -> list[Key]:
    """The keys of what is known of an address, for `proved`: who has it, and its failed attempts."""
    return [keys.email(address), keys.attempts(address)]


def proved(store: Store, address: str, password: str, found: Mapping[Key, Item], at: datetime) -> User:
    """The active user with this address and password: one Write, one BatchGet, and one hash computed.

    Raises NotKnown for an unknown address, a wrong password, an address that waits, and a user who
    cannot log in or is not active: all alike, and all at the price of one hash. A success is to forget
    the address's attempts in its transaction.
    """
    lock, failures = asked_of(address)
    user, stored = None, None
    waits = True
    with suppress(NotKnown):
        attempts.take(store, address, at, found.get(failures))
        waits = False
        user, stored = users.with_password(store, found.get(lock))
    matches = passwords.matches(stored, password)
    if user is None or not matches or not user.active:
        journal.login_failed(user_id=found.get(lock, {}).get("user_id"), waits=waits)
        raise NotKnown
    return user


def change_password(store: Store, session: Session, user: User, old: str, new: str, *, by: Actor) -> None:
    """Change one's own password, ending every session but this: one BatchGet, one Write, one Transact.

    Raises Unfit where `new` may not be this user's password, and where `old` is not the password, which
    counts as a failed login; NotKnown while the address waits or where this session was ended meanwhile.
    """
    passwords.demand_fit("newPassword", new, user)
    address = canonical(user.email)
    secret, failures = keys.password(user.id), keys.attempts(address)
    found = store.batch_get([secret, failures])
    attempts.take(store, address, by.at, found.get(failures))
    if not passwords.matches(users.hash_in(found.get(secret)), old):
        raise Unfit(Flaw("currentPassword", "is not your password"))

    def still_in(present: User) -> User:
        if present.epoch != session.epoch:  # `old` is the password no more
            raise NotKnown
        return present

    def keep_this_session(work: Transaction, changed: User) -> None:
        work.do(sessions.renewed(session, changed.epoch), lambda _: NotKnown())
        work.do(attempts.forgotten(address))

    digest = passwords.digest(new)
    users.change(store, user, still_in, by=by, password=digest, also=keep_this_session)


def address_of(email: str) -> str:
    """The address, or for a text that is none an address that nobody can have."""
    try:
        return canonical(email)
    except NotAnAddress:
        return "nobody"
