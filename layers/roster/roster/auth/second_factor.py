"""The second half of a login: a factor is proved for the challenge that the right password was answered with.

A wrong code counts as a failed password does, at the same counters; neither is forgotten before a session
opens, so that who knows the password cannot guess codes for ever.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from roster.auth import passkeys
from roster.auth.credentials import Credential
from roster.auth.login import Sender
from roster.auth.passkeys import RelyingParty
from roster.db.store import Operation, Store
from roster.db.transactions import Transaction
from roster.directory.factors import Factors, passkey_used
from roster.domain import Actor, Factor, FactorKind, User
from roster.errors import Unauthenticated
from roster.events import Event


@dataclass(frozen=True, slots=True)
class Proof:
    """A factor that was proved: the operation that takes what proved it, so that it does so once.

    `factor_id` is None for a recovery code, of which `left` are left.
    """

    operation: Operation
    factor_id: str | None = None
    left: int | None = None


def by_code(factors: Factors, code: str, now: datetime) -> Proof | None:
    """What a code proves: one of an authenticator, or a recovery code. None where it is wrong.

    Raises Unavailable where the key that opens secrets is out of reach.
    """
    raise NotImplementedError


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

    Two BatchGets, one Write, one Transact. Raises Unauthenticated for whatever is wrong, all alike.
    """
    raise NotImplementedError


def by_assertion(
    store: Store,
    party: RelyingParty,
    user: User,
    factors: Sequence[Factor],
    secret: str,
    assertion: passkeys.Json,
    *,
    by: Actor,
) -> Proof | None:
    """What a passkey's answer to the challenge with this secret proves; None where it is not one of these.

    A copy of a passkey proves nothing: the audit tells of it, by one Transact.
    """
    with suppress(Unauthenticated):
        credential_id = passkeys.credential_in(assertion)
        for factor in factors:
            if factor.kind is not FactorKind.PASSKEY or factor.credential_id != credential_id:
                continue
            said = passkeys.asserted(party, secret, user, factor, assertion)
            if not passkeys.is_copied(factor, said):
                return Proof(passkey_used(factor, said.counter, said.backed_up, by.at), factor.id)
            work = Transaction(by)
            work.audit(Event.FACTOR_REFUSED, user.id, factor_id=factor.id, kind=factor.kind)
            work.commit(store)
    return None
