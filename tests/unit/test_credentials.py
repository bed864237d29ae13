"""Credentials: their form, and what of them may be seen."""

import re
from hashlib import sha256

import pytest

from roster.auth.credentials import Credential, Kind, digest, fresh, identifier, same

SECRET = "A" * 43


@pytest.mark.parametrize("kind", ["session", "token"])
def test_a_credential_is_read_back_from_its_text(kind: Kind) -> None:
    made = Credential.new(kind, "u-1")
    assert str(made) == f"{kind}_u-1.{made.secret}"
    assert Credential.read(str(made)) == made


@pytest.mark.parametrize("user_id", ["auth0|abc", "f:1:2", "a@b+c=d", "x" * 65, "=" * 128])
@pytest.mark.parametrize("kind", ["session", "token"])
def test_fb_19_an_id_of_another_system_stands_in_a_credential(kind: Kind, user_id: str) -> None:
    made = Credential.new(kind, user_id)
    assert re.fullmatch(rf"{kind}_~[A-Za-z0-9_-]+\.{made.secret}", str(made))
    assert Credential.read(str(made)) == made


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("~dS0x", id="a plain id"),
        pytest.param("~YXV0aDB8YWJj==", id="padding"),
        pytest.param("~Zjp", id="spare bits"),
        pytest.param("~I2I", id="no id"),
        pytest.param("~wqA", id="no ASCII"),
        pytest.param("~A", id="no base64"),
        pytest.param("~", id="nothing"),
    ],
)
def test_fb_19_an_id_has_one_form_in_credentials(told: str) -> None:
    assert Credential.read(f"token_{told}.{SECRET}") is None


@pytest.mark.row("S-06", "item-10")
def test_a_token_of_a_family_is_read_back_with_it() -> None:
    refresh = Credential.new("refresh", "u-1", fresh())
    access = Credential.new("access", "u-1", refresh.family_id)
    assert str(refresh) == f"refresh_u-1.{refresh.family}.{refresh.secret}"
    assert str(access) == f"access_u-1.{access.family}.{access.secret}"
    for made in (refresh, access):
        assert Credential.read(str(made)) == made
        assert made.family_id == identifier(digest(refresh.family))
    assert refresh.family not in str(access)


def test_every_secret_is_another_256_bits() -> None:
    secrets = {Credential.new("token", "u-1").secret for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert {len(secret) for secret in secrets} == {43}  # base64 without padding


def test_an_id_with_dots_and_underlines_is_told_from_the_secret() -> None:
    user_id = "a.b_session_c." + "B" * 43
    assert Credential.read(f"token_{user_id}.{SECRET}") == Credential("token", user_id, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "session",
        "session_",
        f"session_.{SECRET}",
        f"session_u-1.{SECRET[1:]}",
        f"session_u-1.{SECRET}A",
        f"session_u-1.{SECRET}\n",
        f" session_u-1.{SECRET}",
        f"session_u-1{SECRET}",
        f"Session_u-1.{SECRET}",
        f"cookie_u-1.{SECRET}",
        f"session-u-1.{SECRET}",
        f"session_u#1.{SECRET}",
        f"session_u 1.{SECRET}",
        f"session_\u0661.{SECRET}",
        f"session_{'x' * 65}.{SECRET}",
        f"session_u-1.{SECRET[1:]}=",
        f"session_u-1.{SECRET[1:]}\u00e9",
        f"session_u-1.{SECRET},session_u-1.{SECRET}",
        f"session_u-1.{'A' * 100_000}",
        f"access_u-1.{SECRET}",
        f"access_u-1.{SECRET}.{SECRET}",
        f"access_u-1.{'a' * 31}.{SECRET}",
        f"access_u-1.{'A' * 32}.{SECRET}",
        f"refresh_u-1.{SECRET}",
        f"refresh_u-1.{'a' * 32}.{SECRET}",
        f"refresh_u-1.{SECRET}.{SECRET}.",
    ],
    ids=lambda text: repr(text)[:24],
)
@pytest.mark.row("S-16")
def test_another_text_is_no_credential(text: str) -> None:
    assert Credential.read(text) is None


@pytest.mark.row("S-17")
def test_the_representation_holds_no_secret() -> None:
    assert SECRET not in repr(Credential("session", "u-1", SECRET))


def test_what_is_kept_is_the_sha256_of_the_secret_alone() -> None:
    assert Credential("session", "u-1", SECRET).digest == sha256(SECRET.encode()).hexdigest()
    assert Credential("session", "u-1", SECRET).id == identifier(digest(SECRET)) == digest(SECRET)[:32]


@pytest.mark.parametrize("stored", [None, 7, True, [], digest(SECRET)[:32], digest(SECRET).upper(), ""])
@pytest.mark.row("S-16")
def test_only_the_whole_digest_matches(stored: object) -> None:
    """Half of it is the id, under which the item was found."""
    assert same(digest(SECRET), digest(SECRET))
    assert not same(stored, digest(SECRET))
