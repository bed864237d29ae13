"""Authentication: from a credential to the principal it proves, read from the table on every request.

The credential says under which keys to look, so the credential's own item, the user, and whatever
else the caller's rights depend on (`beside`) are one BatchGet. An imported secret names no user, so
a lock leads from its digest to the token first: one Get more.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from roster.auth import api_tokens, refresh_tokens, scim_tokens, sessions
from roster.auth.credentials import Credential, digest, same
from roster.auth.issuers import Issuers, looks_like_jwt
from roster.clock import moment
from roster.db import keys
from roster.db.codec import entity
from roster.db.store import Item, Key, Store
from roster.directory import suspensions, users
from roster.domain import ApiToken, Principal, ScimToken, User, Workspace
from roster.errors import Unauthenticated
from roster.settings import settings

Prefetch = Callable[[str], Sequence[Key]]
"""The keys that a request wants read together with the caller, from the caller's user id."""

_BEARER = re.compile(r"bearer +(\S+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proof:
    """The principal, and the items that were read beside it."""

    principal: Principal
    prefetch: Mapping[Key, Item]


@dataclass(frozen=True, slots=True)
class ProvedProvider:
    """The identity provider of a workspace, by a SCIM token, and the items that were read beside it."""

    workspace: Workspace
    token: ScimToken
    prefetch: Mapping[Key, Item]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a bearer credential proves; the user may be suspended, or unknown to the directory.

    `scopes` is None for an API token of the directory's own; `by_issuer` says that a trusted issuer vouches
    for them, whose scopes grant. Those of the directory's own access tokens only bound what the user may.
    """

    user_id: str
    principal: Principal | None
    scopes: tuple[str, ...] | None = None
    prefetch: Mapping[Key, Item] = field(default_factory=dict)
    by_issuer: bool = False


def by_session(store: Store, text: str, now: datetime, prefetch: Prefetch) -> Proof:
    """Who a session cookie proves: one BatchGet, and at most once an hour one Write.

    Raises Unauthenticated for whatever is no live session of an active user, without saying why.
    """
    credential = Credential.read(text)
    if credential is None or credential.kind != "session":
        raise Unauthenticated
    session_key, user_key = keys.session(credential.user_id, credential.id), keys.user(credential.user_id)
    found = store.batch_get([session_key, user_key, *prefetch(credential.user_id)])
    user = users.of_item(found.get(user_key))
    if user is None or not user.active:
        raise Unauthenticated
    session = sessions.live(found.get(session_key), credential, user, now)
    if session is None:
        raise Unauthenticated
    sessions.touch(store, session, now)
    return Proof(Principal(user, session=session), found)


def by_scim_token(
    store: Store, text: str, workspace_id: str, now: datetime, prefetch: Sequence[Key] = ()
) -> ProvedProvider:
    """Whose identity provider a SCIM token proves: one BatchGet with `prefetch`, and at most once an hour one
    Write.

    Raises Unauthenticated for whatever is no live SCIM token of the workspace `workspace_id` of the path, and
    where that is suspended or gone, without saying why.
    """
    credential = Credential.read(text)
    if credential is None or credential.kind != "scim" or credential.user_id != workspace_id:
        raise Unauthenticated
    home = keys.workspace(workspace_id)
    found = store.batch_get([home, *scim_tokens.places(workspace_id), *prefetch])
    workspace, token = found.get(home), scim_tokens.proved(found, credential, now)
    if workspace is None or token is None:
        raise Unauthenticated
    proved = entity(Workspace, workspace)
    if not proved.active:
        raise Unauthenticated
    scim_tokens.touch(store, token, now)
    return ProvedProvider(proved, token, found)


def must_enrol(principal: Principal) -> bool:
    """Whether the deployment demands a second factor of who comes with a session, and there is none.

    Tokens, issuers and identity headers are not asked: their makers were.
    """
    user = principal.user
    if principal.session is None or user.factors > 0:
        return False
    return is_demanded(user)


def is_demanded(user: User) -> bool:
    """Whether the deployment demands a second factor of this user."""
    match settings().second_factor:
        case "optional":
            return False
        case "admins":
            return user.is_platform_admin or user.rules_a_workspace
        case _:  # a word that is misspelt must not open what was to be closed
            return True


def bearer_in(header: str | None) -> str | None:
    """The credential in an `Authorization` header; None where it is no single bearer credential."""
    found = _BEARER.fullmatch(header) if header is not None else None
    return found[1] if found and "," not in found[1] else None


def by_bearer(
    store: Store, text: str, issuers: Callable[[], Issuers], now: datetime, prefetch: Prefetch
) -> Bearer:
    """Whom a bearer credential proves: one BatchGet, one Get before for an imported secret, and for an API
    token at most once an hour one Write.

    Raises Unauthenticated for whatever is no live credential, and for those of deleted users.
    """
    credential = Credential.read(text)
    if credential is not None and credential.kind == "access":
        return _by_access(store, credential, now, prefetch)
    by_token = _by_own_token(store, text, credential, now, prefetch)
    if by_token is not None:
        return by_token
    if credential is None and looks_like_jwt(text):
        return _by_claims(store, text, issuers(), now, prefetch)
    raise Unauthenticated


def by_api_token(store: Store, text: str, now: datetime, prefetch: Prefetch) -> Proof:
    """Who an API token proves, made here or imported: one BatchGet, one Get before for an imported one, and
    at most once an hour one Write.

    Raises Unauthenticated for whatever is no live API token of an active user, without saying why.
    """
    proved = _by_own_token(store, text, Credential.read(text), now, prefetch)
    if proved is None or proved.principal is None or not proved.principal.user.active:
        raise Unauthenticated
    return Proof(proved.principal, proved.prefetch)


def _by_own_token(
    store: Store, text: str, credential: Credential | None, now: datetime, prefetch: Prefetch
) -> Bearer | None:
    """Whom an API token proves; None where the text is none. Raises Unauthenticated for one that is dead."""
    if credential is not None:
        if credential.kind != "token":
            return None
        return _by_token(store, credential.user_id, credential.id, credential.digest, now, prefetch)
    lock = store.get(keys.secret(digest(text)))
    if lock is None:
        return None
    return _by_token(store, str(lock["user_id"]), str(lock["token_id"]), digest(text), now, prefetch)


def _by_token(
    store: Store, user_id: str, token_id: str, presented: str, now: datetime, prefetch: Prefetch
) -> Bearer:
    """Whom a token proves: for one of a workspace, the user limited to it. All dialects are told so here.

    One of a workspace that is suspended or gone proves nobody.
    """
    token_key, user_key = keys.token(user_id, token_id), keys.user(user_id)
    found = store.batch_get([token_key, user_key, *prefetch(user_id)])
    user, item = users.of_item(found.get(user_key)), found.get(token_key)
    if user is None or item is None or not same(item.get("digest"), presented):
        raise Unauthenticated
    token = entity(ApiToken, item)
    if not api_tokens.is_live(token, user, now):
        raise Unauthenticated
    if user.may_act:
        api_tokens.touch(store, token, now)
    if token.workspace_id is not None:
        user = user.limited(token.workspace_id)
        _demand_open(store, token.workspace_id, user, found)
    return Bearer(user_id, Principal(user, token=token), prefetch=found)


def _demand_open(store: Store, workspace_id: str, user: User, found: Mapping[Key, Item]) -> None:
    """Raise Unauthenticated where the workspace of a limited token is suspended or gone.

    One Get, where the request did not want it read with the caller: only the token names it.
    """
    home = keys.workspace(workspace_id)
    if home not in found:
        workspace = store.get(home)
        found = {} if workspace is None else {home: workspace}
    if not suspensions.is_open(found, workspace_id, user):
        raise Unauthenticated


def _by_access(store: Store, credential: Credential, now: datetime, prefetch: Prefetch) -> Bearer:
    user_id = credential.user_id
    access_key = keys.access(user_id, credential.id)
    family_key, user_key = keys.family(user_id, credential.family_id), keys.user(user_id)
    named = [keys.client(credential.client)] if credential.client else []
    found = store.batch_get([access_key, family_key, user_key, *named, *prefetch(user_id)])
    user = users.of_item(found.get(user_key))
    if user is None:
        raise Unauthenticated
    family = found.get(family_key)
    token = refresh_tokens.of_access(found.get(access_key), family, credential, user, now)
    client_key = keys.client(str((family or {}).get("client_id")))
    # A token of an earlier version names no client, for the ten minutes that it lives.
    client = found.get(client_key) if credential.client else store.get(client_key)
    if not refresh_tokens.is_of(family, client):
        raise Unauthenticated
    return Bearer(user_id, Principal(user), token.scopes, found)


def _by_claims(store: Store, text: str, issuers: Issuers, now: datetime, prefetch: Prefetch) -> Bearer:
    claims = issuers.verify(text, now)
    user_key = keys.user(claims.user_id)
    found = store.batch_get([user_key, *prefetch(claims.user_id)])
    if users.is_tombstone(found.get(user_key)):
        raise Unauthenticated
    user = users.of_item(found.get(user_key))
    # Of a suspended user the dialects say more than 401; once active again, the token is too old.
    if user is not None and user.active and _is_revoked(claims.issued_at, user):
        raise Unauthenticated
    principal = Principal(user) if user is not None else None
    return Bearer(claims.user_id, principal, claims.scopes, found, by_issuer=True)


def _is_revoked(issued_at: int | None, user: User) -> bool:
    """Whether the token may have been issued before the last change of the password, or suspension.

    Both moments are whole seconds, so within the second of the change nobody knows which came first:
    the token counts as the older one. So does a token without `iat`, once there was a change.
    """
    if user.session_version_at is None:
        return False
    return issued_at is None or issued_at <= moment(user.session_version_at).timestamp()
