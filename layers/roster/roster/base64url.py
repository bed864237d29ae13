"""Base64url without padding (RFC 4648, 5): bytes as they stand in cookies, headers and addresses."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encoded(raw: bytes) -> str:
    """The text for these bytes."""
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes in a text. Raises ValueError where it has not the length of one, or is not of ASCII."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
