"""Tokens as a test wants them: well made, or malformed by hand in header, payload or signature."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = Mapping[str, Any] | str | bytes
Sign = Callable[[bytes], bytes]

SECRET = "0123456789abcdef0123456789abcdef"  # 32 bytes, the shortest that is taken
NOW = int(datetime(2026, 4, 13, 1, 0, 0, tzinfo=UTC).timestamp())
ABSENT = object()


def part(content: Json) -> str:
    """A part of a token; text and bytes stand as they are."""
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    raw = content if isinstance(content, bytes) else content.encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(payload: Json, sign: Sign, header: Json) -> str:
    """Three parts, the third made by `sign` of the first two."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{part(sign(signed.encode()))}"


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a good token of user `u1`; a value of ABSENT leaves the claim out."""
    good = {
        "user_id": "u1",
        "aud": ["cloud_controller"],
        "scope": ["cloud_controller.read"],
        "iat": NOW - 60,
        "exp": NOW + 600,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not ABSENT}


def secret_signed(payload: Json | None = None, secret: str = SECRET, **header: Any) -> str:
    """A token with an HMAC; HS256 where the header does not say otherwise."""
    header = {"alg": "HS256", "typ": "JWT", **header}
    wanted = {name: value for name, value in header.items() if value is not ABSENT}
    return token(claims() if payload is None else payload, mac(secret.encode(), header["alg"]), wanted)


def key_signed(algorithm: str, payload: Json | None = None, **header: Any) -> str:
    """A token signed with this module's key of that algorithm."""
    given = claims(iss=KEYS_ISSUER) if payload is None else payload
    return token(given, SIGNS[algorithm], {"alg": algorithm, "kid": algorithm, **header})


def mac(secret: bytes, algorithm: object = "HS256") -> Sign:
    """An HMAC, SHA-256 for what is no algorithm."""
    digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(str(algorithm), hashlib.sha256)
    return lambda signed: hmac.new(secret, signed, digest).digest()


def unsigned(_: bytes) -> bytes:
    return b""


KEYS_ISSUER = "https://keys.example/oauth/token"


@cache
def rsa_key(name: str = "ours", bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, made once for each name."""
    return rsa.generate_private_key(65_537, bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def by_rsa(name: str = "ours", bits: int = 2048) -> Sign:
    return lambda signed: rsa_key(name, bits).sign(signed, padding.PKCS1v15(), hashes.SHA256())


def _by_ec(signed: bytes) -> bytes:
    r, s = decode_dss_signature(ec_key().sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


SIGNS: dict[str, Sign] = {
    "RS256": by_rsa(),
    "ES256": _by_ec,
    "EdDSA": lambda signed: ed_key().sign(signed),
}


def _number(value: int) -> str:
    return part(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def rsa_jwk(kid: str, name: str = "ours", bits: int = 2048) -> dict[str, str]:
    """The public half of an RSA key, as a key set holds it."""
    numbers = rsa_key(name, bits).public_key().public_numbers()
    return {"kty": "RSA", "alg": "RS256", "kid": kid, "n": _number(numbers.n), "e": _number(numbers.e)}


def key_set() -> dict[str, Any]:
    """The public halves of this module's keys; each key's id is its algorithm."""
    point = ec_key().public_key().public_numbers()
    x, y = (part(value.to_bytes(32, "big")) for value in (point.x, point.y))
    okp = part(ed_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    return {
        "keys": [
            rsa_jwk("RS256"),
            {"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "ES256", "x": x, "y": y},
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "EdDSA", "x": okp},
        ]
    }


def public_pem() -> bytes:
    """The RSA key's public half as anybody may have it."""
    return rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
