"""Enrolling an authenticator, and making recovery codes.

A secret counts from the first code that it makes. Until then it is the user's one enrolment, whose place a
later one takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from roster.auth import recovery_codes, sealing, sessions, totp
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, entity
from roster.db.store import AtLeast, Check, Delete, Equals, Item, Key, Put, Store
from roster.db.transactions import Transaction, item, retry_from
from roster.directory import factors, users
from roster.domain import Actor, Enrolment, Factor, FactorKind, RecoveryCodes, Session, User
from roster.errors import Conflict, FieldError, NotFound, Unauthenticated, ValidationFailed
from roster.events import Event

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """An enrolment, and its secret, which is shown this once."""

    enrolment: Enrolment
    secret: bytes = field(repr=False)


def begin(store: Store, user: User, name: str, *, by: Actor) -> Begun:
    """Make a secret for an authenticator of the user: one Write.

    Raises LimitReached, and Unavailable where the deployment's key is out of reach.
    """
    factors.demand_room(user)
    sealing_keys, secret, factor_id = sealing.keys(), totp.new_secret(), str(uuid4())
    expires = by.at + LIFETIME
    begun = Enrolment(
        factor_id,
        user.id,
        name,
        instant(by.at),
        instant(expires),
        sealing.seal(sealing_keys, secret, user.id, factor_id),
    )
    state: Item = {**attributes(begun), "ttl": int(expires.timestamp())}
    store.write(Put(item(keys.enrolment(user.id), state)))
    return Begun(begun, secret)


def confirm(
    store: Store,
    user: User,
    session: Session,
    factor_id: str,
    code: str,
    found: Mapping[Key, Item],
    *,
    by: Actor,
) -> Factor:
    """Make a factor of an enrolment by a code of its secret: one Transact.

    `found` holds the user's enrolment. The session counts as proved by the factor. Raises NotFound where
    there is no such enrolment, or no more; ValidationFailed for a wrong code; LimitReached; and Unavailable
    where the deployment's key is out of reach.
    """
    sealing_keys = sealing.keys()
    held = found.get(keys.enrolment(user.id))
    begun = entity(Enrolment, held) if held is not None else None
    if begun is None or begun.id != factor_id or begun.expires_at <= instant(by.at):
        raise NotFound("factor", factor_id)
    secret, _ = sealing.opened(sealing_keys, begun.secret, user.id, begun.id)
    step = totp.step_of(secret, recovery_codes.plain(code), 0, by.at)
    if step is None:
        raise ValidationFailed(FieldError("code", "is not the secret's code of this moment"))
    factor = Factor(
        begun.id,
        user.id,
        FactorKind.TOTP,
        begun.name,
        instant(by.at),
        instant(by.at),
        begun.secret,
        step,
    )

    def attempt(present: User) -> Factor:
        work, _ = factors.prepare_adding(present, factor, by=by)
        spent = Delete(keys.enrolment(user.id), Equals("id", factor.id))
        work.do(spent, lambda _: NotFound("factor", factor.id))
        work.do(sessions.proved_by_factor(session, by.at), lambda _: Unauthenticated())
        work.commit(store)
        return factor

    return retry_from(users.as_stored(user), lambda: users.alive(store, user.id), attempt)


def renew_recovery_codes(store: Store, user: User, *, by: Actor) -> list[str]:
    """Make ten recovery codes, which end the former ones: one Transact.

    Raises Conflict where the user has no second factor, whose loss they are for.
    """
    made = recovery_codes.new()
    digests = tuple(recovery_codes.digest_of(each) for each in made)
    codes = RecoveryCodes(user.id, instant(by.at), digests)
    work = Transaction(by)
    work.do(Check(keys.user(user.id), AtLeast("factors", 1)), lambda _: Conflict("no factor"))
    work.do(Put(item(keys.recovery_codes(user.id), attributes(codes))))
    work.audit(Event.RECOVERY_CODES_CREATED, user.id)
    work.commit(store)
    return made
