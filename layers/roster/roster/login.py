"""Login by e-mail and password."""

from roster import passwords
from roster.credentials import Credential
from roster.emails import NotAnAddress, canonical
from roster.errors import NotKnown
from roster.model import Actor, User
from roster.table import sessions, users
from roster.table.store import Store


def by_password(store: Store, email: str, password: str, *, by: Actor) -> tuple[User, Credential]:
    """The user and a new session: one Get, one BatchGet, one Transact, and one hash computed.

    Raises NotKnown for an unknown address, a wrong password, a user who cannot log in or is not
    active: all alike, and all at the price of one hash.
    """
    try:
        address = canonical(email)
    except NotAnAddress:
        address = ""
    user, stored = users.with_password(store, address) if address else (None, None)
    matches = passwords.matches(stored, password)
    if user is None or not matches or not user.active:
        raise NotKnown
    return user, sessions.start(store, user, by=by)
