"""The second half of a login: a factor is proved for the challenge that the right password was answered with.

A wrong code counts as a failed password does, at the same counters; neither is forgotten before a session
opens, so that who knows the password cannot guess codes for ever.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from roster import security_log
from roster.auth import (
    challenges,
    login,
    login_throttle,
    recovery_codes,
    remembered,
    sealing,
    sessions,
    source_failures,
    totp,
)
from roster.auth.credentials import Credential
from roster.auth.login import Sender
from roster.db import keys
from roster.db.store import Item, Operation, Store
from roster.db.transactions import Transaction
from roster.directory import factors, users
from roster.directory.emails import canonical
from roster.directory.factors import Factors
from roster.domain import Actor, ChallengePurpose, FactorKind, User
from roster.errors import DirectoryError, Unauthenticated
from roster.events import Event

_TOTP = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proof:
    """A factor that was proved: the operation that takes what proved it, so that it does so once.

    `factor_id` is None for a recovery code, of which `left` are left.
    """

    operation: Operation
    factor_id: str | None = None
    left: int | None = None


def by_code(found: Factors, code: str, now: datetime) -> Proof | None:
    """What a code proves: one of an authenticator, or a recovery code. None where it is wrong.

    Raises Unavailable where the key that opens secrets is out of reach.
    """
    if is_of_authenticator(code):
        return _by_authenticator(found, recovery_codes.plain(code), now)
    used = recovery_codes.matching(found.codes, code) if found.codes is not None else None
    if found.codes is None or used is None:
        return None
    return Proof(factors.recovery_code_used(found.codes, used), left=len(found.codes.digests) - 1)


def is_of_authenticator(code: str) -> bool:
    """Whether the text has the shape of an authenticator's code; else it can be a recovery code."""
    return _TOTP.fullmatch(recovery_codes.plain(code)) is not None


def demand_key(code: str) -> None:
    """Raise Unavailable where the code cannot be judged, before that costs an attempt."""
    if is_of_authenticator(code):
        sealing.keys()


def plan(work: Transaction, user: User, proof: Proof) -> None:
    """The operations that take what proved a factor; refused where that is spent, as Unauthenticated."""
    work.do(proof.operation, unauthenticated)
    if proof.left is not None:
        work.audit(Event.RECOVERY_CODE_USED, user.id, left=proof.left)


def log_in(
    store: Store,
    text: str,
    code: str,
    sender: Sender,
    cookies: Sequence[str],
    *,
    remember: bool,
    by: Actor,
) -> tuple[User, Credential, str | None]:
    """The user, a new session, and what a remembered browser is given, for a challenge and a code.

    Two BatchGets, one Write, one Transact; for a wrong code the last is a Write. `cookies` are the request's
    challenge cookies. Raises Unauthenticated for whatever is wrong, all alike, and Unavailable where the key
    that opens secrets is out of reach.
    """
    given = challenges.read(text)
    profile = keys.user(given.user_id)
    found = store.batch_get([challenges.key_of(given.user_id, given.secret), profile])
    user = users.of_item(found.get(profile))
    if user is None or not user.active:
        raise Unauthenticated
    challenge = challenges.live(found, given.secret, cookies, ChallengePurpose.LOGIN, user, by.at)
    demand_key(code)
    address, places = canonical(user.email), factors.keys_of(user.id, challenge.factors)
    more = store.batch_get([*places, *login.asked_of(address, sender, by.at)])
    counter = login.take_attempt(store, address, sender, more, by.at)
    proof = by_code(factors.among(more[key] for key in places if key in more), code, by.at)
    if proof is None:
        security_log.login_failed(user_id=user.id, waits=False, source_over=False)
        source_failures.add(store, sender.source, by.at)
        raise Unauthenticated
    work, credential = sessions.prepare(user, by=by, browser=sender.browser, factor=True)
    users.plan_sign_in(work, user)
    work.do(challenges.spent(challenge), unauthenticated)
    plan(work, user, proof)
    work.do(login_throttle.forgotten(counter))
    work.commit(store)
    kept = remembered.new(user, proof.factor_id, by.at) if remember and proof.factor_id else None
    return user, credential, kept


def unauthenticated(_: Item | None) -> DirectoryError:
    """What a refused operation of a proof means."""
    return Unauthenticated()


def _by_authenticator(found: Factors, code: str, now: datetime) -> Proof | None:
    sealing_keys = sealing.keys()
    for factor in found.of_kind(FactorKind.TOTP):
        secret = sealing.opened(sealing_keys, factor.secret, factor.user_id, factor.id)
        step = totp.step_of(secret, code, factor.last_step, now)
        if step is not None:
            return Proof(factors.code_used(factor, step, now), factor.id)
    return None
