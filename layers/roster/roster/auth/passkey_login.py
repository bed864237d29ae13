"""Login by a passkey alone, without address and password.

The passkey says whose it is, and has verified its user, so that it counts as two factors. What cannot be
guessed is not throttled by the address: strangers who make an address wait do not keep its owner out. What
fails is counted by its source, as failed passwords are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from roster import security_log
from roster.auth import challenges, passkeys, second_factor, sessions, source_failures
from roster.auth.challenges import NewChallenge
from roster.auth.credentials import Credential
from roster.auth.login import Sender
from roster.auth.passkeys import Json, RelyingParty
from roster.auth.second_factor import FactorProof, PasskeyAnswer
from roster.db import keys
from roster.db.store import Item, Key, Store
from roster.directory import factors, users
from roster.domain import Actor, Challenge, ChallengePurpose, User
from roster.errors import NotFound, Unauthenticated


def begin(store: Store, now: datetime) -> NewChallenge:
    """A challenge for whoever has a passkey: one Write."""
    challenge = challenges.new(ChallengePurpose.PASSKEY, None, now)
    store.write(challenge.write)
    return challenge


def log_in(
    store: Store, party: RelyingParty, assertion: Json, sender: Sender, cookies: Sequence[str], *, by: Actor
) -> tuple[User, Credential]:
    """The user whose passkey answers a challenge of this browser, and a new session: two BatchGets, one
    Transact; for a failure one Write more.

    Raises Unauthenticated for whatever is wrong, all alike.
    """
    secret, number = passkeys.challenge_in(assertion), passkeys.number_in(assertion)
    counter = source_failures.counter(sender.source, by.at)
    found = store.batch_get([challenges.key_of(None, secret), keys.row(keys.USERS, number), counter])
    if source_failures.is_over(found.get(counter)):
        security_log.login_failed(user_id=None, waits=False, source_over=True)
        raise Unauthenticated
    try:
        user, challenge, proof = _proved(store, party, assertion, secret, cookies, found, by)
    except Unauthenticated:
        named = users.in_rows(found)
        security_log.login_failed(user_id=named[0].id if named else None, waits=False, source_over=False)
        source_failures.add(store, sender.source, by.at)
        raise
    work, credential = sessions.prepare(user, by=by, browser=sender.browser, factor=True)
    work.do(challenges.spent(challenge), lambda _: Unauthenticated())
    work.do(proof.operation, lambda _: Unauthenticated())
    users.plan_sign_in(work, user)
    work.commit(store)
    return user, credential


def _proved(
    store: Store,
    party: RelyingParty,
    assertion: Json,
    secret: str,
    cookies: Sequence[str],
    found: Mapping[Key, Item],
    by: Actor,
) -> tuple[User, Challenge, FactorProof]:
    """Who is proved, and what the transaction takes for it: one BatchGet. Raises Unauthenticated."""
    challenge = challenges.live(found, secret, cookies, ChallengePurpose.PASSKEY, None, by.at)
    listed = users.in_rows(found)
    user_id = listed[0].id if listed else "nobody"  # as many calls, whether or not there is such a user
    factor_id = passkeys.factor_id(passkeys.credential_in(assertion))
    theirs = store.batch_get([keys.user(user_id), keys.factor(user_id, factor_id)])
    user = users.of_item(theirs.get(keys.user(user_id)))
    if user is None or not user.active:
        raise Unauthenticated
    try:
        factor = factors.in_path(theirs, user_id, factor_id)
    except NotFound as error:
        raise Unauthenticated from error
    answer = PasskeyAnswer(party, assertion)
    proof = second_factor.by_assertion(store, answer, user, [factor], secret, by=by)
    if proof is None:
        raise Unauthenticated
    return user, challenge, proof
