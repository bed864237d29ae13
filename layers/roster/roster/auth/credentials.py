"""Credentials made here: `<kind>_<user id>.<secret>`, so that the key is known from the credential.
An id with characters beside `A-Z a-z 0-9 . _ -`, or with more than 64, stands there as `~` and its base64url.

The secret is 256 random bits; the table holds only its SHA-256. The digest's first half is the
credential's id, by which it is found; the whole is compared in constant time.

What the token endpoint gives belongs to a family (`auth/refresh_tokens.py`) and names it before the secret:
an access token by the family's id, a refresh token by the family's own secret, which no access token
gives away. The refresh token's last part is new in each.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Literal

from roster import base64url
from roster.db.keys import PLAIN_ID, is_id, is_plain_id

Kind = Literal["session", "token", "access", "refresh", "challenge", "scim"]

_USER = rf"({PLAIN_ID.pattern}|~[A-Za-z0-9_-]{{2,171}})\."
_RANDOM = r"([A-Za-z0-9_-]{43})"
_SHAPES: Mapping[Kind, re.Pattern[str]] = {
    "session": re.compile(rf"session_{_USER}(){_RANDOM}", re.ASCII),
    "token": re.compile(rf"token_{_USER}(){_RANDOM}", re.ASCII),
    "access": re.compile(
        rf"access_{_USER}([0-9a-f]{{32}})\.(?:~([A-Za-z0-9_-]{{2,86}})\.)?{_RANDOM}", re.ASCII
    ),
    "challenge": re.compile(rf"challenge_{_USER}(){_RANDOM}", re.ASCII),
    "scim": re.compile(rf"scim_({PLAIN_ID.pattern})\.(){_RANDOM}", re.ASCII),
    "refresh": re.compile(rf"refresh_{_USER}{_RANDOM}\.{_RANDOM}", re.ASCII),
}

SHORTEST_SECRET = 32
"""Characters at least of a secret that somebody else chose for a client, a gateway or an API token."""

PUBLISHED = frozenset(
    {"tokensecret", "your-256-bit-secret", "a-string-secret-at-least-256-bits-long", "secret", "changeme"}
)
"""Secrets that documentation has published, so that everybody knows them."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as presented: whose it claims to be, and the secret that proves it.

    A SCIM token is a workspace's: its `user_id` is the workspace's id. `family` is empty for sessions and API
    tokens. `client` is the one that an access token says it was given
    to, so that it is read with the rest; empty in those of earlier versions.
    """

    kind: Kind
    user_id: str
    secret: str
    family: str = ""
    client: str = ""

    @classmethod
    def new(cls, kind: Kind, user_id: str, family: str = "", client: str = "") -> "Credential":
        return cls(kind, user_id, fresh(), family, client)

    @classmethod
    def read(cls, text: str) -> "Credential | None":
        """The credential in a text, or None where the text has not the shape of one."""
        for kind, shape in _SHAPES.items():
            if found := shape.fullmatch(text):
                user_id = decoded(found[1])
                client = _client_in(found[3]) if kind == "access" else ""
                if user_id is None or client is None:
                    return None
                return cls(kind, user_id, found[shape.groups], found[2], client)
        return None

    def __str__(self) -> str:
        family = f"{self.family}." if self.family else ""
        client = f"~{_in_base64(self.client)}." if self.client else ""
        return f"{self.kind}_{encoded(self.user_id)}.{family}{client}{self.secret}"

    def __repr__(self) -> str:
        return f"Credential({self.kind!r}, {self.user_id!r}, ...)"  # a secret must not reach a log

    @property
    def digest(self) -> str:
        return digest(self.secret)

    @property
    def id(self) -> str:
        return identifier(self.digest)

    @property
    def family_id(self) -> str:
        """The id of the family that the credential names."""
        return identifier(digest(self.family)) if self.kind == "refresh" else self.family


def encoded(user_id: str) -> str:
    """The id as it stands in a credential or link: a cookie, a header and an address can hold that."""
    if is_plain_id(user_id):
        return user_id
    return "~" + _in_base64(user_id)


def _in_base64(text: str) -> str:
    return base64url.encoded(text.encode())


def _client_in(told: str | None) -> str | None:
    """The client's id that stands in an access token; empty where none does, None where it is none."""
    if told is None:
        return ""
    try:
        client_id = base64url.decoded(told).decode("ascii")
    except ValueError:
        return None
    return client_id if _in_base64(client_id) == told and is_plain_id(client_id) else None


def decoded(told: str) -> str | None:
    """The id that stands in a credential, or None where none would be written so."""
    if not told.startswith("~"):
        return told
    text = told[1:]
    try:
        user_id = base64url.decoded(text).decode("ascii")
    except ValueError:
        return None
    return user_id if encoded(user_id) == told and is_id(user_id) else None


def fresh() -> str:
    """A new secret."""
    return token_urlsafe(32)


def reason_to_refuse(secret: str) -> str | None:
    """Why the text may not be the secret of a program, or None. Never says the text."""
    if len(secret) < SHORTEST_SECRET:
        return f"must have at least {SHORTEST_SECRET} characters"
    if secret in PUBLISHED:
        return "is a sample that documentation has published"
    return None


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
