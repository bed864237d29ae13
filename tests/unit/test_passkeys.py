"""Passkeys: what an authenticator's answer must be for, and what is made of any other."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey
from fido2.webauthn import AttestationObject
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.auth import passkeys
from roster.auth.credentials import fresh
from roster.auth.passkeys import RelyingParty
from roster.domain import Actor, Factor, User
from roster.errors import NoRelyingParty, Unauthenticated, ValidationFailed
from tests.support.authenticator import FLAG, Authenticator, raw, text

PARTY = RelyingParty.of("https://roster.example")
ADA = User("ada", 7, "ada@example.com", "Ada", "2026-04-13T01:00:00Z")
CHALLENGE = fresh()
NOW = datetime(2026, 4, 13, 1, tzinfo=UTC)
NESTED = text(b"\x81" * 6_000)


def _made(authenticator: Authenticator) -> Factor:
    options = passkeys.creation_options(PARTY, ADA, CHALLENGE, [])
    return _registered(authenticator.make(options))


def _registered(attestation: Mapping[str, Any]) -> Factor:
    return passkeys.registered(PARTY, CHALLENGE, ADA, "Phone", attestation, by=Actor("test", NOW))


def _options() -> dict[str, Any]:
    return passkeys.request_options(PARTY, CHALLENGE)


def _changed(answer: Mapping[str, Any], **response: Any) -> dict[str, Any]:
    return {**answer, "response": {**answer["response"], **response}}


@pytest.mark.parametrize(
    ("url", "party", "origin"),
    [
        ("https://roster.example", "roster.example", "https://roster.example"),
        ("https://Roster.Example:8443/there", "roster.example", "https://roster.example:8443"),
        ("https://roster.example:443", "roster.example", "https://roster.example"),
        ("http://localhost:3000", "localhost", "http://localhost:3000"),
    ],
)
def test_the_relying_party_is_the_host_of_the_address(url: str, party: str, origin: str) -> None:
    assert RelyingParty.of(url) == RelyingParty(party, origin)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:3000", "http://10.1.2.3", "http://[::1]:3000", "", "https://"]
)
def test_no_passkey_is_for_an_address_without_a_host_name(url: str) -> None:
    assert RelyingParty.at(url) is None
    with pytest.raises(NoRelyingParty):
        RelyingParty.of(url)


def test_a_passkey_is_made_and_proves_its_user_with_a_growing_counter() -> None:
    authenticator = Authenticator(flags=FLAG.BE | FLAG.BS)
    passkey = _made(authenticator)
    assert (passkey.sign_count, passkey.transports, passkey.backed_up) == (1, ("internal",), True)
    assertion = authenticator.sign(_options())
    assert passkeys.credential_in(assertion) == passkey.credential_id
    assert passkeys.challenge_in(assertion) == CHALLENGE
    assert passkeys.factor_id(passkey.credential_id) == passkey.id
    assert passkeys.number_in(assertion) == ADA.number
    said = passkeys.asserted(PARTY, CHALLENGE, ADA, passkey, assertion)
    assert (said.counter, said.backed_up) == (2, True)


def test_the_user_is_verified_and_the_passkeys_there_are_not_made_again() -> None:
    passkey = _made(Authenticator())
    options = passkeys.creation_options(PARTY, ADA, CHALLENGE, [passkey])
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] == [passkey.credential_id]
    assert ADA.id not in json.dumps(options["user"]["id"])
    assert _options()["userVerification"] == "required"


WRONG: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://roster.example.evil.example"},
    "a page within the domain": {"origin": "https://sub.roster.example"},
    "without TLS": {"origin": "http://roster.example"},
    "another port": {"origin": "https://roster.example:8443"},
    "another relying party": {"party": "evil.example"},
    "no user verified": {"verifies": False},
    "nobody present": {"present": False},
    "kept where it cannot be": {"flags": FLAG.BS},
    "a frame of another site": {"client": {"crossOrigin": True}},
    "a frame below another site": {"client": {"topOrigin": "https://evil.example"}},
    "another challenge": {"client": {"challenge": fresh()}},
    "no challenge": {"client": {"challenge": ""}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_not_for_this_challenge_origin_and_user_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed):
        _made(Authenticator(**wrong))
    right = Authenticator()
    passkey = _made(right)
    with pytest.raises(Unauthenticated):
        passkeys.asserted(PARTY, CHALLENGE, ADA, passkey, replace(right, **wrong).sign(_options()))


def test_an_answer_to_the_other_question_is_none() -> None:
    authenticator = Authenticator()
    passkey = _made(authenticator)
    with pytest.raises(Unauthenticated):
        passkeys.asserted(
            PARTY, CHALLENGE, ADA, passkey, authenticator.sign(_options(), type="webauthn.create")
        )
    options = passkeys.creation_options(PARTY, ADA, CHALLENGE, [])
    with pytest.raises(ValidationFailed):
        _registered(authenticator.make(options, type="webauthn.get"))


def test_another_key_another_passkey_and_another_user_prove_nothing() -> None:
    authenticator = Authenticator()
    passkey = _made(authenticator)
    others = [
        replace(authenticator, key=ec.generate_private_key(ec.SECP256R1())),
        replace(authenticator, credential_id=b"another"),
        replace(authenticator, handle=text(b"8")),
    ]
    for other in others:
        with pytest.raises(Unauthenticated):
            passkeys.asserted(PARTY, CHALLENGE, ADA, passkey, other.sign(_options()))


@pytest.mark.parametrize(
    ("kept", "said", "copied"),
    [(0, 0, False), (0, 1, False), (1, 2, False), (1, 1, True), (2, 1, True), (1, 0, True)],
)
def test_a_counter_that_does_not_grow_tells_of_a_copy(kept: int, said: int, copied: bool) -> None:
    assert (
        passkeys.is_copied(replace(_made(Authenticator()), sign_count=kept), passkeys.Asserted(said, False))
        == copied
    )


def _key(public: ec.EllipticCurvePublicKey) -> CoseKey:
    key: CoseKey = ES256.from_cryptography_key(public)  # type: ignore[no-untyped-call]
    return key


def _attested(key: CoseKey) -> dict[str, Any]:
    """The attestation of an authenticator that says that it made this key."""
    options = passkeys.creation_options(PARTY, ADA, CHALLENGE, [])
    authenticator = Authenticator()
    answer = authenticator.make(options)
    whole = cbor.decode(raw(answer["response"]["attestationObject"]))
    assert isinstance(whole, dict)
    mine = cbor.encode(_key(authenticator.key.public_key()))
    whole["authData"] = whole["authData"].replace(mine, cbor.encode(key))
    return _changed(answer, attestationObject=text(cbor.encode(whole)))


def test_a_key_that_was_not_asked_for_or_is_of_no_use_is_refused() -> None:
    point = _key(ec.generate_private_key(ec.SECP256R1()).public_key())
    unusable = [
        CoseKey({**point, 3: -47}),  # another curve's algorithm
        CoseKey({**point, 3: -9999}),
        ES256({**point, -1: 2}),
        ES256({**point, -3: bytes(32)}),  # not on the curve
        ES256({1: 2, 3: -7}),
        RS256({1: 3, 3: -257, -1: bytes([1]) * 128, -2: b"\x01\x00\x01"}),
    ]
    for key in unusable:
        with pytest.raises(ValidationFailed):
            _registered(_attested(key))
    assert _registered(_attested(point)).credential_id


def test_a_passkey_without_key_or_of_another_id_is_refused() -> None:
    options = passkeys.creation_options(PARTY, ADA, CHALLENGE, [])
    authenticator = Authenticator()
    answer = authenticator.make(options)
    without = AttestationObject.create("none", authenticator._data(PARTY.id), {})
    for wrong in (
        _changed(answer, attestationObject=text(without)),
        {**answer, "id": text(b"x"), "rawId": text(b"x")},
        {**answer, "id": text(b"x")},
        Authenticator(credential_id=b"x" * 1024).make(options),
    ):
        with pytest.raises(ValidationFailed):
            _registered(wrong)


@pytest.mark.parametrize("name", ["clientDataJSON", "attestationObject", "authenticatorData", "signature"])
@pytest.mark.parametrize(
    "value", ["", "%", "AA", NESTED, text(b"[" * 6_000), text(b"{}"), text(b"null"), None]
)
def test_what_cannot_be_read_is_refused(name: str, value: str | None) -> None:
    authenticator = Authenticator()
    passkey = _made(authenticator)
    if name in ("clientDataJSON", "attestationObject"):
        made = authenticator.make(passkeys.creation_options(PARTY, ADA, CHALLENGE, []))
        with pytest.raises(ValidationFailed):
            _registered(_changed(made, **{name: value}))
    if name != "attestationObject":
        signed = authenticator.sign(_options())
        with pytest.raises(Unauthenticated):
            passkeys.asserted(PARTY, CHALLENGE, ADA, passkey, _changed(signed, **{name: value}))


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_bytes_break_the_reader(noise: bytes, place: int) -> None:
    """What nobody signs, as the counter, may be anything; whatever else is wrong is refused and no error."""
    authenticator = Authenticator()
    made = authenticator.make(passkeys.creation_options(PARTY, ADA, CHALLENGE, []))
    whole = raw(made["response"]["attestationObject"])
    for wrong in (noise, whole[:place] + noise, whole[:place] + noise + whole[place + len(noise) :]):
        with suppress(ValidationFailed):
            passkey = _registered(_changed(made, attestationObject=text(wrong)))
            assert passkey.credential_id == text(authenticator.credential_id)


@pytest.mark.parametrize(
    "handle", [None, "", "%", text(b"seven"), text(b"07"), text(b"7" * 5_000), text(b"\xff")]
)
def test_a_handle_that_is_no_users_names_nobody(handle: str | None) -> None:
    with pytest.raises(Unauthenticated):
        passkeys.number_in({"response": {"userHandle": handle}})
