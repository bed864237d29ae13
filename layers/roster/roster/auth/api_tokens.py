"""API tokens: bearer credentials without idle time, made by their users or brought by an import."""

from dataclasses import replace
from datetime import datetime

from roster.auth.credentials import Credential, digest, identifier
from roster.clock import instant, moment, ordered_id
from roster.db import keys
from roster.db.codec import attributes, entity, readable
from roster.db.store import Absent, Delete, Item, Present, Put, Store, every
from roster.db.transactions import Transaction, item
from roster.domain import Actor, ApiToken, Instant, User
from roster.errors import Conflict, NotFound
from roster.events import Event


def create(
    store: Store, user: User, name: str, workspace_id: str | None, expires_at: Instant | None, *, by: Actor
) -> tuple[ApiToken, Credential]:
    """Make a token: one Transact. The credential in the answer is kept nowhere."""
    credential = Credential.new("token", user.id)
    token = ApiToken(credential.id, user.id, name, instant(by.at), workspace_id, expires_at)
    work = Transaction(by)
    plan(work, token, credential.secret, imported=False)
    work.commit(store)
    return token, credential


def of_user(store: Store, user_id: str, now: datetime) -> list[ApiToken]:
    """A user's tokens that have not expired, oldest first: one Query a megabyte."""
    found = every(store, keys.user(user_id).pk, begins=keys.TOKENS)
    live = (token for token in readable(ApiToken, found) if is_live(token, now))
    return sorted(live, key=lambda token: (token.created_at, token.order, token.id))


def is_live(token: ApiToken, now: datetime) -> bool:
    """Whether the token has not expired; the table only tidies later."""
    return token.expires_at is None or token.expires_at > instant(now)


def revoke(store: Store, user_id: str, token_id: str, *, by: Actor) -> None:
    """End a token: one Get, one Transact. Raises NotFound where the user has no such token."""
    found = store.get(keys.token(user_id, token_id)) if keys.is_id(token_id) else None
    if found is None or not is_live(entity(ApiToken, found), by.at):
        raise NotFound("token", token_id)
    work = Transaction(by)
    work.do(Delete(keys.token(user_id, token_id), Present()), lambda _: NotFound("token", token_id))
    work.do(Delete(keys.secret(str(found["digest"]))))
    work.audit(Event.TOKEN_REVOKED, user_id, token_id=token_id)
    work.commit(store)


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
