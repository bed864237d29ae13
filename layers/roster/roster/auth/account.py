"""All live credentials of a user: sessions, API tokens and grants of the token endpoint.

What ends a credential holds on the next request: each request reads the credential and the user.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from roster.auth import api_tokens, refresh_tokens, sessions
from roster.db import keys
from roster.db.codec import entity, readable
from roster.db.store import Item, Key, Store, every
from roster.db.transactions import retry_from
from roster.directory import users
from roster.domain import Actor, ApiToken, Session, TokenFamily, User
from roster.errors import NotFound, Unauthenticated
from roster.events import Event

C = TypeVar("C", Session, TokenFamily)


@dataclass(frozen=True, slots=True)
class LiveCredentials:
    """What proves a user at this moment, each kind in order of making."""

    sessions: list[Session]
    tokens: list[ApiToken]
    grants: list[TokenFamily]

    @property
    def sessions_and_grants(self) -> list[Session | TokenFamily]:
        """What stands for somebody who logged in, in order of making."""
        return sorted([*self.sessions, *self.grants], key=lambda each: (each.created_at, each.id))


def of_user(store: Store, user: User, now: datetime) -> LiveCredentials:
    """A user's live credentials: two Queries, and one more a megabyte; a BatchGet where some tokens are for
    one workspace.
    """
    pk = keys.user(user.id).pk
    found = list(every(store, pk, between=keys.SESSIONS_AND_TOKENS))
    grants = readable(TokenFamily, every(store, pk, begins=keys.FAMILIES))
    opened = readable(Session, (each for each in found if Key.of(each).sk.startswith(keys.SESSIONS)))
    tokens = (each for each in found if Key.of(each).sk.startswith(keys.TOKENS))
    return LiveCredentials(
        _in_order([each for each in opened if sessions.is_live(each, user, now)]),
        api_tokens.standing(store, api_tokens.live(tokens, user, now)),
        _in_order([each for each in grants if refresh_tokens.is_alive(each, user, now)]),
    )


def _in_order(credentials: list[C]) -> list[C]:
    return sorted(credentials, key=lambda each: (each.created_at, each.id))


def keys_of(user_id: str, credential_id: str) -> list[Key]:
    """Where a credential of this id may be; nowhere where the text can be no id."""
    if not keys.is_plain_id(credential_id):
        return []
    return [each(user_id, credential_id) for each in (keys.session, keys.token, keys.family)]


def end_one(
    store: Store,
    user: User,
    credential_id: str,
    found: Mapping[Key, Item],
    *,
    by: Actor,
    tokens: bool,
    demand: Callable[[], None] = lambda: None,
) -> None:
    """End the credential of this id, where `tokens` also an API token: one Transact.

    `found` holds what is at `keys_of`. Raises NotFound where the user has no such live credential, then what
    `demand` raises.
    """
    session, token, family = [found.get(key) for key in keys_of(user.id, credential_id)] or [None] * 3
    if session is not None:
        opened = entity(Session, session)
        if sessions.is_live(opened, user, by.at):
            demand()
            return sessions.end(store, opened, by=by)
    elif token is not None and tokens:
        return api_tokens.end(store, user, credential_id, token, by=by, demand=demand)
    elif family is not None:
        grant = entity(TokenFamily, family)
        if refresh_tokens.is_alive(grant, user, by.at):
            demand()
            return refresh_tokens.end(store, grant, "by its user or a platform ADMIN", by=by)
    raise NotFound("credential", credential_id)


def end_others(store: Store, user: User, session: Session, *, by: Actor) -> None:
    """End all sessions of a user but this, and all grants: one Transact.

    Raises Unauthenticated where the session itself has ended meanwhile.
    """

    def attempt(present: User) -> None:
        if present.session_version != session.session_version:
            raise Unauthenticated
        work, ended = users.prepare_ending(present, by=by, tokens=False)
        work.audit(Event.SESSIONS_ENDED, user.id)
        work.do(sessions.renewed(session, ended.session_version), lambda _: Unauthenticated())
        work.commit(store)

    retry_from(users.as_stored(user), lambda: users.alive(store, user.id), attempt)


def end_all(store: Store, user: User, *, by: Actor) -> None:
    """End all credentials of a user, API tokens too: one Transact. Raises NotFound where the user is gone."""

    def attempt(present: User) -> None:
        work, _ = users.prepare_ending(present, by=by, tokens=True)
        work.audit(Event.CREDENTIALS_ENDED, user.id)
        work.commit(store)

    retry_from(user, lambda: users.alive(store, user.id), attempt)
