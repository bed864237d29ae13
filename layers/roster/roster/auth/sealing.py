"""Secrets that must be read again, sealed with AES-256-GCM (NIST SP 800-38D) under a key of the deployment.

A sealed text is the base64url of a random nonce of 96 bits, the ciphertext and its tag. What it belongs to
is authenticated with it, so that one that is moved to another item does not open.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from secrets import token_bytes

from roster import dependencies
from roster.errors import Fault, Unavailable

PURPOSE = "second factors"
"""What the deployment's key is derived for, to seal secrets of second factors."""
WEBHOOKS = "webhooks"
"""What it is derived for, to seal what webhooks sign with."""
_NONCE = 12


def keys(purpose: str = PURPOSE) -> Sequence[bytes]:
    """What secrets are sealed with; the first is used. Raises Unavailable where the deployment has no key."""
    found = dependencies.current().deployment_keys(purpose)
    if not found:
        raise Unavailable(retry_after=60, fault=Fault("NoDeploymentKey", False))
    return found


def seal(sealing: Sequence[bytes], secret: bytes, *owner: str) -> str:
    """The secret of what these ids name, sealed under the first key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only where something is sealed

    nonce = token_bytes(_NONCE)
    return urlsafe_b64encode(nonce + AESGCM(sealing[0]).encrypt(nonce, secret, _of(owner))).decode()


def opened(sealing: Sequence[bytes], sealed: str, *owner: str) -> tuple[bytes, str | None]:
    """The secret in a sealed text, and where a former key opened it the same sealed under the first.

    Raises Unavailable where no key opens it for what these ids name.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = urlsafe_b64decode(sealed)
    except ValueError:
        raw = b""
    for key in sealing:
        try:
            secret = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _of(owner))
        except (InvalidTag, ValueError):
            continue
        return secret, None if key == sealing[0] else seal(sealing, secret, *owner)
    raise Unavailable(retry_after=60, fault=Fault("NotSealedHere", False))


def _of(owner: Sequence[str]) -> bytes:
    return "\n".join(owner).encode()  # no id holds a line break
