"""Passkeys on the wire: the JSON of W3C Web Authentication, level 3 (5.1.8, 5.1.9), bytes as base64url.

A page of the site needs no more than

    navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)})
    navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)})

and sends what comes of it as its `toJSON()` has it. Members that later browsers add are left out.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from roster import bounds
from roster.auth import links
from roster.auth.passkeys import RelyingParty
from roster.dialects.fields import Body, Line, Wire
from roster.dialects.workspaces.api import WorkspacesCall
from roster.dialects.workspaces.schemas import UNCHANGED


def relying_party(call: WorkspacesCall) -> RelyingParty:
    """For whom passkeys are. Raises NoRelyingParty where the deployment's address has no host name."""
    return RelyingParty.of(links.public_url(call.request))


def _bytes(most: int) -> Any:
    """The constraint of base64url of so many bytes at most."""
    return StringConstraints(pattern="^[A-Za-z0-9_-]+$", max_length=most * 4 // 3 + 2)


CredentialId = Annotated[str, _bytes(bounds.CREDENTIAL_ID_BYTES)]
ClientData = Annotated[str, _bytes(bounds.CLIENT_DATA_BYTES)]


class FromBrowser(BaseModel):
    """What a browser makes: of its members, those that are read."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True, frozen=True)

    def json_of(self) -> dict[str, Any]:
        """The members that were sent, of those that are read."""
        return self.model_dump(mode="json", exclude_unset=True)


class AttestationResponse(FromBrowser):
    clientDataJSON: ClientData
    attestationObject: Annotated[str, _bytes(bounds.ATTESTATION_BYTES)]
    transports: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=32)]], Field(max_length=10)
    ] = UNCHANGED


class Attestation(FromBrowser):
    """`RegistrationResponseJSON`."""

    id: CredentialId
    rawId: CredentialId
    type: Literal["public-key"]
    response: AttestationResponse


class AssertionResponse(FromBrowser):
    clientDataJSON: ClientData
    authenticatorData: Annotated[str, _bytes(bounds.AUTHENTICATOR_DATA_BYTES)]
    signature: Annotated[str, _bytes(bounds.SIGNATURE_BYTES)]
    userHandle: Annotated[str, _bytes(bounds.USER_HANDLE_BYTES)] | None = None


class Assertion(FromBrowser):
    """`AuthenticationResponseJSON`."""

    id: CredentialId
    rawId: CredentialId
    type: Literal["public-key"]
    response: AssertionResponse


class EnrolPasskey(Body):
    attestation: Attestation
    name: Line


class LogInByPasskey(Body):
    assertion: Assertion


class Descriptor(Wire):
    """A passkey that is asked for, or not wanted again."""

    type: Literal["public-key"]
    id: str
    transports: list[str]


class Party(Wire):
    """For whom a passkey is made: the host of the deployment's address."""

    id: str
    name: str


class PasskeyUser(Wire):
    """Whom a passkey is made for, as an authenticator shows them."""

    id: str
    name: str
    displayName: str


class Algorithm(Wire):
    """A kind of key that is taken (COSE)."""

    type: Literal["public-key"]
    alg: int


class Selection(Wire):
    """What is asked of an authenticator."""

    residentKey: Literal["required"]
    requireResidentKey: bool
    userVerification: Literal["required"]


class CreationOptions(Wire):
    """`PublicKeyCredentialCreationOptionsJSON`: what a browser is asked to make a passkey by."""

    rp: Party
    user: PasskeyUser
    challenge: str
    pubKeyCredParams: list[Algorithm]
    timeout: int
    excludeCredentials: list[Descriptor]
    authenticatorSelection: Selection
    attestation: Literal["none"]


class RequestOptions(Wire):
    """`PublicKeyCredentialRequestOptionsJSON`: what a browser is asked for a passkey's signature by."""

    challenge: str
    timeout: int
    rpId: str
    allowCredentials: list[Descriptor]
    userVerification: Literal["required"]
