"""Values of cookies that are signed, so that none needs be kept: `<what is said>.<HMAC-SHA256 of it>`."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

from roster import base64url

MAC = r"[A-Za-z0-9_-]{43}"
"""The pattern of what stands behind the last dot."""


def signed(said: str, keys: Sequence[bytes]) -> str:
    """The value, signed with the first key."""
    return f"{said}.{_mac(keys[0], said)}"


def is_signed(said: str, mac: str, keys: Sequence[bytes]) -> bool:
    """Whether any of the keys has signed it. Each is tried, so that the time tells nothing of which it is."""
    matches = [hmac.compare_digest(_mac(key, said), mac) for key in keys]
    return any(matches)


def _mac(key: bytes, said: str) -> str:
    return base64url.encoded(hmac.digest(key, said.encode(), sha256))
