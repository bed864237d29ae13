"""Links that are sent to somebody: an invitation, and a link to choose a password by.

    <public address>/console#/invitations/invitation_<workspace id>.<invitation id>.<secret>
    <public address>/console#/invitations/account_<user id>.<secret>
    <public address>/console#/reset/reset_<user id>.<secret>

The secret has 256 bits: HMAC-SHA256, under a key of the deployment, of what the link is for and a random
nonce. The table holds the nonce and the secret's SHA-256, so that the table alone gives no link, and who
has the key can make it again for a mail. A browser sends no fragment to a server.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal

from roster import base64url, dependencies
from roster.auth.credentials import decoded, digest, encoded, same
from roster.db.keys import PLAIN_ID
from roster.domain import Invitation, PasswordLink
from roster.errors import Unavailable
from roster.http.request import Request
from roster.settings import settings

PURPOSE = "links"
"""What the deployment's key is derived for, to make secrets of links."""

Kind = Literal["invitation", "account", "reset"]

_RANDOM = r"([A-Za-z0-9_-]{43})"
_SHAPE = re.compile(
    rf"(?:(invitation)_({PLAIN_ID.pattern})\.([0-9a-f]{{32}})"
    rf"|(account|reset)_({PLAIN_ID.pattern}|~[A-Za-z0-9_-]{{2,171}}))\.{_RANDOM}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LinkToken:
    """What a link carries: the kind and the ids that find its item, and the secret that proves it."""

    kind: Kind
    ids: tuple[str, ...]
    secret: str

    @classmethod
    def read(cls, text: str) -> "LinkToken | None":
        """The token in a text, or None where the text has not the shape of one."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            return None
        if found[1]:
            return cls("invitation", (found[2], found[3]), found[6])
        user_id = decoded(found[5])
        kind: Kind = "reset" if found[4] == "reset" else "account"
        return None if user_id is None else cls(kind, (user_id,), found[6])

    def __str__(self) -> str:
        return f"{self.kind}_{'.'.join(map(encoded, self.ids))}.{self.secret}"

    def __repr__(self) -> str:
        return f"LinkToken({self.kind!r}, {self.ids!r}, ...)"  # a secret must not reach a log

    def proves(self, stored: str) -> bool:
        """Whether the secret is the one of this digest, in constant time."""
        return same(stored, digest(self.secret))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A new link's token, and what the table may hold of it."""

    token: LinkToken
    nonce: str
    digest: str


def keys() -> Sequence[bytes]:
    """What secrets are made with; the first is used. Raises Unavailable where the deployment has no key."""
    found = dependencies.current().deployment_keys(PURPOSE)
    if not found:
        raise Unavailable
    return found


def seal(signing: Sequence[bytes], kind: Kind, *ids: str) -> Sealed:
    """A new token for what these ids name, under the first key."""
    nonce = token_urlsafe(24)
    token = LinkToken(kind, ids, _secret(signing[0], kind, ids, nonce))
    return Sealed(token, nonce, digest(token.secret))


def of_invitation(signing: Sequence[bytes], invitation: Invitation) -> LinkToken | None:
    """The token of an invitation, made again; None where no key makes the one whose digest is kept."""
    ids = (invitation.workspace_id, invitation.id)
    return _again(signing, "invitation", ids, invitation.nonce, invitation.digest)


def of_password_link(signing: Sequence[bytes], link: PasswordLink) -> LinkToken | None:
    """The token of a link to choose a password by, likewise."""
    return _again(signing, "account" if link.first else "reset", (link.user_id,), link.nonce, link.digest)


def address(public_url: str, token: LinkToken) -> str:
    """The link itself."""
    page = "reset" if token.kind == "reset" else "invitations"
    return f"{public_url}/console#/{page}/{token}"


def public_url(request: Request) -> str:
    """Where links lead: what the deployment says, else the name that the gateway says it was called by.

    Empty, so that links have no host, where the gateway says none.
    """
    return settings().public_url or request.address


def _again(
    signing: Sequence[bytes], kind: Kind, ids: tuple[str, ...], nonce: str, stored: str
) -> LinkToken | None:
    made = (LinkToken(kind, ids, _secret(key, kind, ids, nonce)) for key in signing)
    return next((token for token in made if token.proves(stored)), None)


def _secret(key: bytes, kind: Kind, ids: tuple[str, ...], nonce: str) -> str:
    text = "\n".join((kind, *ids, nonce))  # no id holds a line break
    return base64url.encoded(hmac.digest(key, text.encode(), sha256))
