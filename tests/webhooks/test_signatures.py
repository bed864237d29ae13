"""Signatures as the receivers' own library verifies them."""

import time
from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from roster.auth.webhook_signatures import Signing, headers

BODY = '{"type":"roster.user.created","subject":"user/ännä"}'.encode()
BEFORE, AFTER = Signing.new(), Signing.new()


def signed(*signing: Signing, at: int | None = None) -> dict[str, str]:
    return dict(headers("msg_1", int(time.time()) if at is None else at, BODY, signing))


def verify_by_public_key(public_key: str, given: dict[str, str], body: bytes) -> None:
    """What Standard Webhooks 1.0 has a receiver do with `v1a`; PyPI's library passes it over."""
    content = f"{given['webhook-id']}.{given['webhook-timestamp']}.".encode() + body
    known = Ed25519PublicKey.from_public_bytes(b64decode(public_key.removeprefix("whpk_")))
    kinds = [each.split(",") for each in given["webhook-signature"].split(" ")]
    for each in [b64decode(signature) for version, signature in kinds if version == "v1a"]:
        try:
            return known.verify(each, content)
        except InvalidSignature:
            continue
    raise InvalidSignature


def test_both_kinds_verify() -> None:
    given = signed(BEFORE)
    assert Webhook(BEFORE.shown_secret).verify(BODY, given)["subject"] == "user/ännä"
    verify_by_public_key(BEFORE.public_key, given, BODY)
    assert [each.split(",")[0] for each in given["webhook-signature"].split(" ")] == ["v1", "v1a"]


def test_while_both_sign_either_verifies() -> None:
    given = signed(AFTER, BEFORE)
    for one in (BEFORE, AFTER):
        Webhook(one.shown_secret).verify(BODY, given)
        verify_by_public_key(one.public_key, given, BODY)


@pytest.mark.row("EV-20")
@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_nothing_that_is_signed_can_be_exchanged(part: str) -> None:
    given, body, other = signed(BEFORE), BODY, BEFORE
    match part:
        case "body":
            body = BODY + b" "
        case "secret":
            other = AFTER
        case "webhook-id":
            given[part] = "msg_2"
        case _:
            given[part] = str(int(given[part]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(other.shown_secret).verify(body, given)
    with pytest.raises(InvalidSignature):
        verify_by_public_key(other.public_key, given, body)


@pytest.mark.row("EV-20")
def test_an_old_message_is_refused_by_the_receiver() -> None:
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(BEFORE.shown_secret).verify(BODY, signed(BEFORE, at=int(time.time()) - 3600))


def test_neither_half_is_shown_by_accident() -> None:
    assert BEFORE.shown_secret.startswith("whsec_")
    assert BEFORE.public_key.startswith("whpk_")
    assert str(BEFORE.secret) not in repr(BEFORE)
    assert BEFORE.shown_secret not in repr(BEFORE)
