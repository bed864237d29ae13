"""Login by e-mail and password."""

from contextlib import suppress

from roster import passwords
from roster.credentials import Credential
from roster.emails import NotAnAddress, canonical
from roster.errors import NotKnown
from roster.model import Actor, User
from roster.table import attempts, sessions, users
from roster.table.store import Store


def by_password(store: Store, email: str, password: str, *, by: Actor) -> tuple[User, Credential]:
    """The user and a new session: one Write, one Get, one BatchGet, one Transact, and one hash computed.

    Raises NotKnown for an unknown address, a wrong password, an address that waits, and a user who
    cannot log in or is not active: all alike, and all at the price of one hash.
    """
    address = _canonical(email)
    user, stored = None, None
    with suppress(NotKnown):
        attempts.take(store, address, by.at)
        user, stored = users.with_password(store, address)
    matches = passwords.matches(stored, password)
    if user is None or not matches or not user.active:
        raise NotKnown
    return user, sessions.start(store, user, address, by=by)


def confirmed(store: Store, user: User, password: str, *, by: Actor) -> bool:
    """Whether the password is this user's: counts as an attempt, one Write, one Get and one hash.

    Raises NotKnown while the user's address waits.
    """
    address = canonical(user.email)
    attempts.take(store, address, by.at)
    if not passwords.matches(users.password_of(store, user.id), password):
        return False
    store.write(attempts.forgotten(address))
    return True


def _canonical(email: str) -> str:
    """The address, or for a text that is none an address that nobody can have."""
    try:
        return canonical(email)
    except NotAnAddress:
        return "nobody"
