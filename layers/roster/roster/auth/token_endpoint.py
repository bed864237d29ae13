"""What the token endpoint grants: tokens for a password, for a refresh token, or for the client itself."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from roster import security_log
from roster.auth import (
    authentication,
    clients,
    login,
    login_throttle,
    refresh_tokens,
    second_factor,
    source_failures,
)
from roster.auth.credentials import Credential, digest, same
from roster.auth.refresh_tokens import Issued
from roster.auth.second_factor import FactorProof
from roster.db import keys
from roster.db.codec import entity
from roster.db.store import Item, Key, Store
from roster.directory import factors, users
from roster.domain import Actor, Client, TokenFamily, User
from roster.errors import DirectoryError, Forbidden, NotFound, Unauthenticated

PASSWORD, REFRESH, CLIENT = "password", "refresh_token", "client_credentials"

_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")  # RFC 6749, 3.3


class UnknownClient(DirectoryError):
    """There is no such client, or this is not its secret. Never says which."""


class BeyondScope(DirectoryError):
    """A scope is asked for that is none, or that the client was not granted."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """A client that proved itself; a `public` one has no secret to do so by."""

    client: Client
    public: bool
    source: str
    """Where it asks from (`source_address.py`)."""

    @property
    def sender(self) -> login.Sender | None:
        """By whom its users' passwords are counted beside the address; None for a client with a secret.

        From there come the failures of all its users, and it is known: they must not stop each other.
        """
        return login.Sender(self.source) if self.public else None

    def demand(self, grant: str) -> None:
        """Raise Forbidden where the client may not ask for this grant."""
        if grant not in self.client.grants or (grant == CLIENT and self.public):
            raise Forbidden


def counted_of(client_id: str, source: str, at: datetime) -> list[Key]:
    """The keys of what `applicant` looks at beside the client: what failed of it there, and from there."""
    return [keys.client_attempts(client_id, source), source_failures.counter(source, at)]


def applicant(
    store: Store,
    client_id: str,
    secrets: Sequence[str],
    source: str,
    found: Mapping[Key, Item],
    at: datetime,
) -> Applicant:
    """The client of this id that one of these secrets proves: no call.

    A failure is counted: one Write for the client at this source, and where that did not wait one more
    for the source. The first success after it is one Write. Raises UnknownClient also while the client
    waits at this source, or the source is over its limit; a client without a secret never waits.
    """
    item = found.get(keys.client(client_id))
    kept = item.get("digest") if item is not None else None
    proves = item is not None and any(clients.proves(item, digest(secret), at) for secret in secrets)
    public = same(kept, digest(""))
    if item is not None and proves and public:
        return Applicant(entity(Client, item), public, source)
    counter, from_source = counted_of(client_id, source, at)
    seen, over, waits = found.get(counter), source_failures.is_over(found.get(from_source)), True
    try:
        if not over and proves and item is not None and not login_throttle.waits(seen, at):
            if seen is not None:
                login_throttle.forget(store, counter, seen)
            return Applicant(entity(Client, item), public, source)
        if not over and not proves:
            login_throttle.take(store, counter, at, seen)
            waits = False
            source_failures.add(store, source, at)
    except Unauthenticated:  # it waits, or another attempt came between
        waits = True
    known = client_id if item is not None else None
    security_log.client_failed(client_id=known, waits=waits and not over, source_over=over)
    raise UnknownClient


def asked_of(credential: Credential | None) -> list[Key]:
    """The keys of what `by_refresh_token` looks at."""
    if credential is None or credential.kind != "refresh":
        return []
    user_id = credential.user_id
    return [keys.family(user_id, credential.family_id), keys.user(user_id)]


def by_password(
    store: Store,
    who: Applicant,
    username: str,
    password: str,
    passcode: str,
    scope: str,
    found: Mapping[Key, Item],
    *,
    by: Actor,
) -> Issued:
    """Tokens of the user with this e-mail address and password: one Write, one BatchGet, one Transact, and
    where they have a second factor one Query.

    Then the passcode must prove it, as UAA has it. `found` is what `login.asked_of` asks for. Raises
    Forbidden, BeyondScope, and Unauthenticated as a login does, for a passcode that is wrong or absent, and
    for a user who must change the password or enrol a factor; Unavailable where no passcode can be judged.
    """
    who.demand(PASSWORD)
    scopes = _scopes(scope, who.client.scopes)
    second_factor.demand_key(passcode)
    address = login.address_of(username)
    user, forgotten = login.proved(store, address, password, who.sender, found, by.at)
    proof = _proved(store, who, user, passcode, by) if user.factors > 0 else None
    if user.must_change_password or (proof is None and authentication.is_demanded(user)):
        store.write(forgotten)  # all that was shown was right: that is no failure
        raise Unauthenticated
    renewable = REFRESH in who.client.grants
    work, issued = refresh_tokens.prepare(
        user,
        who.client.id,
        scopes,
        renewable=renewable,
        by=_as(user, by),
        generation=who.client.generation,
    )
    work.do(forgotten)
    if proof is not None:
        second_factor.plan(work, user, proof)
    work.commit(store)
    return issued


def _proved(store: Store, who: Applicant, user: User, passcode: str, by: Actor) -> FactorProof:
    """What the passcode proves. Raises Unauthenticated, with the attempt at the password still counted.

    Who knows the password must not guess passcodes without end, so that none at all counts too.
    """
    if not passcode:
        raise Unauthenticated
    proof = second_factor.by_code(factors.of_user(store, user.id), passcode, by.at)
    if proof is None:
        security_log.login_failed(user_id=user.id, waits=False, source_over=False)
        if who.sender is not None:
            source_failures.add(store, who.source, by.at)
        raise Unauthenticated
    return proof


def by_refresh_token(
    store: Store,
    who: Applicant,
    credential: Credential | None,
    scope: str,
    found: Mapping[Key, Item],
    *,
    by: Actor,
) -> Issued:
    """The next tokens of a family: one Transact. `found` is what `asked_of` asks for.

    Raises Forbidden, BeyondScope, and Unauthenticated for whatever is no living family's refresh token of
    this client. One that was used before ends its family.
    """
    who.demand(REFRESH)
    if credential is None or credential.kind != "refresh":
        raise Unauthenticated
    family_key, user_key = asked_of(credential)
    item, user = found.get(family_key), users.of_item(found.get(user_key))
    if item is None or user is None:
        raise Unauthenticated
    family = refresh_tokens.of_refresh(item, credential, user, by.at)
    if (family.client_id, family.generation) != (who.client.id, who.client.generation):
        raise Unauthenticated
    scopes = _scopes(scope, family.scopes)
    return refresh_tokens.renew(store, item, credential, scopes, by=_as(user, by))


def by_client(store: Store, who: Applicant, scope: str, *, by: Actor) -> Issued:
    """An access token of the user whom the client stands for: one Get, one Transact.

    Raises Forbidden, also where it stands for nobody, BeyondScope, and Unauthenticated where that user is
    gone or suspended.
    """
    who.demand(CLIENT)
    if who.client.user_id is None:
        raise Forbidden
    scopes = _scopes(scope, who.client.scopes)
    user = users.by_id(store, who.client.user_id)
    if user is None or not user.may_act:
        raise Unauthenticated
    return refresh_tokens.start(
        store,
        user,
        who.client.id,
        scopes,
        renewable=False,
        by=_as(user, by),
        generation=who.client.generation,
    )


def revocation_keys(credential: Credential | None) -> list[Key]:
    """The keys of what `revoke` looks at."""
    if credential is None or credential.kind not in ("access", "refresh"):
        return []
    user_id = credential.user_id
    wanted = [keys.family(user_id, credential.family_id)]
    return [*wanted, keys.access(user_id, credential.id)] if credential.kind == "access" else wanted


def revoke(
    store: Store,
    who: Applicant,
    credential: Credential | None,
    found: Mapping[Key, Item],
    *,
    by: Actor,
) -> None:
    """End what a client gives back (RFC 7009): one Transact, or nothing where there is nothing to end.

    A refresh token ends its grant, and with it every token of the grant, also where it was used before. An
    access token ends alone, unless its grant has no other. `found` is what `revocation_keys` asks for. Raises
    Unauthenticated for another client's token.
    """
    family = _given_back(credential, found)
    if credential is None or family is None:
        return
    grant = entity(TokenFamily, family)
    if grant.client_id != who.client.id:
        raise Unauthenticated
    by = replace(by, user_id=grant.user_id)
    with suppress(NotFound):  # another request was quicker
        if credential.kind == "refresh" or not refresh_tokens.is_renewable(family):
            refresh_tokens.end(store, grant, "its client gave it back", by=by)
        else:
            refresh_tokens.end_access(store, grant, credential, by=by)


def _given_back(credential: Credential | None, found: Mapping[Key, Item]) -> Item | None:
    """The grant of a token that is presented; None where it is none that was given."""
    if credential is None or credential.kind not in ("access", "refresh"):
        return None
    family = found.get(keys.family(credential.user_id, credential.family_id))
    if credential.kind == "refresh":
        proved = same((family or {}).get("digest"), digest(credential.family))
    else:
        access = found.get(keys.access(credential.user_id, credential.id)) or {}
        proved = same(access.get("digest"), credential.digest)
        proved = proved and access.get("family_id") == credential.family_id
    return family if proved else None


def _scopes(asked: str, granted: tuple[str, ...]) -> tuple[str, ...]:
    """What is asked for, in the order granted; all that was granted where nothing is asked for."""
    if not asked:
        return granted
    names = set(asked.split(" "))
    if _SCOPES.fullmatch(asked) is None or not names <= set(granted):
        raise BeyondScope
    return tuple(scope for scope in granted if scope in names)


def _as(user: User, by: Actor) -> Actor:
    return replace(by, user_id=user.id, user_number=user.number)
