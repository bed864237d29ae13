"""Issuers whose JSON Web Tokens are believed, and what it takes to believe one.

PyJWT verifies the signature; every rule about header and claims is written here, because it is
stricter than the library's: the payload is strict JSON, `exp` is an integer in the future without
leeway, nothing in the header but `alg`, `kid` and `typ` is heard, a token that says that it is of
another kind than an access token is refused, and no issuer mixes secrets with keys.
"""

import binascii
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from roster import base64url, bounds
from roster.auth.algorithms import ASYMMETRIC, SHARED
from roster.auth.credentials import PUBLISHED
from roster.db import keys
from roster.errors import Unauthenticated
from roster.http import strict_json

if TYPE_CHECKING:
    from roster.auth.key_sets import KeySet

SHORTEST_SECRET = 32  # bytes
LEEWAY = 60  # seconds by which an issuer's clock may be ahead, for `iat` and `nbf`; none for `exp`
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)

_TYPES = frozenset({"jwt", "at+jwt"})
"""Media types of an access token in the header's `typ` (RFC 9068, section 4), without `application/`."""
_KIND_CLAIMS: Mapping[str, frozenset[str]] = {
    "typ": frozenset({"access", "at+jwt", "bearer", "jwt"}),  # Keycloak: also ID, Refresh, Offline, Logout
    "token_use": frozenset({"access"}),  # Cognito: also id
    "token_type": frozenset({"access", "access_token", "bearer"}),  # simplejwt: also refresh
}
"""Claims in which providers say of which kind a token is, and what they say of an access token."""
_FOREIGN_CLAIMS = frozenset({"at_hash", "c_hash", "s_hash", "events", "htm", "htu", "cnf"})
"""Claims that only tokens of other kinds have.

The hashes are of the tokens or codes that an ID token was issued with (OpenID Connect Core 3.3.2.11),
`events` makes a logout token or another security event (RFC 8417), `htm` and `htu` a DPoP proof (RFC
9449), and `cnf` binds a token to a key (RFC 7800) whose possession is not checked here. `nonce` is not
among them: Keycloak before version 25, and later with a mapper, writes it into access tokens too.
"""
_PROGRAM_CLAIMS = ("client_id", "cid", "azp")
"""Claims that name the program that a token was issued to."""


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
        """The issuers of a configuration, a JSON array. Drops a byte order mark. Raises Misconfigured."""
        try:
            entries = strict_json.loads(text.removeprefix("\ufeff"))
        except strict_json.NotStrictJson as error:
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
        """What a token says, once it is believed (docs/issuers.md has the rules).

        Raises Unauthenticated for any other, never saying why.
        """
        if len(token) > bounds.TOKEN_CHARACTERS or not looks_like_jwt(token):
            raise Unauthenticated
        header, payload = (_decoded(part) for part in token.split(".")[:2])
        name = payload.get("iss")
        if not isinstance(name, str | None):
            raise Unauthenticated
        issuer = self.by_name.get(name) or self.by_name.get(None)
        if issuer is None:
            raise Unauthenticated
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
        if secret in PUBLISHED or len(secret.encode()) < SHORTEST_SECRET:
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
        _strings(entry, "userClaims", where) or ("user_id",),
        scope_claim,
    )


def _key_set(entry: Mapping[str, Any], where: str) -> "KeySet":
    from roster.auth.key_sets import KeySet, usable

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
        raw = base64url.decoded(part)
        value = strict_json.loads(raw.decode("utf-8"))
    except (binascii.Error, UnicodeError, strict_json.NotStrictJson) as error:
        raise Unauthenticated from error
    if not isinstance(value, dict):
        raise Unauthenticated
    return value


def _demand_signature(token: str, header: Mapping[str, Any], issuer: Issuer) -> None:
    from jwt import InsecureKeyLengthWarning, PyJWS
    from jwt.exceptions import PyJWTError

    algorithm, kid = header.get("alg"), header.get("kid")
    allowed = SHARED if issuer.secrets else ASYMMETRIC
    if algorithm not in allowed or not isinstance(kid, str | None) or {"crit", "b64"} & set(header):
        raise Unauthenticated
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
        raise Unauthenticated
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
    raise Unauthenticated


def _claims(payload: Mapping[str, Any], issuer: Issuer, now: int) -> Claims:
    _demand_current(payload, now)
    if not _audiences(payload.get("aud")) & issuer.audiences:
        raise Unauthenticated
    _demand_access_token(payload)
    scopes = payload.get(issuer.scope_claim)
    granted = tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else ()
    return Claims(_user_id(payload, issuer), granted, int(payload["iat"]) if "iat" in payload else None)


def _demand_current(payload: Mapping[str, Any], now: int) -> None:
    """Raise Unauthenticated unless the token has begun and has not ended; `now` is a whole second.

    `nbf` and `iat` may have a fraction, as RFC 7519 allows (NumericDate); `exp` may not, as
    Cloud Foundry does not allow it.
    """
    expires = payload.get("exp")
    if type(expires) is not int or expires <= now:
        raise Unauthenticated
    for moment in (payload.get("nbf", now), payload.get("iat", now)):
        # The upper bound counts whole seconds, as `now` does.
        if type(moment) not in (int, float) or not 0 <= moment < now + LEEWAY + 1:
            raise Unauthenticated


def _demand_access_token(payload: Mapping[str, Any]) -> None:
    """Raise Unauthenticated where a claim says that the token is of another kind."""
    if str(payload.get("jti", "")).endswith("-r"):  # a refresh token of Cloud Foundry's UAA
        raise Unauthenticated
    if _FOREIGN_CLAIMS & set(payload):
        raise Unauthenticated
    for claim, kinds in _KIND_CLAIMS.items():
        kind = payload.get(claim, "access")
        if not isinstance(kind, str) or kind.lower() not in kinds:
            raise Unauthenticated


def _user_id(payload: Mapping[str, Any], issuer: Issuer) -> str:
    """The user's id: the first of the issuer's user claims that is there. Raises Unauthenticated for none.

    In a token of a program, which nobody delegated to it, `sub` is the program's own id (RFC 9068,
    section 2.2): it names a user only where the issuer's entry lists the claim that repeats it.
    """
    claim = next((name for name in issuer.user_claims if payload.get(name) is not None), None)
    user_id = payload[claim] if claim is not None else None
    if not isinstance(user_id, str) or not keys.is_id(user_id):
        raise Unauthenticated
    programs = [payload.get(name) for name in _PROGRAM_CLAIMS if name not in issuer.user_claims]
    if claim == "sub" and user_id in programs:
        raise Unauthenticated
    return user_id


def _audiences(claim: Any) -> set[str]:
    if isinstance(claim, str):
        return set(re.split(r"[ ,]+", claim))
    return {each for each in claim if isinstance(each, str)} if isinstance(claim, list) else set()
