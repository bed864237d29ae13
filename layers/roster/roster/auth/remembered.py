"""Remembered browsers: where a second factor was proved, another login is asked for the password alone.

The browser is given, for 30 days,

    <user id, base64url>.<session version>.<factor id>.<expiry>.<nonce>.<HMAC-SHA256 of what stands before it>

It counts while the user's `session_version` is the one in it (a new password, the end of all other sessions
and an administrator end it) and the factor that was proved is still the user's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from roster import base64url, dependencies, security_log
from roster.auth import signed_cookies
from roster.domain import Factor, User
from roster.errors import Unavailable, fault_of

PURPOSE = "remembered browsers"
MAX_AGE = 30 * 86_400
_SHAPE = re.compile(
    r"(?P<said>(?P<user>[A-Za-z0-9_-]{1,172})\.(?P<version>[0-9]{1,12})\.(?P<factor>[A-Za-z0-9_-]{1,64})"
    rf"\.(?P<expiry>[0-9]{{1,12}})\.[A-Za-z0-9_-]{{22}})\.(?P<mac>{signed_cookies.MAC})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A browser in which this user proved this factor, while the user's `session_version` was this."""

    user_id: str
    session_version: int
    factor_id: str

    def counts_for(self, user: User, factors: Sequence[Factor]) -> bool:
        """Whether the user need not prove a factor in this browser."""
        is_theirs = self.user_id == user.id and self.session_version == user.session_version
        return is_theirs and any(each.id == self.factor_id for each in factors)


def new(user: User, factor_id: str, now: datetime) -> str | None:
    """A new cookie's value; None where the deployment has no key, or it is out of reach."""
    signing = _keys()
    return cookie_of(user, factor_id, signing, now) if signing else None


def presented(values: Sequence[str], now: datetime) -> Remembered | None:
    """What the request's cookies prove; nothing where the deployment's key is out of reach."""
    return read(values, _keys(), now) if values else None


def _keys() -> Sequence[bytes]:
    try:
        return dependencies.current().deployment_keys(PURPOSE)
    except Unavailable as error:
        security_log.key_out_of_reach(type(error.__cause__ or error).__name__, fault_of(error))
        return ()


def cookie_of(user: User, factor_id: str, keys: Sequence[bytes], now: datetime) -> str:
    """A new cookie's value, signed with the first key."""
    expiry = int(now.timestamp()) + MAX_AGE
    owner = base64url.encoded(user.id.encode())
    said = f"{owner}.{user.session_version}.{factor_id}.{expiry}.{token_urlsafe(16)}"
    return signed_cookies.signed(said, keys)


def read(values: Sequence[str], keys: Sequence[bytes], now: datetime) -> Remembered | None:
    """What the request's cookies prove, under any of the keys; two cookies prove nothing."""
    found = _SHAPE.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return None
    is_ours = signed_cookies.is_signed(found["said"], found["mac"], keys)
    if not is_ours or int(found["expiry"]) <= now.timestamp():
        return None
    user_id = base64url.decoded(found["user"]).decode()
    return Remembered(user_id, int(found["version"]), found["factor"])
