"""Challenges: a browser proves a second factor for what it was given one for, once, within five minutes.

What is given away is `challenge_<user id>.<secret>`, and to the same browser a cookie; the table keeps the
digests of both. The secret is also what a passkey signs: 256 random bits in base64url. A challenge that asks
anybody for a passkey has no user and is found by the secret alone, which the passkey's answer repeats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roster import bounds
from roster.auth.credentials import Credential, digest, fresh, identifier, same
from roster.clock import instant
from roster.db import keys
from roster.db.codec import attributes, entity
from roster.db.store import Delete, Equals, Item, Key, Put
from roster.db.transactions import item
from roster.domain import Challenge, ChallengePurpose, User
from roster.errors import Unauthenticated

LIFETIME = timedelta(seconds=bounds.CHALLENGE_SECONDS)


@dataclass(frozen=True, slots=True)
class NewChallenge:
    """A challenge, and what its browser is given: the secret, and the value of the cookie."""

    challenge: Challenge
    secret: str
    browser: str

    @property
    def text(self) -> str:
        """The challenge as it is given away; that of nobody yet is its secret."""
        user_id = self.challenge.user_id
        return self.secret if user_id is None else str(Credential("challenge", user_id, self.secret))

    @property
    def write(self) -> Put:
        """The operation that keeps it."""
        found = self.challenge
        ttl = int((datetime.fromisoformat(found.expires_at)).timestamp())
        return Put(item(keys.challenge(found.user_id, found.id), {**attributes(found), "ttl": ttl}))


def new(
    purpose: ChallengePurpose, user: User | None, now: datetime, factors: Sequence[str] = ()
) -> NewChallenge:
    """A new challenge of a user, or of whoever has a passkey. Nothing is written."""
    secret, browser = fresh(), fresh()
    challenge = Challenge(
        identifier(digest(secret)),
        purpose,
        instant(now),
        instant(now + LIFETIME),
        digest(secret),
        digest(browser),
        user.id if user is not None else None,
        user.session_version if user is not None else 0,
        tuple(factors),
    )
    return NewChallenge(challenge, secret, browser)


def read(text: str) -> Credential:
    """The user id and the secret in a challenge of a user. Raises Unauthenticated for a text that is none."""
    found = Credential.read(text)
    if found is None or found.kind != "challenge":
        raise Unauthenticated
    return found


def key_of(user_id: str | None, secret: str) -> Key:
    """Where the challenge with this secret is."""
    return keys.challenge(user_id, identifier(digest(secret)))


def live(
    found: Mapping[Key, Item],
    secret: str,
    cookies: Sequence[str],
    purpose: ChallengePurpose,
    user: User | None,
    now: datetime,
) -> Challenge:
    """The challenge with this secret among the items that were read, if it is alive and this browser's.

    `cookies` are the values of the request's challenge cookies. Raises Unauthenticated for any other.
    """
    held = found.get(key_of(user.id if user is not None else None, secret))
    if held is None or len(cookies) != 1:
        raise Unauthenticated
    challenge = entity(Challenge, held)
    is_ours = same(challenge.digest, digest(secret)) and same(challenge.browser, digest(cookies[0]))
    version = user.session_version if user is not None else 0
    if (
        not is_ours
        or challenge.purpose is not purpose
        or challenge.expires_at <= instant(now)
        or challenge.session_version != version
    ):
        raise Unauthenticated
    return challenge


def spent(challenge: Challenge) -> Delete:
    """The operation that consumes a challenge; refused where another request has done so."""
    return Delete(keys.challenge(challenge.user_id, challenge.id), Equals("digest", challenge.digest))
