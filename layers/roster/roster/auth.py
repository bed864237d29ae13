"""Authentication: from a credential to the principal it proves, read from the table on every request.

The credential says under which keys to look, so the credential's own item, the user, and whatever
else the caller's rights depend on (`beside`) are one BatchGet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from roster.credentials import Credential
from roster.errors import NotKnown
from roster.model import Principal
from roster.table import keys, sessions, users
from roster.table.store import Item, Key, Store

Beside = Callable[[str], Sequence[Key]]
"""The keys that a request wants read together with the caller, from the caller's user id."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The principal, and the items that were read beside it."""

    principal: Principal
    beside: dict[Key, Item]


def by_session(store: Store, text: str, now: datetime, beside: Beside) -> Proof:
    """Who a session cookie proves: one BatchGet, and at most once an hour one Write.

    Raises NotKnown for whatever is no live session of an active user, without saying why.
    """
    credential = Credential.read(text)
    if credential is None or credential.kind != "session":
        raise NotKnown
    session_key, user_key = keys.session(credential.user_id, credential.id), keys.user(credential.user_id)
    found = store.batch_get([session_key, user_key, *beside(credential.user_id)])
    user = users.of_item(found.get(user_key))
    if user is None or not user.active:
        raise NotKnown
    session = sessions.live(found.get(session_key), credential, user, now)
    if session is None:
        raise NotKnown
    sessions.touch(store, session, now)
    return Proof(Principal(user, session=session), found)
