"""Device cookies: how a browser that has logged in before is told from a stranger who guesses.

OWASP's "Slow Down Online Guessing Attacks with Device Cookies". A login gives the browser

    <user id, base64url>.<session version>.<nonce>.<HMAC-SHA256 of what stands before it>

Attempts with it are counted by themselves (`auth/login_throttle.py`), so that strangers who make an address
wait do not make its owner wait. It proves nobody: with it, the password is still asked for. It is
valid while the user's `session_version` is the one in it: a change of the password ends all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_urlsafe

from roster import base64url
from roster.auth import signed_cookies
from roster.domain import User

PURPOSE = "device cookies"
MAX_AGE = 365 * 86_400
_SHAPE = re.compile(
    r"(?P<said>(?P<user>[A-Za-z0-9_-]{1,172})\.(?P<version>[0-9]{1,12})\.(?P<nonce>[A-Za-z0-9_-]{22}))"
    rf"\.(?P<mac>{signed_cookies.MAC})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which this user has logged in, while the user's `session_version` was this."""

    user_id: str
    session_version: int
    id: str


def cookie_of(user: User, keys: Sequence[bytes]) -> str:
    """A new device cookie's value, signed with the first key."""
    owner = base64url.encoded(user.id.encode())
    said = f"{owner}.{user.session_version}.{token_urlsafe(16)}"
    return signed_cookies.signed(said, keys)


def read(values: Sequence[str], keys: Sequence[bytes]) -> Device | None:
    """The device that the request's device cookies prove, under any of the keys; two cookies prove none."""
    found = _SHAPE.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return None
    if not signed_cookies.is_signed(found["said"], found["mac"], keys):
        return None
    user_id = base64url.decoded(found["user"]).decode()
    return Device(user_id, int(found["version"]), found["nonce"])
