"""The codes of an authenticator, by an implementation that is not ours: RFC 6238 in ten lines."""

import hmac
from datetime import datetime
from hashlib import sha1

STEP = 30


def code_of(secret: bytes, at: datetime, steps: int = 0) -> str:
    """The code of a secret at a moment, or so many steps later."""
    step = int(at.timestamp()) // STEP + steps
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha1)
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def wrong_code(secret: bytes, at: datetime) -> str:
    """A code that is that of no step near the moment."""
    near = {code_of(secret, at, steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)
