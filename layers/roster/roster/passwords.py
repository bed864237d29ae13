"""Passwords: argon2id, with the cost of `settings` and a ceiling on what a stored hash may demand."""

from functools import lru_cache
from typing import TYPE_CHECKING

from roster import journal
from roster.errors import Unavailable
from roster.settings import Settings, settings

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 8, 256  # characters
CEILING_MEMORY_KIB, CEILING_ITERATIONS, CEILING_PARALLELISM = 262_144, 10, 8


class CostlyHash(Unavailable):
    """A stored hash demands more than the ceiling: it was not made here, and is not tried."""


def flaw(password: str) -> str | None:
    """Why the text may not be a password, or None. Any character but NUL is allowed; nothing is trimmed."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    if "\0" in password:
        return "must not contain NUL"
    if password.lower() in _common():
        return "is one of the most common passwords"
    return None


def digest(password: str, config: Settings | None = None) -> str:
    """The argon2id hash of a password, salted, with its parameters: one hash computed."""
    return _hasher(config or settings()).hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed: exactly one hash computed, also where none is stored.

    Raises `CostlyHash` before computing anything where the stored parameters pass the ceiling.
    """
    if stored is None:
        digest(password)
        return False
    from argon2 import exceptions, extract_parameters

    try:
        cost = extract_parameters(stored)
        if (
            cost.memory_cost > CEILING_MEMORY_KIB
            or cost.time_cost > CEILING_ITERATIONS
            or cost.parallelism > CEILING_PARALLELISM
        ):
            journal.poisoned("password.hash")
            raise CostlyHash
        return _hasher(settings()).verify(stored, password)
    except (exceptions.VerificationError, exceptions.InvalidHashError):
        return False


def _hasher(config: Settings) -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(
        time_cost=config.argon2_iterations,
        memory_cost=config.argon2_memory_kib,
        parallelism=config.argon2_parallelism,
    )


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
