"""An authenticator in software, with the browser before it: it signs what a page of an origin asks for.

What a test changes of it (`verifies`, `counts`, the `party` and the origin that it signs for) is what a
broken or hostile one would do.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from roster.auth import challenges, passkeys
from roster.auth.challenges import NewChallenge
from roster.auth.credentials import Credential, fresh
from roster.auth.passkeys import RelyingParty
from roster.clock import instant
from roster.db import keys
from roster.db.store import Update
from roster.directory import factors, users
from roster.domain import ChallengePurpose, User
from tests.support.api import Api
from tests.support.directory import Directory

ORIGIN = "https://roster.example"
FLAG = AuthenticatorData.FLAG


@dataclass
class Authenticator:
    """It holds one passkey, whose user is the last for whom it made one."""

    origin: str = ORIGIN
    party: str | None = None
    """Another relying party than the options name."""
    verifies: bool = True
    present: bool = True
    counts: bool = True
    flags: int = 0
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: str = ""
    client: Mapping[str, Any] = field(default_factory=dict)
    """Members of the client data that are otherwise than a browser would have them."""

    def make(self, options: Mapping[str, Any], **client: Any) -> dict[str, Any]:
        """Make the passkey that is asked for: what `PublicKeyCredential.toJSON()` gives of it."""
        self.handle = options["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        made = AttestedCredentialData.create(Aaguid(bytes(16)), self.credential_id, public)
        data = self._data(options["rp"]["id"], FLAG.AT, made)
        told = self._client("webauthn.create", options["challenge"], client)
        return self._answer(
            clientDataJSON=text(told),
            attestationObject=text(AttestationObject.create("none", data, {})),
            transports=["internal"],
        )

    def sign(self, options: Mapping[str, Any], **client: Any) -> dict[str, Any]:
        """Sign what is asked for: what `PublicKeyCredential.toJSON()` gives of it."""
        data = self._data(options["rpId"])
        told = self._client("webauthn.get", options["challenge"], client)
        signature = self.key.sign(data + sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=text(told),
            authenticatorData=text(data),
            signature=text(signature),
            userHandle=self.handle,
        )

    def _data(self, party: str, flags: int = 0, made: bytes = b"") -> AuthenticatorData:
        self.counter += self.counts
        flags |= self.flags | (FLAG.UP if self.present else 0) | (FLAG.UV if self.verifies else 0)
        party_hash = sha256((self.party or party).encode()).digest()
        data: AuthenticatorData = AuthenticatorData.create(party_hash, FLAG(flags), self.counter, made)
        return data

    def _client(self, kind: str, challenge: str, client: Mapping[str, Any]) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**told, **self.client, **client}).encode()

    def _answer(self, **response: Any) -> dict[str, Any]:
        return {
            "id": text(self.credential_id),
            "rawId": text(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }


def text(raw: bytes) -> str:
    """Base64url, as WebAuthn's JSON has bytes."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw(told: str) -> bytes:
    """The bytes that a text of base64url stands for."""
    return urlsafe_b64decode(told + "=" * (-len(told) % 4))


PARTY = RelyingParty.of(ORIGIN)


def passkey_of(directory: Directory, user: User, name: str = "Phone") -> Authenticator:
    """An authenticator that holds a passkey of the user's, which is a factor of theirs."""
    authenticator, present = Authenticator(), users.alive(directory.store, user.id)
    attestation = authenticator.make(passkeys.creation_options(PARTY, present, fresh(), []), challenge="AA")
    factor = passkeys.registered(PARTY, "AA", present, name, attestation, by=directory.by)
    work, _ = factors.prepare_adding(present, factor, by=directory.by)
    work.commit(directory.store)
    return authenticator


def asked_for(directory: Directory, purpose: ChallengePurpose, user: User | None = None) -> NewChallenge:
    """A challenge that was given away."""
    asked = challenges.new(purpose, user, directory.now())
    directory.store.write(asked.write)
    return asked


def proved(api: Api, user: User) -> User:
    """The user, whose session counts as proved by a factor just now."""
    credential = Credential.read(api.cookie(user))
    assert credential is not None
    opened = Update(
        keys.session(user.id, credential.id), set={"factor": True, "proved_at": instant(api.clock())}
    )
    api.store.write(opened)
    return user
