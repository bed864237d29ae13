"""API tokens: bearer credentials without idle time, made by their users or brought by an import."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from roster.auth import last_use
from roster.auth.credentials import Credential, digest, identifier
from roster.clock import instant, moment, ordered_id
from roster.db import keys
from roster.db.codec import attribute, attributes, entity, readable
from roster.db.store import (
    Absent,
    Condition,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Store,
    Update,
    all_of,
    any_of,
    every,
)
from roster.db.transactions import Transaction, item, retry_from
from roster.directory import users
from roster.domain import Actor, ApiToken, Instant, User
from roster.errors import Conflict, LimitReached, NotFound
from roster.events import Event

_MADE, _VERSION = attribute(User, "tokens_made"), attribute(User, "token_version")


MOST = 100
"""Live tokens of a user that they made themselves; an import and an operator may bring more."""


def create(
    store: Store, user: User, name: str, workspace_id: str | None, expires_at: Instant | None, *, by: Actor
) -> tuple[ApiToken, Credential]:
    """Make a token: one Query a megabyte, one Transact. The credential in the answer is kept nowhere.
    Where the user has a hundred, one BatchGet tells whether their workspaces are there.

    Raises LimitReached where the user has as many live ones as there may be: whoever makes one counts on the
    user's count of those ever made, so that of two at once the second counts again. Raises NotFound where the
    user has gone.
    """
    credential = Credential.new("token", user.id)

    def attempt(present: User) -> ApiToken:
        mine = live(every(store, keys.user(user.id).pk, begins=keys.TOKENS), present, by.at)
        if len(mine) >= MOST and len(standing(store, mine)) >= MOST:
            raise LimitReached("token")
        token = ApiToken(
            credential.id,
            user.id,
            name,
            instant(by.at),
            workspace_id,
            expires_at,
            token_version=present.token_version,
        )
        work = Transaction(by)
        plan(work, token, credential.secret, imported=False)
        work.do(Update(keys.user(user.id), add={_MADE: 1}, condition=_none_made_since(present)))
        work.commit(store)
        return token

    return retry_from(users.as_stored(user), lambda: users.alive(store, user.id), attempt), credential


def of_user(store: Store, user: User, now: datetime) -> list[ApiToken]:
    """A user's live tokens, oldest first: one Query a megabyte, and a BatchGet where some are for one
    workspace.
    """
    return standing(store, live(every(store, keys.user(user.id).pk, begins=keys.TOKENS), user, now))


def standing(store: Store, tokens: list[ApiToken]) -> list[ApiToken]:
    """Those of the tokens whose workspace was not deleted: one BatchGet a hundred workspaces, none where
    there are none to ask for.
    """
    named = {token.workspace_id for token in tokens if token.workspace_id is not None}
    found = store.batch_get([keys.workspace(each) for each in sorted(named)]) if named else {}
    gone = {each for each in named if keys.workspace(each) not in found}
    return [token for token in tokens if token.workspace_id not in gone]


def live(items: Iterable[Item], user: User, now: datetime) -> list[ApiToken]:
    """The live tokens among a user's, oldest first."""
    found = (token for token in readable(ApiToken, items) if is_live(token, user, now))
    return sorted(found, key=lambda token: (token.created_at, token.order, token.id))


def is_live(token: ApiToken, user: User, now: datetime) -> bool:
    """Whether nothing has ended the token: neither its time, nor what ended all tokens of its user."""
    return token.token_version == user.token_version and not has_expired(token, now)


def has_expired(token: ApiToken, now: datetime) -> bool:
    """Whether the token's time has passed; the table only tidies later."""
    return token.expires_at is not None and token.expires_at <= instant(now)


def touch(store: Store, token: ApiToken, now: datetime) -> None:
    """Move the last use, at most once an hour: one Write, whose failure fails nothing."""
    last_use.move(store, "token", keys.token(token.user_id, token.id), token.seen_at, now)


def revoke(
    store: Store, user: User, token_id: str, *, by: Actor, demand: Callable[[], None] = lambda: None
) -> None:
    """End a token: one Get, one Transact. Raises as `end`."""
    found = store.get(keys.token(user.id, token_id)) if keys.is_id(token_id) else None
    end(store, user, token_id, found, by=by, demand=demand)


def end(
    store: Store,
    user: User,
    token_id: str,
    found: Item | None,
    *,
    by: Actor,
    demand: Callable[[], None] = lambda: None,
) -> None:
    """End a token that was read: one Transact.

    Raises NotFound where the user has no such live token, then what `demand` raises.
    """
    if found is None or not is_live(entity(ApiToken, found), user, by.at):
        raise NotFound("token", token_id)
    demand()
    work = Transaction(by)
    work.do(Delete(keys.token(user.id, token_id), Present()), lambda _: NotFound("token", token_id))
    work.do(Delete(keys.secret(str(found["digest"]))))
    work.audit(Event.TOKEN_REVOKED, user.id, token_id=token_id)
    work.commit(store)


def _none_made_since(user: User) -> Condition:
    """That the user lives, and no token was made and not all were ended since the user was read."""
    return all_of(Absent("deleted_at"), *(_still(user, name) for name in (_MADE, _VERSION)))


def _still(user: User, name: str) -> Condition:
    value: int = getattr(user, name)
    return Equals(name, value) if value else any_of(Absent(name), Equals(name, 0))


def id_of(secret: str) -> str:
    """The id of the token with this secret."""
    return identifier(digest(secret))


def plan(work: Transaction, token: ApiToken, secret: str, *, imported: bool) -> None:
    """The operations that make a token; an imported secret names no user, so a lock leads from it to one."""
    state: Item = {**attributes(replace(token, order=ordered_id())), "digest": digest(secret)}
    if token.expires_at is not None:
        state["ttl"] = int(moment(token.expires_at).timestamp())
    work.do(Put(item(keys.token(token.user_id, token.id), state), Absent()), lambda _: Conflict("token"))
    if imported:
        lead = item(keys.secret(digest(secret)), {"user_id": token.user_id, "token_id": token.id})
        work.do(Put(lead, Absent()), lambda _: Conflict("token"))
    work.audit(Event.TOKEN_CREATED, token.user_id, token_id=token.id)
