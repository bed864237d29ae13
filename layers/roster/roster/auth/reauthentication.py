"""Proving anew who one is, within a session: what changes of credentials ask for.

Who has a second factor proves that, and anybody else the password. A failure is counted as a failed login.
The session gets another secret, so that whoever has copied its cookie does not share in the proof.
"""

from collections.abc import Sequence

from roster import security_log
from roster.auth import (
    challenges,
    login,
    login_throttle,
    passkeys,
    passwords,
    second_factor,
    sessions,
    source_failures,
)
from roster.auth.credentials import Credential
from roster.auth.login import Sender
from roster.auth.second_factor import FactorProof, PasskeyAnswer
from roster.db import keys
from roster.db.store import Key, Operation, Store
from roster.directory import factors, users
from roster.directory.emails import canonical
from roster.domain import Actor, ChallengePurpose, Session, User
from roster.errors import FieldError, Unauthenticated, ValidationFailed


def by_password(
    store: Store, session: Session, user: User, password: str, sender: Sender, *, by: Actor
) -> Credential:
    """Another session for the password: one BatchGet, one Write, one Transact, and for a failure one Write.

    Raises ValidationFailed where it is wrong, and where the user has a second factor, which the password must
    not stand in for; Unauthenticated while the address (or the device), or the source waits, or where this
    session has ended meanwhile.
    """
    if user.factors > 0:
        raise ValidationFailed(FieldError("password", "is not enough: you have a second factor; prove that"))
    address, secret = canonical(user.email), keys.password(user.id)
    found = store.batch_get([secret, *login.asked_of(address, sender, by.at)])
    counter = login.take_attempt(store, address, sender, found, by.at)
    if not passwords.matches(users.hash_in(found.get(secret)), password):
        raise _failed(store, user, sender, "password", by)
    return _renewed(store, session, user, counter, None, by)


def by_code(
    store: Store, session: Session, user: User, code: str, sender: Sender, *, by: Actor
) -> Credential:
    """Another session for a code of an authenticator, or a recovery code: one BatchGet, one Write, one Query,
    one Transact, and for a failure one Write.

    Raises ValidationFailed where it is wrong or was used; Unauthenticated as `by_password` does; Unavailable
    where the key that opens secrets is out of reach.
    """
    if user.factors == 0:
        raise ValidationFailed(FieldError("code", "proves nothing: you have no second factor"))
    second_factor.demand_key(code)
    address = canonical(user.email)
    found = store.batch_get(login.asked_of(address, sender, by.at))
    counter = login.take_attempt(store, address, sender, found, by.at)
    proof = second_factor.by_code(factors.of_user(store, user.id), code, by.at)
    if proof is None:
        raise _failed(store, user, sender, "code", by)
    return _renewed(store, session, user, counter, proof, by)


def by_passkey(
    store: Store,
    session: Session,
    user: User,
    answer: PasskeyAnswer,
    cookies: Sequence[str],
    sender: Sender,
    *,
    by: Actor,
) -> Credential:
    """Another session for what a passkey of the user's signed, for a challenge that asks anybody for one: one
    BatchGet, one Write, one Query, one Transact, and for a failure one Write.

    `cookies` are the request's challenge cookies. Raises as `by_code` does.
    """
    address = canonical(user.email)
    try:
        secret = passkeys.challenge_in(answer.assertion)
    except Unauthenticated as error:
        raise ValidationFailed(FieldError("assertion", "is not what was asked for")) from error
    wanted = [challenges.key_of(None, secret), *login.asked_of(address, sender, by.at)]
    found = store.batch_get(wanted)
    counter = login.take_attempt(store, address, sender, found, by.at)
    try:
        challenge = challenges.live(found, secret, cookies, ChallengePurpose.PASSKEY, None, by.at)
    except Unauthenticated as error:
        raise _failed(store, user, sender, "assertion", by) from error
    held = factors.of_user(store, user.id).factors
    proof = second_factor.by_assertion(store, answer, user, held, secret, by=by)
    if proof is None:
        raise _failed(store, user, sender, "assertion", by)
    return _renewed(store, session, user, counter, proof, by, challenges.spent(challenge))


def _failed(store: Store, user: User, sender: Sender, field: str, by: Actor) -> ValidationFailed:
    security_log.login_failed(user_id=user.id, waits=False, source_over=False)
    source_failures.add(store, sender.source, by.at)
    return ValidationFailed(FieldError(field, "is wrong, or was used before"))


def _renewed(
    store: Store,
    session: Session,
    user: User,
    counter: Key,
    proof: FactorProof | None,
    by: Actor,
    *spent: Operation,
) -> Credential:
    work, credential = sessions.prepare_renewal(session, user, by=by, factor=proof is not None)
    if proof is not None:
        second_factor.plan(work, user, proof)
    for operation in spent:
        work.do(operation, second_factor.unauthenticated)
    work.do(login_throttle.forgotten(counter))
    work.commit(store)
    return credential
