"""The second half of a login: a factor is proved for the challenge that the right password was answered with.

A wrong code counts as a failed password does, at the same counters; neither is forgotten before a session
opens, so that who knows the password cannot guess codes for ever.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from roster import security_log
from roster.auth import (
    challenges,
    login,
    login_throttle,
    passkeys,
    recovery_codes,
    remembered,
    sealing,
    sessions,
    source_failures,
    totp,
)
from roster.auth.credentials import Credential
from roster.auth.login import Sender
from roster.auth.passkeys import RelyingParty
from roster.db import keys
from roster.db.store import Item, Operation, Store
from roster.db.transactions import Transaction
from roster.directory import factors, users
from roster.directory.emails import canonical
from roster.directory.factors import Factors
from roster.domain import Actor, ChallengePurpose, Factor, FactorKind, User
from roster.errors import DirectoryError, Unauthenticated
from roster.events import Event

_TOTP = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FactorProof:
    """A factor that was proved: the operation that takes what proved it, so that it does so once.

    `factor_id` is None for a recovery code, of which `left` are left.
    """

    operation: Operation
    factor_id: str | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a passkey signed, and for whom it was to."""

    party: RelyingParty
    assertion: passkeys.Json


def by_answer(
    store: Store, user: User, found: Factors, secret: str, answer: str | PasskeyAnswer, *, by: Actor
) -> FactorProof | None:
    """What an answer to the challenge with this secret proves, a code or a passkey's. None where it is wrong.

    Raises Unavailable where the key that opens secrets is out of reach.
    """
    if isinstance(answer, str):
        return by_code(found, answer, by.at)
    return by_assertion(store, answer, user, found.factors, secret, by=by)


def by_assertion(
    store: Store, answer: PasskeyAnswer, user: User, held: Sequence[Factor], secret: str, *, by: Actor
) -> FactorProof | None:
    """What a passkey's answer to the challenge with this secret proves; None where it is of none of these.

    A copy of a passkey proves nothing: the audit tells of it, by one Transact.
    """
    with suppress(Unauthenticated):
        credential_id = passkeys.credential_in(answer.assertion)
        for factor in held:
            if factor.kind is not FactorKind.PASSKEY or factor.credential_id != credential_id:
                continue
            said = passkeys.asserted(answer.party, secret, user, factor, answer.assertion)
            if not passkeys.is_copied(factor, said):
                used = factors.passkey_used(factor, said.counter, said.backed_up, by.at)
                return FactorProof(used, factor.id)
            work = Transaction(by)
            work.audit(Event.FACTOR_REFUSED, user.id, factor_id=factor.id, kind=factor.kind)
            work.commit(store)
    return None


def by_code(found: Factors, code: str, now: datetime) -> FactorProof | None:
    """What a code proves: one of an authenticator, or a recovery code. None where it is wrong.

    Raises Unavailable where the key that opens secrets is out of reach.
    """
    if is_of_authenticator(code):
        return _by_authenticator(found, recovery_codes.plain(code), now)
    used = recovery_codes.matching(found.codes, code) if found.codes is not None else None
    if found.codes is None or used is None:
        return None
    return FactorProof(factors.recovery_code_used(found.codes, used), left=len(found.codes.digests) - 1)


def is_of_authenticator(code: str) -> bool:
    """Whether the text has the shape of an authenticator's code; else it can be a recovery code."""
    return _TOTP.fullmatch(recovery_codes.plain(code)) is not None


def demand_key(code: str) -> None:
    """Raise Unavailable where the code cannot be judged, before that costs an attempt."""
    if is_of_authenticator(code):
        sealing.keys()


def plan(work: Transaction, user: User, proof: FactorProof) -> None:
    """The operations that take what proved a factor; refused where that is spent, as Unauthenticated."""
    work.do(proof.operation, unauthenticated)
    if proof.left is not None:
        work.audit(Event.RECOVERY_CODE_USED, user.id, left=proof.left)


def log_in(
    store: Store,
    text: str,
    answer: str | PasskeyAnswer,
    sender: Sender,
    cookies: Sequence[str],
    *,
    remember: bool,
    by: Actor,
) -> tuple[User, Credential, str | None]:
    """The user, a new session, and what a remembered browser is given, for a challenge and its answer.

    Two BatchGets, one Write, one Transact; for a wrong answer the last is a Write, for that of a copied
    passkey there is a Transact besides. `cookies` are the request's challenge cookies. Raises
    Unauthenticated for whatever is wrong, all alike, and Unavailable where the key that opens secrets is out
    of reach.
    """
    given = challenges.read(text)
    profile = keys.user(given.user_id)
    found = store.batch_get([challenges.key_of(given.user_id, given.secret), profile])
    user = users.of_item(found.get(profile))
    if user is None or not user.active:
        raise Unauthenticated
    challenge = challenges.live(found, given.secret, cookies, ChallengePurpose.LOGIN, user, by.at)
    if isinstance(answer, str):
        demand_key(answer)
    address, places = canonical(user.email), factors.keys_of(user.id, challenge.factors)
    more = store.batch_get([*places, *login.asked_of(address, sender, by.at)])
    try:
        counter = login.take_attempt(store, address, sender, more, by.at)
    except Unauthenticated:
        security_log.login_failed(user_id=user.id, waits=True, source_over=False)
        raise
    held = factors.among(more[key] for key in places if key in more)
    proof = by_answer(store, user, held, given.secret, answer, by=by)
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


def _by_authenticator(found: Factors, code: str, now: datetime) -> FactorProof | None:
    sealing_keys = sealing.keys()
    for factor in found.of_kind(FactorKind.TOTP):
        secret, anew = sealing.opened(sealing_keys, factor.secret, factor.user_id, factor.id)
        step = totp.step_of(secret, code, factor.last_step, now)
        if step is not None:
            return FactorProof(factors.code_used(factor, step, now, anew), factor.id)
    return None
