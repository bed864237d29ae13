"""Recovery codes: for who has lost the device. Ten at once, each good once; the table keeps digests.

Each has 120 random bits, so that a digest alone is enough (NIST SP 800-63B, 5.1.2.2: from 112 bits on), and
is written as six groups of four: `k7dm-q2xa-...`.
"""

from secrets import choice

from roster import bounds
from roster.auth.credentials import digest, same
from roster.domain import RecoveryCodes

_ALPHABET = "abcdefghjkmnpqrstvwxyz0123456789"  # Crockford's: none looks like another
_CHARACTERS, _GROUP = 24, 4


def new() -> list[str]:
    """Ten new codes, as they are shown."""
    return [
        _shown("".join(choice(_ALPHABET) for _ in range(_CHARACTERS))) for _ in range(bounds.RECOVERY_CODES)
    ]


def digest_of(code: str) -> str:
    """What the table keeps of a code, however it is typed."""
    return digest(plain(code))


def plain(code: str) -> str:
    """A code without what people put in between, in lower case."""
    return "".join(each for each in code.lower() if each not in " -")


def matching(codes: RecoveryCodes, code: str) -> str | None:
    """The digest among those that are left that is this code's."""
    if len(plain(code)) != _CHARACTERS:
        return None
    given = digest_of(code)
    found = [each for each in codes.digests if same(each, given)]
    return found[0] if found else None


def _shown(code: str) -> str:
    return "-".join(code[place : place + _GROUP] for place in range(0, _CHARACTERS, _GROUP))
