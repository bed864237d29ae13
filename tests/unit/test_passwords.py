"""Passwords: what may be one, and what a stored hash may ask."""

import unicodedata
from typing import Literal

import argon2
import pytest
import zxcvbn
from zxcvbn import matching

from roster.auth import passwords
from roster.settings import Settings

CHEAP = Settings(argon2_memory_kib=8, argon2_iterations=1)
LONG = "zq7x wf9p tmjr bk2c vhgd nysu " * 9
ADA = ("Ada.Lovelace@Example.com", "Ada Lovelace King")


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("zq7x-abc", id="P-26-8"),
        pytest.param(LONG[:64], id="P-26-64"),
        pytest.param(LONG[:73], id="P-26-73"),
        pytest.param(LONG[:256], id="P-26-256"),
        pytest.param(
            "\U0001f600\U0001f4a9\U0001f680\U0001f433\U0001f335\U0001f369\U0001f525\U0001f511",
            id="P-26-emoji",
        ),
        pytest.param("roster-demo-2016", id="of-the-demo"),
        pytest.param(" zq7x-ab", id="P-26-leading-space"),
        pytest.param("zq7x\n\t\x7fab", id="control-characters"),
    ],
)
def test_what_may_be_a_password(password: str) -> None:
    assert passwords.reason_to_refuse(password) is None
    stored = passwords.digest(password, CHEAP)
    assert stored.startswith("$argon2id$")
    assert password not in stored
    assert passwords.matches(stored, password)
    for other in (password[:-1], password[1:], password + " ", password.swapcase() + "x"):
        assert not passwords.matches(stored, other)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("", id="P-26-empty"),
        pytest.param("zq7x-ab", id="P-26-7"),
        pytest.param("\U0001f600" * 7, id="P-26-7-emoji"),
        pytest.param("zq7x" * 64 + "y", id="P-26-257"),
        pytest.param("zq7x\0abcd", id="P-26-nul"),
        *("password", "PASSWORD", "12345678", "qwertyui", "iloveyou", "football", "baseball"),
    ],
)
@pytest.mark.row("item-32")
def test_what_may_be_none(password: str) -> None:
    reason = passwords.reason_to_refuse(password)
    assert reason
    assert not password or "zq7x" not in reason


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("stringst", id="FS-18-stringst"),
        pytest.param("Password1!", id="FS-18-Password1!"),
        pytest.param("Company123", id="FS-18-Company123"),
        pytest.param("p@$$w0rd1!2", id="signs-for-letters"),
        pytest.param("passwordpassword", id="twice"),
        pytest.param("zq7x" * 64, id="a-pattern-of-256"),
        pytest.param("\U0001f600" * 8, id="one-emoji"),
        pytest.param("x" * 255 + "y", id="its-start-is-scored"),
    ],
)
def test_fs_18_what_is_easy_to_guess_is_no_password(password: str) -> None:
    reason = passwords.reason_to_refuse(password)
    assert reason == "is too easy to guess; make it longer, or join words that do not belong together"


@pytest.mark.parametrize(
    "blank", [" ", "\t", "\n", "\x7f", "\u00a0", "\u2003", "\u2028", "\u200b", "\u202e", "\ufeff"], ids=ascii
)
def test_fs_18_blanks_alone_are_no_password(blank: str) -> None:
    mixed = (blank + " \u3000\u2009\t\u205f\u2007\u1680\u2002")[:8]
    for password in (blank * 8, mixed):
        assert passwords.reason_to_refuse(password) == "must not be blanks alone"
    assert passwords.reason_to_refuse(blank * 4 + "zq7x" + blank * 4) != "must not be blanks alone"


@pytest.mark.parametrize(
    "password",
    [
        "Ada.Lovelace@Example.com",
        "ADA.LOVELACE@EXAMPLE.COM",
        " ada.lovelace@example.com ",
        "Ada.Lovelace",
        "example.com",
        "LOVELACE",
        "ada lovelace king",
        "AdaLovelaceKing",
        "lovelace-ada",
        "ada+king@lovelace",
        "Lovelace1815",
        "ada.lovelace@example.com1",
    ],
)
def test_fs_18_the_persons_own_address_or_name_is_no_password(password: str) -> None:
    assert passwords.reason_to_refuse(password, ADA) == "must not be made of the person's own address or name"
    assert (
        passwords.reason_to_refuse(password, ["bob@somewhere.org"])
        != "must not be made of the person's own address or name"
    )


def test_fs_18_case_is_folded_where_it_is_told_from_a_name() -> None:
    assert passwords.reason_to_refuse("STRASSENBAUER", ["Jo Stra\u00dfenbauer"])
    assert passwords.reason_to_refuse("stra\u00dfenbauer", ["Jo STRASSENBAUER"])


@pytest.mark.parametrize(
    "password",
    ["Lovelace12345", "10velaceAda", "L0ve1ace1815", "ecalevolada"],
)
def test_fs_18_what_is_made_of_the_persons_name_is_easy_to_guess(password: str) -> None:
    reason = passwords.reason_to_refuse(password, ADA)
    assert reason is not None
    assert "too easy to guess" in reason


def test_fs_18_another_persons_name_and_a_sentence_about_oneself_are_passwords() -> None:
    for password in ("Lovelace1815", "10velaceAda", "L0ve1ace1815"):
        assert passwords.reason_to_refuse(password, ["bob@example.org", "Bob Byrne"]) is None
    assert passwords.reason_to_refuse("ada likes 9 green pears", ADA) is None
    assert passwords.reason_to_refuse("eel-qeue7", ["e", "E E"]) is None  # too short to mean anything


@pytest.mark.parametrize(
    "password",
    [
        "4@8({[<3691!|70$5+%2" * 12,
        "({[<1!|7" * 32,
        "4@8({[<36 correct horse battery",
        "a" * 256,
        "ab" * 128,
    ],
)
def test_fs_18_the_cost_of_a_score_is_bounded(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: the length that is scored, and the readings of it that zxcvbn tries."""
    scored: list[str] = []

    def counting(text: str, user_inputs: list[str]) -> dict[str, int]:
        scored.append(text)
        return {"score": 4}

    monkeypatch.setattr(zxcvbn, "zxcvbn", counting)
    assert passwords.reason_to_refuse(password) is None
    assert [password.startswith(text) for text in scored] == [True]
    assert len(scored[0]) <= 24
    readings = matching.enumerate_l33t_subs(matching.relevant_l33t_subtable(scored[0], matching.L33T_TABLE))
    assert len(readings) <= 48


def test_no_two_hashes_are_alike() -> None:
    assert passwords.digest("zq7x-abc", CHEAP) != passwords.digest("zq7x-abc", CHEAP)


def test_the_cost_is_what_the_settings_say() -> None:
    stored = passwords.digest("zq7x-abc", Settings(argon2_memory_kib=64, argon2_iterations=3))
    cost = argon2.extract_parameters(stored)
    assert (cost.type, cost.memory_cost, cost.time_cost) == (argon2.Type.ID, 64, 3)


def test_the_cost_of_a_deployment_is_the_recommended_one() -> None:
    assert (Settings().argon2_memory_kib, Settings().argon2_iterations) >= (19_456, 2)


@pytest.mark.parametrize(
    "cost",
    ["m=262145,t=1,p=1", "m=8,t=11,p=1", "m=128,t=1,p=9", "m=8388608,t=1000,p=1", "m=4294967295,t=1,p=1"],
)
@pytest.mark.row("P-05")
def test_a_hash_above_the_ceiling_is_not_computed(cost: str, monkeypatch: pytest.MonkeyPatch) -> None:

    class Forbidden(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            raise AssertionError("computed")

    monkeypatch.setattr(argon2, "PasswordHasher", Forbidden)
    with pytest.raises(passwords.CostlyHash):
        passwords.matches(f"$argon2id$v=19${cost}$c29tZXNhbHQ$" + "A" * 43, "zq7x-abc")


@pytest.mark.parametrize(
    "stored", ["", "x", "$argon2id$", "$2b$12$" + "x" * 53, "$argon2id$v=19$m=8,t=1,p=1$x$y", "\u00e9"]
)
def test_a_hash_that_is_none_matches_nothing(stored: str) -> None:
    assert not passwords.matches(stored, "zq7x-abc")


@pytest.mark.parametrize("stored", [None, "right", "wrong"])
def test_one_hash_is_computed_in_each_path(stored: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed; where there is nothing to compare, at the price of a real comparison."""
    kept = None if stored is None else passwords.digest("zq7x-abc")
    computed: list[int] = []

    class Counting(argon2.PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            computed.append(self.memory_cost)
            return super().hash(password, salt=salt)

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            computed.append(argon2.extract_parameters(str(hash)).memory_cost)
            return super().verify(hash, password)

    monkeypatch.setattr(argon2, "PasswordHasher", Counting)
    assert passwords.matches(kept, "zq7x-abc" if stored == "right" else "zq7x-abd") is (stored == "right")
    assert computed == [8]
    computed.clear()
    assert not passwords.matches(kept, f"zq7x-{DECOMPOSED}")  # not in NFC: as many, whatever is stored
    assert computed == [8, 8]


COMPOSED, DECOMPOSED = "caf\u00e9 \u1e69\u00fc \uac00", "cafe\u0301 s\u0307\u0323u\u0308 \u1100\u1161"


@pytest.mark.parametrize("given", [COMPOSED, DECOMPOSED], ids=["composed", "decomposed"])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED], ids=["composed", "decomposed"])
def test_fb_07_the_same_letters_are_the_same_password(given: str, typed: str) -> None:
    assert passwords.matches(passwords.digest(given), typed)
    assert not passwords.matches(passwords.digest(given), typed + " ")
    assert not passwords.matches(passwords.digest(given), typed.upper())


def test_fb_07_a_hash_of_the_raw_text_still_verifies() -> None:
    """Hashes made before texts were normalised hold what was typed."""
    raw = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(DECOMPOSED)
    assert passwords.matches(raw, DECOMPOSED)
    assert not passwords.matches(raw, COMPOSED)  # that nobody typed


def test_fb_07_a_password_is_judged_as_it_is_hashed() -> None:
    assert passwords.reason_to_refuse("e\u0301a\u0301o\u0301i\u0301") == "must have 8 to 256 characters"
    assert passwords.reason_to_refuse("\U0001d15e" * 128 + "x") is not None  # NFC makes two of each
    assert passwords.reason_to_refuse("Rene\u0301 Be\u0301lier", ["Ren\u00e9 B\u00e9lier"]) is not None
    assert passwords.reason_to_refuse("Ren\u00e9 B\u00e9lier", ["Rene\u0301 Be\u0301lier"]) is not None


def test_fb_07_a_text_longer_than_any_password_is_not_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    """To order many accents takes quadratic time."""
    normalized: list[str] = []

    def normalize(form: str, text: str) -> str:
        normalized.append(text)
        return text

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    assert not passwords.matches(None, "a" + "\u0301\u0323" * 128)
    assert normalized == []
