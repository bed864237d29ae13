"""Credentials made here: `<kind>_<user id>.<secret>`, so that the key is known from the credential.

The secret is 256 random bits; the table holds only its SHA-256. The digest's first half is the
credential's id, by which it is found; the whole is compared in constant time.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Literal

Kind = Literal["session", "token"]

_SHAPE = re.compile(r"(session|token)_([A-Za-z0-9._-]{1,64})\.([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as presented: whose it claims to be, and the secret that proves it."""

    kind: Kind
    user_id: str
    secret: str

    @classmethod
    def new(cls, kind: Kind, user_id: str) -> "Credential":
        return cls(kind, user_id, token_urlsafe(32))

    @classmethod
    def read(cls, text: str) -> "Credential | None":
        """The credential in a text, or None where the text has not the shape of one."""
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            return None
        kind: Kind = "session" if shape[1] == "session" else "token"
        return cls(kind, shape[2], shape[3])

    def __str__(self) -> str:
        return f"{self.kind}_{self.user_id}.{self.secret}"

    def __repr__(self) -> str:
        return f"Credential({self.kind!r}, {self.user_id!r}, ...)"  # a secret must not reach a log

    @property
    def digest(self) -> str:
        return digest(self.secret)

    @property
    def id(self) -> str:
        return identifier(self.digest)


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal: what the table keeps of a secret."""
    # An event may hold a lone surrogate, which is no text; it must be refused, not break us.
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def identifier(digest: str) -> str:
    """The id of a credential: the first half of its digest."""
    return digest[:32]


def same(stored: object, presented: str) -> bool:
    """Whether the stored digest is the presented one, in constant time."""
    return isinstance(stored, str) and compare_digest(stored.encode(), presented.encode())
