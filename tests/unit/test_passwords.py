"""Passwords: what may be one, and what a stored hash may ask."""

from typing import Literal

import argon2
import pytest

from roster import passwords
from roster.settings import Settings

CHEAP = Settings(argon2_memory_kib=8, argon2_iterations=1)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("zq7x-abc", id="P-26-8"),
        pytest.param("zq7x" * 16, id="P-26-64"),
        pytest.param("zq7x" * 18 + "y", id="P-26-73"),
        pytest.param("zq7x" * 64, id="P-26-256"),
        pytest.param("\U0001f600" * 8, id="P-26-emoji"),
        pytest.param("        ", id="P-26-only-spaces"),
        pytest.param(" zq7x-ab", id="P-26-leading-space"),
        pytest.param("zq7x\n\t\x7fab", id="control-characters"),
    ],
)
def test_what_may_be_a_password(password: str) -> None:
    assert passwords.flaw(password) is None
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
    reason = passwords.flaw(password)
    assert reason
    assert not password or "zq7x" not in reason


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
