"""Cursors: where a list goes on, sealed so that only whom it was given to can use it, for the same list.

The seal is by a key of the deployment, which no caller sees.

base64url( HMAC-SHA256 of all the rest, 16 bytes | the second it expires, a space, the place )
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from roster import base64url
from roster.errors import FieldError, ValidationFailed

LIFETIME = timedelta(hours=1)
_MAC = 16  # bytes


PURPOSE = "cursors"
"""What the deployment's key is derived for, to seal cursors."""


def sealed(keys: Sequence[bytes], about: str, place: str, now: datetime) -> str:
    """The cursor, under the first key, for a place in the list that `about` describes and its caller."""
    expires = int((now + LIFETIME).timestamp())
    body = f"{expires} {place}".encode()
    return base64url.encoded(_mac(keys[0], about, body) + body)


def opened(keys: Sequence[bytes], about: str, cursor: str, now: datetime) -> str:
    """The place in a cursor, under any of the keys.

    Raises ValidationFailed where it is forged, another's, of another list, or expired.
    """
    try:
        raw = base64url.decoded(cursor)
    except ValueError as error:  # of ASCII or of base64
        raise _refused() from error
    mac, body = raw[:_MAC], raw[_MAC:]
    if not any(hmac.compare_digest(mac, _mac(key, about, body)) for key in keys):
        raise _refused()
    expires, _, place = body.decode().partition(" ")
    if int(expires) <= int(now.timestamp()):
        raise _refused()
    return place


def _mac(key: bytes, about: str, body: bytes) -> bytes:
    # The length keeps the two apart: neither can end in what the other begins with.
    text = f"{len(about)} {about}".encode() + body
    return hmac.new(key, text, sha256).digest()[:_MAC]


def _refused() -> ValidationFailed:
    return ValidationFailed(FieldError("cursor", "is not one that was given for this list, or has expired"))
