"""Passkeys: what a browser is asked for, and what the answer of its authenticator proves.

W3C Web Authentication, level 3, of which 7.1 and 7.2 say what to check. fido2 (Yubico's) reads and verifies
the answers; what it leaves to its caller is checked here: that the user was verified, that no page of
another site asked, that the key is of a kind that we asked for, and that the counter of signatures grows.

A passkey is discoverable and verifies its user, so that it proves two factors by itself: what one has, and
what one knows or is. No attestation is asked for: any maker's authenticator will do.
"""

import ipaddress
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from roster import base64url, bounds
from roster.clock import instant
from roster.domain import Actor, Factor, FactorKind, User
from roster.errors import FieldError, NoRelyingParty, Unauthenticated, ValidationFailed

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AuthenticatorData, CollectedClientData

Json: TypeAlias = Mapping[str, Any]

MILLISECONDS = bounds.CHALLENGE_SECONDS * 1_000
"""How long a browser lets its user take: as long as the challenge lives."""
ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256, RS256: those of a COSE key that authenticators have, the best first (5.4)."""
RSA_BYTES = 256
"""The modulus of an RSA key at least."""
_PORTS = {"http": 80, "https": 443}
"""Those that no browser tells in an origin (RFC 6454, 6.1)."""
_UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    OverflowError,
    struct.error,
)
"""What fido2 raises for an answer that it cannot read or verify."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """For whom a passkey is: the host of the deployment's address, and the one origin whose pages may ask."""

    id: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "RelyingParty":
        """The one at an address. Raises NoRelyingParty where it has no host, or an IP address for one."""
        parts = urlsplit(public_url)
        host = parts.hostname
        if not host or _is_ip_address(host):
            raise NoRelyingParty
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
        return cls(host, f"{parts.scheme}://{host}{port}")

    @classmethod
    def at(cls, public_url: str) -> "RelyingParty | None":
        """Likewise; None where `of` would raise."""
        try:
            return cls.of(public_url)
        except NoRelyingParty:
            return None


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a passkey has said beside its signature: its counter, and whether it is kept elsewhere too."""

    counter: int
    backed_up: bool


def factor_id(credential_id: str) -> str:
    """The id of the factor that a passkey is, made of the passkey's own, by which it is found."""
    return sha256(base64url.decoded(credential_id)).hexdigest()[:32]


def creation_options(
    party: RelyingParty, user: User, challenge: str, passkeys: Sequence[Factor]
) -> dict[str, Any]:
    """What a browser is asked to make a passkey by: `PublicKeyCredentialCreationOptionsJSON` (5.1.8).

    None is made on an authenticator that has one of the user's `passkeys` already.
    """
    return {
        "rp": {"id": party.id, "name": party.id},
        "user": {
            "id": base64url.encoded(_handle(user)),
            "name": user.email,
            "displayName": user.full_name,
        },
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
        "timeout": MILLISECONDS,
        "excludeCredentials": [_named(each) for each in passkeys],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(party: RelyingParty, challenge: str, passkeys: Sequence[Factor] = ()) -> dict[str, Any]:
    """What a browser is asked for a signature by: `PublicKeyCredentialRequestOptionsJSON` (5.1.9).

    Without `passkeys` its user chooses among those for this relying party.
    """
    return {
        "challenge": challenge,
        "timeout": MILLISECONDS,
        "rpId": party.id,
        "allowCredentials": [_named(each) for each in passkeys],
        "userVerification": "required",
    }


def registered(
    party: RelyingParty, challenge: str, user: User, name: str, attestation: Json, *, by: Actor
) -> Factor:
    """The passkey that a browser made for a user (`RegistrationResponseJSON`), as 7.1 has it verified.

    Raises ValidationFailed where it is not for this challenge, this origin and a verified user.
    """
    from fido2 import cbor
    from fido2.webauthn import RegistrationResponse

    try:
        answer = RegistrationResponse.from_dict(attestation)
        made = answer.response.attestation_object.auth_data.credential_data
        if made is None or made.credential_id != answer.raw_id:
            raise ValueError("it is of no passkey, or of another")
        data = _server(party).register_complete(_state(challenge), answer)
        _demand_own(answer.response.client_data, data)
        if not 0 < len(made.credential_id) <= bounds.CREDENTIAL_ID_BYTES:
            raise ValueError("its id is too long")
        _demand_usable(made.public_key)
    except _UNREADABLE as error:
        raise ValidationFailed(FieldError("attestation", "is not what was asked for")) from error
    credential_id = base64url.encoded(made.credential_id)
    return Factor(
        factor_id(credential_id),
        user.id,
        FactorKind.PASSKEY,
        name,
        instant(by.at),
        credential_id=credential_id,
        public_key=base64url.encoded(cbor.encode(made.public_key)),
        sign_count=data.counter,
        transports=tuple(attestation["response"].get("transports") or ()),
        aaguid=str(made.aaguid),
        backed_up=data.is_backed_up(),
    )


def asserted(party: RelyingParty, challenge: str, user: User, passkey: Factor, assertion: Json) -> Asserted:
    """What the passkey says with a signature (`AuthenticationResponseJSON`), as 7.2 has it verified.

    Raises Unauthenticated where it is not this passkey's, for this challenge, this origin and this user,
    whom it verified. Whether the counter grows is for `is_copied` to say.
    """
    from fido2 import cbor
    from fido2.cose import CoseKey
    from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticationResponse

    try:
        answer = AuthenticationResponse.from_dict(assertion)
        key = CoseKey.parse(cbor.decode(base64url.decoded(passkey.public_key)))  # type: ignore[arg-type]  # a map
        known = AttestedCredentialData.create(Aaguid.NONE, base64url.decoded(passkey.credential_id), key)
        _server(party).authenticate_complete(_state(challenge), [known], answer)
        data = answer.response.authenticator_data
        _demand_own(answer.response.client_data, data)
        if answer.response.user_handle not in (None, b"", _handle(user)):
            raise ValueError("it is another user's")
    except _UNREADABLE as error:
        raise Unauthenticated from error
    return Asserted(data.counter, data.is_backed_up())


def is_copied(passkey: Factor, said: Asserted) -> bool:
    """Whether the counter has not grown: two authenticators have the key, of which one is a thief's (6.1.1).

    Those that have no counter say 0 always.
    """
    return (passkey.sign_count, said.counter) != (0, 0) and said.counter <= passkey.sign_count


def challenge_in(answer: Json) -> str:
    """The secret of the challenge that an answer says it is for. Raises Unauthenticated."""
    try:
        told = json.loads(base64url.decoded(answer["response"]["clientDataJSON"]))
        return base64url.encoded(base64url.decoded(told["challenge"]))
    except _UNREADABLE as error:
        raise Unauthenticated from error


def credential_in(assertion: Json) -> str:
    """The id of the passkey that an answer says it is of, as it is kept. Raises Unauthenticated."""
    try:
        return base64url.encoded(base64url.decoded(assertion["rawId"]))
    except _UNREADABLE as error:
        raise Unauthenticated from error


def number_in(assertion: Json) -> int:
    """The number of the user whose passkey an answer says it is. Raises Unauthenticated."""
    try:
        told = base64url.decoded(assertion["response"]["userHandle"])
        number = int(told)
        if _encoded(number) != told or not 0 < number <= bounds.LARGEST_NUMBER:
            raise ValueError("no number is written so")
    except _UNREADABLE as error:
        raise Unauthenticated from error
    return number


def _server(party: RelyingParty) -> "Fido2Server":
    import logging

    from fido2.server import Fido2Server
    from fido2.webauthn import AttestationConveyancePreference, PublicKeyCredentialRpEntity

    logging.getLogger("fido2").setLevel(logging.WARNING)  # it would log the ids of passkeys
    entity = PublicKeyCredentialRpEntity(id=party.id, name=party.id)
    return Fido2Server(entity, AttestationConveyancePreference.NONE, lambda origin: origin == party.origin)


def _state(challenge: str) -> Json:
    return {"challenge": challenge, "user_verification": "required"}


def _demand_own(client: "CollectedClientData", data: "AuthenticatorData") -> None:
    """Raise ValueError for what was asked in a frame of another site's page, and for impossible flags."""
    told = json.loads(client)
    if told.get("crossOrigin", False) is not False or "topOrigin" in told:
        raise ValueError("a page of another site asked")
    if data.is_backed_up() and not data.is_backup_eligible():
        raise ValueError("it is kept where it cannot be")


def _demand_usable(key: Mapping[int, Any]) -> None:
    """Raise ValueError for a key of a kind that was not asked for, and for one that can verify nothing."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if key.get(3) not in ALGORITHMS:
        raise ValueError("no such key was asked for")
    if key[3] == -257 and len(bytes(key[-1]).lstrip(b"\0")) < RSA_BYTES:
        raise ValueError("it is too short")
    try:
        key.verify(b"", b"")  # type: ignore[attr-defined]
    except InvalidSignature:
        return
    except UnsupportedAlgorithm as error:
        raise ValueError("it is of no use") from error
    raise ValueError("it verifies anything")


def _named(passkey: Factor) -> dict[str, Any]:
    return {"type": "public-key", "id": passkey.credential_id, "transports": list(passkey.transports)}


def _handle(user: User) -> bytes:
    """By what an authenticator knows the user: the number, which says nothing of them, and is short.

    An id may be longer than the 64 bytes that are allowed (5.4.3), and an imported one may be a name.
    """
    return _encoded(user.number)


def _encoded(number: int) -> bytes:
    return str(number).encode("ascii")
