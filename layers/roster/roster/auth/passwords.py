"""Passwords: which texts may be one, and argon2id with a ceiling on what a stored hash may demand.

Hashes that other systems made (`imported_hashes.py`) are proved too, until a login replaces them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from roster import bounds, security_log
from roster.auth import imported_hashes
from roster.domain import User
from roster.errors import FieldError, Unavailable, ValidationFailed
from roster.settings import Settings, settings

if TYPE_CHECKING:
    from argon2 import Parameters, PasswordHasher

SHORTEST, LONGEST = bounds.PASSWORD_SHORTEST, bounds.PASSWORD_LONGEST
LOWEST_SCORE = 2  # of zxcvbn's 0 to 4: a million guesses
SHORTEST_PART = 3  # characters of a name's part that counts
BESIDE_THE_NAME = 5  # characters, where the person's name or address is in it
SCORED_CHARACTERS = 24
SCORED_SUBSTITUTES = 7
_ARGON2 = "$argon2"
_PHC = r"\$"  # what parts a hash
_PHC_ARGON2 = re.compile(
    rf"{_PHC}argon2(?:id|i|d)(?:{_PHC}v=\d\d)?{_PHC}m=\d{{1,10}},t=\d{{1,10}},p=\d{{1,10}}"
    rf"{_PHC}[A-Za-z0-9+/]{{11,172}}{_PHC}[A-Za-z0-9+/]{{22,172}}",
    re.ASCII,
)
CEILING_MEMORY_KIB, CEILING_ITERATIONS, CEILING_PARALLELISM = 262_144, 10, 8


class CostlyHash(Unavailable):
    """A stored hash demands more than the ceiling: it was not made here, and is not tried."""


def reason_to_refuse(password: str, about: Iterable[str] = ()) -> str | None:
    """Why the text may not be a password, or None. Nothing is trimmed, cut or folded before it is hashed.

    `about` are texts that tell who the person is: addresses and names. Any character but NUL is allowed.
    The text is judged as it is hashed: in NFC.
    """
    password = _normalized(password)
    if not SHORTEST <= len(password) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    if "\0" in password:
        return "must not contain NUL"
    if all(unicodedata.category(char) in _UNSEEN for char in password):
        return "must not be blanks alone"
    if _is_common(password):
        return "is one of the most common passwords"
    own = _parts(about)
    if _is_made_of(password, own):
        return "must not be made of the person's own address or name"
    if _score(password, own) < LOWEST_SCORE:
        return "is too easy to guess; make it longer, or join words that do not belong together"
    return None


def demand_fit(field: str, password: str, user: User) -> None:
    """Raise ValidationFailed, naming the field, where the text may not be this user's password."""
    about = (user.email, user.full_name, user.first_name, user.last_name, user.user_name)
    reason = reason_to_refuse(password, [text for text in about if text])
    if reason is not None:
        raise ValidationFailed(FieldError(field, reason))


def digest(password: str, config: Settings | None = None) -> str:
    """The argon2id hash of a password, salted, with its parameters: one hash computed."""
    return _hasher(config or settings()).hash(_normalized(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed: exactly one hash computed, also where none is stored.

    A text that is not in NFC is tried as it is too, for hashes that were made before texts were normalised;
    for such a text two hashes are computed where nothing matches, and where none is stored.
    Where the stored one is another system's, a refusal costs one of ours beside it, as the proof does when it
    is replaced: no less than for an address that nobody has. Raises `CostlyHash` before computing anything
    where the stored parameters pass the ceiling.
    """
    return any(_verifies(stored, form) for form in dict.fromkeys((_normalized(password), password)))


def are_same(one: str, other: str) -> bool:
    """Whether two texts are one password."""
    return _normalized(one) == _normalized(other)


def _normalized(password: str) -> str:
    """The text in NFC (RFC 8265, 4.2.1): keyboards differ in how they send `\u00e9`, and no person sees it.

    A text that is longer than any password stays as it is: to order thousands of accents takes long.
    """
    return unicodedata.normalize("NFC", password) if len(password) <= LONGEST else password


def _verifies(stored: str | None, password: str) -> bool:
    if stored is None:
        _hasher(settings()).hash(password)
        return False
    if stored.startswith(_ARGON2):
        return _matches_argon2(stored, password)
    try:
        proved = imported_hashes.matches(stored, password)
    except imported_hashes.Costly as error:
        security_log.corrupt_item("password.hash")
        raise CostlyHash from error
    if not proved:
        digest(password)
    return proved


def reason_to_refuse_hash(text: str) -> str | None:
    """Why the text is no hash of a password that a login could prove within the ceilings, or None."""
    if not text.startswith(_ARGON2):
        return imported_hashes.reason_to_refuse(text)
    from argon2 import exceptions, extract_parameters

    if len(text) > imported_hashes.LONGEST:
        return f"has more than {imported_hashes.LONGEST} characters"
    try:
        cost = extract_parameters(text) if _PHC_ARGON2.fullmatch(text) else None
    except exceptions.InvalidHashError:
        cost = None
    if cost is None:
        return "is not a hash in a notation that is known"
    return "asks for more work than a login may cost" if _is_costly(cost) else None


def looks_hashed(text: str) -> bool:
    """Whether the text begins as a hash: it is hardly a password."""
    return text.startswith(_ARGON2) or imported_hashes.is_one(text)


def is_outdated(stored: str) -> bool:
    """Whether a stored hash is not as one would be made now: another system's, or of another cost."""
    return not stored.startswith(_ARGON2) or _hasher(settings()).check_needs_rehash(stored)


def _matches_argon2(stored: str, password: str) -> bool:
    from argon2 import exceptions, extract_parameters

    try:
        if _is_costly(extract_parameters(stored)):
            security_log.corrupt_item("password.hash")
            raise CostlyHash
        return _hasher(settings()).verify(stored, password)
    except (exceptions.VerificationError, exceptions.InvalidHashError, UnicodeEncodeError):
        return False


def _is_costly(cost: "Parameters") -> bool:
    return (
        cost.memory_cost > CEILING_MEMORY_KIB
        or cost.time_cost > CEILING_ITERATIONS
        or cost.parallelism > CEILING_PARALLELISM
    )


def _hasher(config: Settings) -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(
        time_cost=config.argon2_iterations,
        memory_cost=config.argon2_memory_kib,
        parallelism=config.argon2_parallelism,
    )


_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})  # Unicode's separators, controls and format characters


def _parts(about: Iterable[str]) -> list[str]:
    """The texts, what stands before and behind an `@`, and their words; what counts most comes first."""
    texts = [unicodedata.normalize("NFC", text) for text in about]
    halves = [half for text in texts for half in text.split("@")]
    words = [re.findall(r"[^\W_]+", text) for text in texts]
    joined = ["".join(of_one) for of_one in words]
    parts = (part.strip() for part in (*texts, *halves, *chain.from_iterable(words), *joined))
    return [*dict.fromkeys(part for part in parts if len(part) >= SHORTEST_PART)]


def _is_made_of(password: str, own: Sequence[str]) -> bool:
    """Whether hardly anything is left without the person's address and name.

    zxcvbn alone would do for one or two of them, but takes three pieces in a row for hard, whatever they are.
    """
    whole = left = password.casefold()
    for part in sorted(own, key=len, reverse=True):
        left = left.replace(part.casefold(), "")
    return left != whole and len(re.sub(r"[\s._@+-]", "", left)) < BESIDE_THE_NAME


def _is_common(password: str) -> bool:
    from zxcvbn.matching import RANKED_DICTIONARIES

    return password.lower() in RANKED_DICTIONARIES["passwords"]


def _score(password: str, own: Sequence[str]) -> int:
    """How hard the text is to guess, 0 to 4, for one who knows the person."""
    from zxcvbn import zxcvbn

    start = _scored(password)
    score: int = zxcvbn(start, user_inputs=[part[: len(start)] for part in own])["score"]
    return score


def _scored(password: str) -> str:
    """The start of the text by which it is scored; the rest can only add to the guesses.

    zxcvbn refuses more than 72 characters. It tries every reading of digits and signs that stand for
    letters (`4` for `a`), and the number of readings grows exponentially with the different ones.
    """
    from zxcvbn.matching import L33T_TABLE

    substitutes = {sign for signs in L33T_TABLE.values() for sign in signs}
    seen: set[str] = set()
    for place, char in enumerate(password[:SCORED_CHARACTERS]):
        seen |= {char} & substitutes
        if len(seen) > SCORED_SUBSTITUTES:
            return password[:place]
    return password[:SCORED_CHARACTERS]
