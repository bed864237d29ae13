"""Enrolment of a passkey: a browser is asked to make one, and what it made becomes a factor of the user."""

from collections.abc import Sequence
from typing import Any

from roster.auth import challenges, passkeys, sessions
from roster.auth.challenges import NewChallenge
from roster.auth.passkeys import Json, RelyingParty
from roster.db import keys
from roster.db.store import Store
from roster.db.transactions import Transaction
from roster.directory import factors, users
from roster.domain import Actor, ChallengePurpose, Factor, FactorKind, Session, User
from roster.errors import FieldError, Unauthenticated, ValidationFailed


def begin(store: Store, party: RelyingParty, user: User, *, by: Actor) -> tuple[NewChallenge, dict[str, Any]]:
    """A challenge, and what the user's browser is asked to make a passkey by: one Query, one Write.

    Raises LimitReached where the user has as many factors as there may be.
    """
    factors.demand_room(user)
    held = factors.of_user(store, user.id).of_kind(FactorKind.PASSKEY)
    challenge = challenges.new(ChallengePurpose.REGISTER, user, by.at)
    store.write(challenge.write)
    return challenge, passkeys.creation_options(party, user, challenge.secret, held)


def prepare(
    store: Store,
    party: RelyingParty,
    session: Session,
    name: str,
    attestation: Json,
    cookies: Sequence[str],
    *,
    by: Actor,
) -> tuple[Transaction, Factor]:
    """The transaction that adds what a browser made to its user's factors, and the factor: one BatchGet.

    The session counts as proved by the factor. Raises ValidationFailed where it is not what this browser was
    asked for, or was asked for too long ago, and LimitReached; the commit raises Conflict where the user has
    the passkey already, ValidationFailed where the challenge was spent, and ReadConflict where the user has
    changed.
    """
    user_id = session.user_id
    try:
        secret = passkeys.challenge_in(attestation)
        place = challenges.key_of(user_id, secret)
        found = store.batch_get([keys.user(user_id), place])
        user = users.of_item(found.get(keys.user(user_id)))
        challenge = challenges.live(found, secret, cookies, ChallengePurpose.REGISTER, user, by.at)
    except Unauthenticated as error:
        raise _spent() from error
    if user is None:
        raise _spent()
    factor = passkeys.registered(party, secret, user, name, attestation, by=by)
    work, _ = factors.prepare_adding(user, factor, by=by)
    work.do(challenges.spent(challenge), lambda _: _spent())
    work.do(sessions.proved_by_factor(session, by.at), lambda _: Unauthenticated())
    return work, factor


def _spent() -> ValidationFailed:
    return ValidationFailed(
        FieldError("attestation", "answers no challenge that this browser was given lately")
    )
