"""Families of tokens: what one grant at the token endpoint gave, alive while its refresh tokens are used.

    family ── current token ──> the one refresh token that is valid; its use makes the next
           <── the access tokens, of ten minutes each

A refresh token that is used again after the next was made is in two hands: it ends the family, and with it
every access token. For half a minute it counts as a retry instead, and is answered with the same next refresh
token: that is derived, from what the caller presents and a random key that the family keeps, and stored
nowhere (docs/decisions/0008).
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from roster import base64url
from roster.auth.credentials import Credential, digest, fresh, identifier, same
from roster.clock import instant, moment
from roster.db import keys
from roster.db.codec import attributes, entity
from roster.db.store import Absent, Delete, Equals, Item, Present, Put, Store, Update, Value
from roster.db.transactions import Transaction, item, retry_from
from roster.domain import AccessToken, Actor, Instant, TokenFamily, User
from roster.errors import NotFound, Unauthenticated
from roster.events import Event

ACCESS = timedelta(minutes=10)
REFRESH = timedelta(days=30)
GRACE = timedelta(seconds=30)

_CURRENT_TOKEN = "turn"  # noqa: S105 - the attribute with the digest of the refresh token that is valid
_SUCCESSOR_KEY = "successor_key"
"""The attribute with the key by which the valid refresh token was derived from the one before it."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What a client is given; it is kept nowhere. `refresh` is None where the client must ask anew."""

    access: Credential
    scopes: tuple[str, ...]
    refresh: Credential | None = None


class _Use(Enum):
    """How a refresh token is used: while it is current, again while its answer may be lost, or too late."""

    CURRENT = auto()
    RETRY = auto()
    SPENT = auto()


def start(
    store: Store,
    user: User,
    client_id: str,
    scopes: tuple[str, ...],
    *,
    renewable: bool,
    by: Actor,
    generation: str | None = None,
) -> Issued:
    """Begin a family: one Transact. Where it is not `renewable`, it ends with its one access token."""
    work, issued = prepare(user, client_id, scopes, renewable=renewable, by=by, generation=generation)
    work.commit(store)
    return issued


def prepare(
    user: User,
    client_id: str,
    scopes: tuple[str, ...],
    *,
    renewable: bool,
    by: Actor,
    generation: str | None = None,
) -> tuple[Transaction, Issued]:
    """The transaction that begins a family, and its tokens. If not `renewable`, there is one access token.

    `generation` is that of the client.
    """
    secret = fresh()
    family = TokenFamily(
        id=identifier(digest(secret)),
        user_id=user.id,
        client_id=client_id,
        created_at=instant(by.at),
        expires_at=instant(by.at + (REFRESH if renewable else ACCESS)),
        session_version=user.session_version,
        scopes=scopes,
        generation=generation,
    )
    refresh = Credential.new("refresh", user.id, secret) if renewable else None
    state: Item = {**attributes(family), "digest": digest(secret), **_ends(family.expires_at)}
    if refresh is not None:
        state[_CURRENT_TOKEN] = refresh.digest
    work = Transaction(by)
    work.do(Put(item(keys.family(user.id, family.id), state), Absent()))
    access = _access(work, family, scopes)
    work.audit(Event.FAMILY_STARTED, user.id, family_id=family.id, client_id=client_id)
    return work, Issued(access, scopes, refresh)


def renew(store: Store, found: Item, presented: Credential, scopes: tuple[str, ...], *, by: Actor) -> Issued:
    """The next tokens of a family, `found` at first: one Transact. Ends it where the refresh token is spent.

    Raises Unauthenticated then, and where the family has ended meanwhile.
    """

    def read() -> Item:
        state = store.get(keys.family(presented.user_id, presented.family_id))
        if state is None:
            raise Unauthenticated
        return state

    def attempt(state: Item) -> Issued:
        use = _use_of(state, presented, by.at)
        if use is _Use.SPENT:
            _end(store, entity(TokenFamily, state), by)
            raise Unauthenticated
        return _next(store, state, presented, scopes, use, by)

    return retry_from(found, read, attempt)


def of_refresh(found: Item, presented: Credential, user: User, now: datetime) -> TokenFamily:
    """The living family whose refresh token this is, or was. Raises Unauthenticated."""
    if not same(found.get("digest"), digest(presented.family)):
        raise Unauthenticated
    family = entity(TokenFamily, found)
    if not user.may_act or not is_alive(family, user, now):
        raise Unauthenticated
    return family


def of_access(
    access: Item | None, family: Item | None, presented: Credential, user: User, now: datetime
) -> AccessToken:
    """The access token that this is, of a living family. Raises Unauthenticated.

    A suspended user's is told as if nothing had ended, for the dialects say more of it than 401.
    """
    if access is None or family is None or not same(access.get("digest"), presented.digest):
        raise Unauthenticated
    token, whole = entity(AccessToken, access), entity(TokenFamily, family)
    if token.family_id != whole.id or token.expires_at <= instant(now):
        raise Unauthenticated
    if user.active and not is_alive(whole, user, now):
        raise Unauthenticated
    return token


def is_of(family: Item | None, client: Item | None) -> bool:
    """Whether the client to which a family was given is there, and no other of its id."""
    if family is None or client is None:
        return False
    return client.get("generation") == family.get("generation")


def is_alive(family: TokenFamily, user: User, now: datetime) -> bool:
    """Whether nothing has ended the family: no time, no new password, no suspension."""
    return family.expires_at > instant(now) and family.session_version == user.session_version


def _use_of(found: Item, presented: Credential, now: datetime) -> _Use:
    if same(found.get(_CURRENT_TOKEN), presented.digest):
        return _Use.CURRENT
    turned_at = found.get("turned_at")
    if same(found.get("spent"), presented.digest) and isinstance(turned_at, str):
        return _Use.RETRY if turned_at >= instant(now - GRACE) else _Use.SPENT
    return _Use.SPENT


def _next(
    store: Store, found: Item, presented: Credential, scopes: tuple[str, ...], use: _Use, by: Actor
) -> Issued:
    """A retry is given the refresh token that the first answer had, and an access token of its own."""
    family = entity(TokenFamily, found)
    refresh = _successor_again(found, presented) if use is _Use.RETRY else None
    state: dict[str, Value] = {_CURRENT_TOKEN: found[_CURRENT_TOKEN]}
    if refresh is None:  # also for a retry of what an earlier version answered, with a token by chance
        key_of_next = fresh()
        refresh = _successor(presented, key_of_next)
        state = {_CURRENT_TOKEN: refresh.digest, _SUCCESSOR_KEY: key_of_next}
        state |= _ends(instant(by.at + REFRESH))
    state["seen_at"] = instant(by.at)
    if use is _Use.CURRENT:
        state |= {"spent": presented.digest, "turned_at": instant(by.at)}
    key = keys.family(family.user_id, family.id)
    work = Transaction(by)
    work.do(Update(key, set=state, condition=Equals(_CURRENT_TOKEN, found[_CURRENT_TOKEN])))
    access = _access(work, family, scopes)
    work.audit(Event.FAMILY_RENEWED, family.user_id, family_id=family.id, retry=use is _Use.RETRY)
    work.commit(store)
    return Issued(access, scopes, refresh)


def _successor(presented: Credential, key: str) -> Credential:
    """The refresh token that follows the presented one under a key.

    Neither the table, which has no secret of a token, nor a caller, who has no key, can derive it alone:
    who holds a token of long ago must present it to get further, and ends the family by that.
    """
    mac = hmac.digest(key.encode(), presented.secret.encode(), "sha256")
    secret = base64url.encoded(mac)
    return Credential("refresh", presented.user_id, secret, presented.family)


def _successor_again(found: Item, presented: Credential) -> Credential | None:
    """The valid refresh token, where it was derived from the presented one; else None."""
    key = found.get(_SUCCESSOR_KEY)
    if not isinstance(key, str):
        return None
    refresh = _successor(presented, key)
    return refresh if same(found[_CURRENT_TOKEN], refresh.digest) else None


def end(store: Store, family: TokenFamily, reason: str, *, by: Actor) -> None:
    """End a family, and with it every token of it: one Transact. Raises NotFound where it has ended."""
    work = Transaction(by)
    key = keys.family(family.user_id, family.id)
    work.do(Delete(key, Present()), lambda _: NotFound("credential", family.id))
    work.audit(Event.FAMILY_ENDED, family.user_id, family_id=family.id, reason=reason)
    work.commit(store)


def is_renewable(found: Item) -> bool:
    """Whether there are refresh tokens of a family that was read."""
    return _CURRENT_TOKEN in found


def end_access(store: Store, family: TokenFamily, presented: Credential, *, by: Actor) -> None:
    """End one access token of a family: one Transact. Raises NotFound where it has gone."""
    work = Transaction(by)
    key = keys.access(family.user_id, presented.id)
    work.do(Delete(key, Present()), lambda _: NotFound("credential", presented.id))
    work.audit(Event.ACCESS_ENDED, family.user_id, family_id=family.id)
    work.commit(store)


def _end(store: Store, family: TokenFamily, by: Actor) -> None:
    try:
        end(store, family, "a refresh token came again", by=by)
    except NotFound as error:
        raise Unauthenticated from error


def _access(work: Transaction, family: TokenFamily, scopes: tuple[str, ...]) -> Credential:
    """Make an access token of a family."""
    credential = Credential.new("access", family.user_id, family.id, family.client_id)
    expires_at = instant(work.by.at + ACCESS)
    token = AccessToken(credential.id, family.user_id, family.id, expires_at, scopes)
    state: Item = {**attributes(token), "digest": credential.digest, **_ends(expires_at)}
    work.do(Put(item(keys.access(family.user_id, token.id), state)))
    return credential


def _ends(at: Instant) -> Item:
    return {"expires_at": at, "ttl": int(moment(at).timestamp())}
