"""Issuers whose JSON Web Tokens are believed, and what it takes to believe one.

PyJWT verifies the signature; every rule about header and claims is written here, because it is
stricter than the library's: the payload is strict JSON, `exp` is an integer in the future without
leeway, nothing in the header but `alg` and `kid` is heard, and no issuer mixes secrets with keys.
"""

import base64
import binascii
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from roster import strict_json
from roster.errors import NotKnown
from roster.table import keys

if TYPE_CHECKING:
    from roster.key_sets import KeySet

LONGEST = 8_192  # characters of a token
SHORTEST_SECRET = 32  # bytes
_HMAC = ("HS256", "HS384", "HS512")
ASYMMETRIC = ("RS256", "ES256", "EdDSA")
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_SAMPLES = frozenset(
    {"tokensecret", "your-256-bit-secret", "a-string-secret-at-least-256-bits-long", "secret", "changeme"}
)
"""Secrets that documentation has published, so that everybody knows them."""


class Misconfigured(ValueError):
    """The issuers' configuration cannot be used; the message says why and holds no secret."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says: who it is for, what it allows, when it was made (seconds)."""

    user_id: str
    scopes: tuple[str, ...]
    issued_at: int | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """One trusted issuer; `name` None believes tokens whose `iss` no other issuer has."""

    name: str | None
    audiences: frozenset[str]
    secrets: tuple[bytes, ...]
    key_set: "KeySet | None"
    user_claims: tuple[str, ...]
    scope_claim: str


@dataclass(frozen=True, slots=True)
class Issuers:
    """All trusted issuers."""

    by_name: Mapping[str | None, Issuer] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Issuers":
        """The issuers of a configuration, a JSON array. Raises Misconfigured."""
        try:
            entries = strict_json.loads(text)
        except strict_json.NotStrict as error:
            raise Misconfigured(f"issuers: {error}") from error
        if not isinstance(entries, list):
            raise Misconfigured("issuers: not a JSON array")
        found: dict[str | None, Issuer] = {}
        for position, entry in enumerate(entries, 1):
            issuer = _issuer(entry, f"issuer {position}")
            if issuer.name in found:
                raise Misconfigured(f"issuer {position}: named twice")
            found[issuer.name] = issuer
        return cls(found)

    def verify(self, token: str, now: datetime) -> Claims:
        """What a token says, once it is believed. Raises NotKnown, never saying why."""
        if len(token) > LONGEST or not looks_like_jwt(token):
            raise NotKnown
        header, payload = (_decoded(part) for part in token.split(".")[:2])
        name = payload.get("iss")
        if not isinstance(name, str | None):
            raise NotKnown
        issuer = self.by_name.get(name) or self.by_name.get(None)
        if issuer is None:
            raise NotKnown
        _demand_signature(token, header, issuer)
        return _claims(payload, issuer, int(now.timestamp()))


def looks_like_jwt(token: str) -> bool:
    """Whether the text has the shape of a signed token."""
    return _SHAPE.fullmatch(token) is not None


def _issuer(entry: Any, where: str) -> Issuer:
    known = {"issuer", "audiences", "hmacSecrets", "jwks", "jwksUrl", "userClaims", "scopeClaim"}
    if not isinstance(entry, dict) or set(entry) - known:
        raise Misconfigured(f"{where}: only {', '.join(sorted(known))} are known")
    name = entry.get("issuer")
    if name is not None and not isinstance(name, str):
        raise Misconfigured(f"{where}: issuer must be a string or null")
    secrets = _strings(entry, "hmacSecrets", where)
    has_keys = "jwks" in entry or "jwksUrl" in entry
    if bool(secrets) == has_keys:
        raise Misconfigured(f"{where}: either hmacSecrets or jwks and jwksUrl")
    if len(secrets) > 2:
        raise Misconfigured(f"{where}: at most two hmacSecrets, for rotation")
    for secret in secrets:
        if secret in _SAMPLES or len(secret.encode()) < SHORTEST_SECRET:
            raise Misconfigured(
                f"{where}: a secret is shorter than {SHORTEST_SECRET} bytes or a published sample"
            )
    scope_claim = entry.get("scopeClaim", "scope")
    if not isinstance(scope_claim, str) or not scope_claim:
        raise Misconfigured(f"{where}: scopeClaim must be a string")
    return Issuer(
        name,
        frozenset(_strings(entry, "audiences", where) or ("cloud_controller",)),
        tuple(secret.encode() for secret in secrets),
        _key_set(entry, where) if has_keys else None,
        _strings(entry, "userClaims", where) or ("user_id", "client_id"),
        scope_claim,
    )


def _key_set(entry: Mapping[str, Any], where: str) -> "KeySet":
    from roster.key_sets import KeySet, usable

    url = entry.get("jwksUrl")
    if "jwksUrl" in entry and not _is_fetchable(url):
        raise Misconfigured(f"{where}: jwksUrl must be https, or http to 127.0.0.1")
    try:
        bundled = usable(entry.get("jwks", {"keys": []}))
    except ValueError as error:
        raise Misconfigured(f"{where}: jwks is no key set") from error
    if "jwks" in entry and not bundled:
        raise Misconfigured(f"{where}: jwks holds no key for {', '.join(ASYMMETRIC)}")
    return KeySet(bundled, url)


def _is_fetchable(url: Any) -> bool:
    """Whether keys may be fetched from there: nobody on the way can put in keys of their own."""
    try:
        parts = urlsplit(url) if isinstance(url, str) and re.fullmatch(r"[!-~]+", url) else None
    except ValueError:
        return False
    if parts is None or "@" in parts.netloc:
        return False
    is_loopback = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    return is_loopback or (parts.scheme == "https" and bool(parts.hostname))


def _strings(entry: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    values = entry.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise Misconfigured(f"{where}: {name} must be an array of strings")
    return tuple(values)


def _decoded(part: str) -> dict[str, Any]:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = strict_json.loads(raw.decode("utf-8"))
    except (binascii.Error, UnicodeError, strict_json.NotStrict) as error:
        raise NotKnown from error
    if not isinstance(value, dict):
        raise NotKnown
    return value


def _demand_signature(token: str, header: Mapping[str, Any], issuer: Issuer) -> None:
    from jwt import InsecureKeyLengthWarning, PyJWS
    from jwt.exceptions import PyJWTError

    algorithm, kid = header.get("alg"), header.get("kid")
    allowed = _HMAC if issuer.secrets else ASYMMETRIC
    if algorithm not in allowed or not isinstance(kid, str | None) or {"crit", "b64"} & set(header):
        raise NotKnown
    candidates: Sequence[Any] = issuer.secrets
    if issuer.key_set is not None:
        candidates = issuer.key_set.for_header(algorithm, kid)
    # Secrets keep to our own shortest length, which for HS384 and HS512 is less than PyJWT would like.
    verifier = PyJWS([algorithm], {"enforce_minimum_key_length": issuer.key_set is not None})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        for key in candidates:
            try:
                verifier.decode(token, key, algorithms=[algorithm])
            except PyJWTError:
                continue
            return
    raise NotKnown


def _claims(payload: Mapping[str, Any], issuer: Issuer, now: int) -> Claims:
    expires, begins, issued = payload.get("exp"), payload.get("nbf", now), payload.get("iat", now)
    if type(expires) is not int or expires <= now:
        raise NotKnown
    for moment in (begins, issued):
        if type(moment) not in (int, float) or moment > now:
            raise NotKnown
    if not _audiences(payload.get("aud")) & issuer.audiences:
        raise NotKnown
    if str(payload.get("jti", "")).endswith("-r"):  # a refresh token
        raise NotKnown
    named = (payload.get(claim) for claim in issuer.user_claims)
    user_id = next((value for value in named if value is not None), None)
    if not isinstance(user_id, str) or not keys.is_id(user_id):
        raise NotKnown
    scopes = payload.get(issuer.scope_claim)
    granted = tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else ()
    return Claims(user_id, granted, int(issued) if "iat" in payload else None)


def _audiences(claim: Any) -> set[str]:
    if isinstance(claim, str):
        return set(re.split(r"[ ,]+", claim))
    return {each for each in claim if isinstance(each, str)} if isinstance(claim, list) else set()
