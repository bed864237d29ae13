"""Cursors: where a list goes on, sealed so that only whom it was given to can use it, for the same list.

base64url( HMAC-SHA256 of all the rest, 16 bytes | the second it expires, a space, the place )
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from roster.errors import Flaw, Unfit

LIFETIME = timedelta(hours=1)
_MAC = 16  # bytes


def sealed(seal: str, about: str, place: str, now: datetime) -> str:
    """The cursor for a place in the list that `about` describes; `seal` is a secret of the session."""
    expires = int((now + LIFETIME).timestamp())
    body = f"{expires} {place}".encode()
    return urlsafe_b64encode(_mac(seal, about, body) + body).rstrip(b"=").decode()


def opened(seal: str, about: str, cursor: str, now: datetime) -> str:
    """The place in a cursor. Raises Unfit where it is forged, another's, of another list, or expired."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError as error:  # of ASCII or of base64
        raise _refused() from error
    mac, body = raw[:_MAC], raw[_MAC:]
    if not hmac.compare_digest(mac, _mac(seal, about, body)):
        raise _refused()
    expires, _, place = body.decode().partition(" ")
    if int(expires) <= int(now.timestamp()):
        raise _refused()
    return place


def _mac(seal: str, about: str, body: bytes) -> bytes:
    # The length keeps the two apart: neither can end in what the other begins with.
    text = f"{len(about)} {about}".encode() + body
    return hmac.new(seal.encode(), text, sha256).digest()[:_MAC]


def _refused() -> Unfit:
    return Unfit(Flaw("cursor", "is not one that was given for this list, or has expired"))
