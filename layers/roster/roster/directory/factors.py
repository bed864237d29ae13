"""Second factors: which a user has, added and removed with the user's count of them in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from roster import bounds
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, readable
from roster.db.store import (
    Absent,
    Below,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Store,
    Update,
    every,
)
from roster.db.transactions import Transaction, item, retry_from
from roster.directory import mail, users
from roster.domain import Actor, Factor, FactorKind, RecoveryCodes, User
from roster.errors import Conflict, LastFactor, LimitReached, NotFound
from roster.events import Event


@dataclass(frozen=True, slots=True)
class Factors:
    """What a user may prove beside the password: the factors in order of enrolment, and recovery codes."""

    factors: list[Factor] = field(default_factory=list)
    codes: RecoveryCodes | None = None

    def of_kind(self, kind: FactorKind) -> list[Factor]:
        """Those of a kind."""
        return [each for each in self.factors if each.kind is kind]

    @property
    def methods(self) -> tuple[str, ...]:
        """What may answer a challenge: `totp`, `passkey`, `recovery`."""
        told = tuple(kind.value for kind in FactorKind if self.of_kind(kind))
        return (*told, "recovery") if self.codes is not None and self.codes.digests else told


def of_user(store: Store, user_id: str) -> Factors:
    """What a user may prove beside the password: one Query."""
    return among(every(store, keys.user(user_id).pk, begins=keys.FACTORS_AND_CODES))


def keys_of(user_id: str, factor_ids: Sequence[str]) -> list[Key]:
    """Where the factors of these ids are, and the recovery codes."""
    known = [each for each in factor_ids if keys.is_plain_id(each)]
    return [*(keys.factor(user_id, each) for each in known), keys.recovery_codes(user_id)]


def among(items: Iterable[Item]) -> Factors:
    """The factors and the recovery codes among the items of one user."""
    found = list(items)
    held = readable(Factor, (each for each in found if Key.of(each).sk.startswith(keys.FACTORS)))
    codes = readable(RecoveryCodes, (each for each in found if Key.of(each).sk == keys.CODES))
    return Factors(sorted(held, key=lambda each: (each.created_at, each.id)), next(iter(codes), None))


def prepare_adding(before: User, factor: Factor, *, by: Actor) -> tuple[Transaction, User]:
    """The transaction that adds a factor, and the user as it will be.

    Raises LimitReached. The commit raises Conflict where the factor is there already, and ReadConflict where
    `before` is not the present state.
    """
    demand_room(before)
    work, changed = users.prepare_factors(before, before.factors + 1, by=by)
    added = Put(item(keys.factor(factor.user_id, factor.id), attributes(factor)), Absent())
    work.do(added, lambda _: Conflict("factor"))
    work.audit(Event.FACTOR_ADDED, before.id, factor_id=factor.id, kind=factor.kind)
    return work, changed


def demand_room(user: User) -> None:
    """Raise LimitReached where the user has as many factors as there may be."""
    if user.factors >= bounds.FACTORS:
        raise LimitReached("factors")


def remove(store: Store, user: User, factor: Factor, *, demanded: bool, by: Actor) -> None:
    """Remove a factor of a user: one Transact. With the last one the recovery codes go.

    Raises NotFound where it has gone meanwhile, and LastFactor where one is `demanded` of the user.
    """

    def attempt(before: User) -> None:
        left = max(before.factors - 1, 0)
        if demanded and not left:
            raise LastFactor
        work, _ = users.prepare_factors(before, left, by=by)
        work.do(Delete(keys.factor(user.id, factor.id), Present()), lambda _: NotFound("factor", factor.id))
        if not left:
            work.do(Delete(keys.recovery_codes(user.id)))
        work.audit(Event.FACTOR_REMOVED, user.id, factor_id=factor.id, kind=factor.kind)
        work.commit(store)

    retry_from(users.as_stored(user), lambda: users.alive(store, user.id), attempt)


def prepare_reset(store: Store, before: User, *, by: Actor) -> tuple[Transaction, User]:
    """The transaction that ends all factors of a user, the recovery codes, and what was begun of an
    enrolment, and the user as it will be: one Query. All sessions end, and with them remembered browsers.

    The commit raises ReadConflict where `before` is not the present state.
    """
    work, changed = users.prepare_ending(before, by=by, tokens=False, factors=0)
    plan_removal(work, store, before.id)
    return work, changed


def plan_removal(work: Transaction, store: Store, user_id: str) -> None:
    """The operations that end what a user may prove beside the password: one Query; the count is the
    caller's.
    """
    for factor in of_user(store, user_id).factors:
        work.do(Delete(keys.factor(user_id, factor.id)))
    work.do(Delete(keys.recovery_codes(user_id)))
    work.do(Delete(keys.enrolment(user_id)))
    work.audit(Event.FACTORS_RESET, user_id)


def reset(store: Store, user: User, *, mails: bool, by: Actor) -> None:
    """End all factors of a user, the recovery codes, all sessions and grants: one Query, one Transact.

    With `mails` the user is told. Raises NotFound where the user has gone.
    """

    def attempt(before: User) -> None:
        work, _ = prepare_reset(store, before, by=by)
        if mails:
            about = {"user_id": user.id, "about": "factors"}
            mail.order(work, keys.mail_of_factors(user.id), work.token, **about)
        work.commit(store)

    retry_from(users.as_stored(user), lambda: users.alive(store, user.id), attempt)


def code_used(factor: Factor, step: int, at: datetime, sealed: str | None = None) -> Update:
    """The operation that takes a TOTP code: its time step must be later than the last one.

    `sealed` is the secret under a new key of the deployment, where that has been changed.
    """
    state: Item = {"last_step": step, "last_used_at": instant(at)}
    return Update(
        keys.factor(factor.user_id, factor.id),
        set=state if sealed is None else {**state, "secret": sealed},
        condition=Below("last_step", step),
    )


def passkey_used(factor: Factor, sign_count: int, backed_up: bool, at: datetime) -> Update:
    """The operation that takes a passkey's answer: its counter is still the one that was compared."""
    return Update(
        keys.factor(factor.user_id, factor.id),
        set={"sign_count": sign_count, "backed_up": backed_up, "last_used_at": instant(at)},
        condition=Equals("sign_count", factor.sign_count),
    )


def recovery_code_used(codes: RecoveryCodes, digest: str) -> Update:
    """The operation that takes a recovery code: the codes are still those that were read."""
    left = [each for each in codes.digests if each != digest]
    return Update(
        keys.recovery_codes(codes.user_id),
        set={"digests": list(left)},
        condition=Equals("digests", list(codes.digests)),
    )


def in_path(found: Mapping[Key, Item], user_id: str, factor_id: str) -> Factor:
    """The factor that a path names, among the items that were read. Raises NotFound."""
    if keys.is_plain_id(factor_id) and (held := found.get(keys.factor(user_id, factor_id))) is not None:
        for factor in readable(Factor, [held]):
            return factor
    raise NotFound("factor", factor_id)
