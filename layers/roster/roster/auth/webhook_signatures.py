"""Signatures of webhooks: Standard Webhooks 1.0, by a shared secret (`v1`) and by a key pair (`v1a`).

`v1` is HMAC-SHA256, whose secret the receiver has; `v1a` is Ed25519, whose public key anybody may have. What
is signed is the message's id, the moment of the attempt and the body, so that neither can be exchanged.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_bytes

_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Signing:
    """What one webhook signs with: its secret, and the private half of its key pair."""

    secret: bytes
    private_key: bytes

    @classmethod
    def new(cls) -> "Signing":
        return cls(token_bytes(_BYTES), token_bytes(_BYTES))

    @classmethod
    def of(cls, kept: bytes) -> "Signing":
        """What was kept as `kept`."""
        return cls(kept[:_BYTES], kept[_BYTES:])

    @property
    def kept(self) -> bytes:
        """Both, as they are sealed together."""
        return self.secret + self.private_key

    @property
    def shown_secret(self) -> str:
        """The secret as its receiver is given it."""
        return f"whsec_{b64encode(self.secret).decode()}"

    @property
    def public_key(self) -> str:
        """The public half of the key pair, as receivers are given it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        public = Ed25519PrivateKey.from_private_bytes(self.private_key).public_key()
        return f"whpk_{b64encode(public.public_bytes_raw()).decode()}"

    def signatures(self, signed: bytes) -> list[str]:
        """Both kinds of signature, each after its version."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        shared = hmac.digest(self.secret, signed, "sha256")
        own = Ed25519PrivateKey.from_private_bytes(self.private_key).sign(signed)
        return [f"v1,{b64encode(shared).decode()}", f"v1a,{b64encode(own).decode()}"]


def headers(message_id: str, at: int, body: bytes, signing: Sequence[Signing]) -> Mapping[str, str]:
    """The three headers of a message that is sent at a moment (seconds of POSIX), signed by each of these."""
    signed = f"{message_id}.{at}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(each for one in signing for each in one.signatures(signed)),
    }
